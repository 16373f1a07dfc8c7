# ktstr-cache(1): a cache of several users, and one that cannot be written.
# shellcheck disable=SC2154 # bats and the helper set stderr, lines, spawned
# shellcheck disable=SC2016 # scripts for sh -c, on purpose
# shellcheck disable=SC2046,SC2086 # several words each, on purpose
bats_require_minimum_version 1.5.0
load helper
load cache

# Other users must get at the test's folder and at the program.
several_users() {
	[ "$(id -u)" = 0 ] || skip "needs root, to become other users"
	setpriv --reuid=61001 --regid=61001 --clear-groups true 2>/dev/null ||
		skip "needs setpriv, and the right to become other users"
	local folder=$PWD
	while [ "$folder" != "${BATS_TMPDIR:-/tmp}" ] && [ "$folder" != / ]; do
		chmod a+x "$folder"
		folder=${folder%/*}
		folder=${folder:-/}
	done
	mkdir bin
	cp "$(command -v ktstr-cache)" "$(command -v ktstr-lock)" bin/
	chmod 755 bin bin/*
	built
	chmod -R a+rX built
	user 61001 -- test -r built/vmlinux || skip "other users cannot reach $PWD"
}

# user ID [GROUP] -- COMMAND...: run it as this user, with a careful umask.
user() {
	local id=$1 group=$1
	shift
	[ "$1" = -- ] || { group=$1 && shift; }
	shift
	setpriv --reuid="$id" --regid="$group" --clear-groups \
		env PATH="$PWD/bin:$PATH" HOME=/nonexistent sh -c 'umask 077; exec "$@"' sh "$@"
}

put_args() {
	echo put --image built/arch/x86/boot/bzImage --vmlinux built/vmlinux --config built/.config --key "$1"
}

other_kernel() {
	echo more >>built/touched.c
	make -s -C built bzImage >/dev/null
	chmod -R a+rX built
}

# read_only COMMAND...: run it where the cache is mounted read-only.
read_only() {
	unshare -m sh -c 'mount --bind cache cache && mount -o remount,ro,bind cache &&
		cd . && exec "$@"' sh "$@"
}

needs_mounts() {
	unshare -m mount --bind . . 2>/dev/null || skip "may not mount"
}

@test "cache: what one user stored with a strict umask, others can read and lock" {
	several_users
	mkdir cache
	chmod 755 cache
	(umask 077 && put one)
	run -0 user 61001 -- ktstr-cache get one
	run -0 --separate-stderr user 61001 -- ktstr-cache verify
	[ "$output$stderr" = one ]
	run -0 user 61001 -- ktstr-cache list --json
	user 61001 -- cat cache/one/bzImage cache/one/vmlinux cache/one/config >/dev/null
	run ! user 61001 -- sh -c 'echo x >>cache/one/config'
	spawn setpriv --reuid=61001 --regid=61001 --clear-groups flock -s cache/.locks/one.lock sleep 60
	until_true busy cache/.locks/one.lock
	run -75 --separate-stderr ktstr-cache clean --force
	[[ "$stderr" == "ktstr-cache: entry 'one' is in use by pid "* ]]
	run -125 --separate-stderr user 61001 -- ktstr-cache $(put_args two)
	[[ "$stderr" == "ktstr-cache: "*": Permission denied" ]]
	kill -KILL -- "-${spawned[0]}"
	until_true flock -n cache/.locks/one.lock true
	run -125 --separate-stderr user 61001 -- ktstr-cache clean --force one
	run -0 ktstr-cache verify
	[ "$output" = one ]
}

@test "cache: a cache that is closed stays closed" {
	several_users
	mkdir cache
	chmod 700 cache
	(umask 000 && put one)
	[ "$(find cache -perm /077 ! -name one.lock)" = "" ]
	run -125 --separate-stderr user 61001 -- ktstr-cache list
	[[ "$stderr" == "ktstr-cache: cannot read '$KTSTR_CACHE_DIR': Permission denied" ]]
}

@test "cache: a group shares a cache: each stores, replaces and removes" {
	several_users
	mkdir cache
	chgrp 62000 cache
	chmod 2775 cache
	run -0 user 61001 62000 -- ktstr-cache $(put_args one)
	run -0 user 61002 62000 -- ktstr-cache $(put_args two)
	other_kernel
	run -0 user 61002 62000 -- ktstr-cache $(put_args one)
	cmp built/arch/x86/boot/bzImage cache/one/bzImage
	[ "$(stat -c %u cache/one)" = 61002 ]
	run -0 user 61003 -- ktstr-cache verify
	[ "$(sort <<<"$output")" = $'one\ntwo' ]
	run -125 user 61003 -- ktstr-cache clean --force
	run -0 user 61001 62000 -- ktstr-cache -q gc --max-size 0
	[ "$(sort <<<"$output")" = $'one\ntwo' ]
	nothing_left
}

@test "cache: in a cache of everybody each removes only what he stored" {
	several_users
	mkdir cache
	chmod 1777 cache
	run -0 user 61003 -- ktstr-lock source built -- true
	run -0 user 61001 -- ktstr-cache $(put_args one)
	run -0 user 61002 -- ktstr-cache $(put_args two)
	run -125 --separate-stderr user 61002 -- ktstr-cache clean --force
	[ "$output" = two ]
	[ "${stderr_lines[0]}" = "ktstr-cache: cannot remove '$KTSTR_CACHE_DIR/one': Operation not permitted" ]
	run ! user 61002 -- sh -c 'touch cache/one/x'
	run ! user 61002 -- sh -c 'rm -f cache/one/config'
	other_kernel
	run -125 --separate-stderr user 61002 -- ktstr-cache $(put_args one)
	[[ "$stderr" == "ktstr-cache: cannot make '$KTSTR_CACHE_DIR/one': Operation not permitted" ]]
	run -0 user 61003 -- ktstr-cache verify
	[ "$output" = one ]
	run -0 user 61001 -- ktstr-cache -q gc --max-age 0 --max-size 0
	[ "$output" = one ]
	nothing_left
}

@test "cache: who shares a cache later has to chmod nothing but its folder" {
	several_users
	mkdir cache
	chmod 755 cache
	put one
	chmod 1777 cache
	run -0 put two
	run -0 user 61001 -- ktstr-cache $(put_args three)
	run -0 user 61001 -- ktstr-cache clean --force three
}

@test "cache: a link in a shared cache opens nobody's folder, and that of a stranger is refused" {
	mkdir -m 2775 cache
	mkdir -m 700 home
	ln -s ../home cache/.locks
	ln -s ../home cache/.tmp
	built
	run -0 ktstr-cache $(put_args one)
	[ "$(stat -c %a home)" = 700 ]
	[ "$(id -u)" = 0 ] || skip "needs root, to give a link away"
	chown root:root cache
	chown -h 61001 cache/.locks
	run -125 --separate-stderr ktstr-cache $(put_args two)
	[[ $stderr == "ktstr-cache: "*"folder '"*"/.locks' is a link that another user made" ]]
}

@test "cache: readers need no more than a read-only cache" {
	needs_mounts
	built
	put one
	for command in 'get one' 'list --json' 'show one' 'verify' 'vmlinux one' 'gc --dry-run --max-size 0'; do
		run -0 --separate-stderr read_only ktstr-cache -q $command
		[ "$stderr" = "" ]
	done
	run -0 --separate-stderr read_only ktstr-cache -v verify
	[ "$output$stderr" = one ]
	rm cache/.locks/one.lock
	run -0 --separate-stderr read_only ktstr-cache -v verify
	[ "$output" = one ]
	[ "$stderr" = "ktstr-cache: '$KTSTR_CACHE_DIR' is read-only: entry 'one' needs no lock" ]
	rm -r cache/.locks
	run -0 --separate-stderr read_only ktstr-cache verify
	[ "$output$stderr" = one ]
}

@test "cache: what would write into a read-only cache says so, and loses nothing" {
	needs_mounts
	built
	put one
	before=$(find cache -printf '%p %i %s %t\n' | sort)
	for command in "$(put_args two)" "$(put_args one)" 'clean --force' 'gc --max-size 0'; do
		run -125 --separate-stderr read_only ktstr-cache -q $command
		[[ "$stderr" == "ktstr-cache: "*": Read-only file system"* ]]
	done
	[ "$(find cache -printf '%p %i %s %t\n' | sort)" = "$before" ]
	run -0 ktstr-cache verify
	[ "$output" = one ]
}

@test "cache: what a read-only cache cannot have is kept in --spare" {
	needs_mounts
	built
	put one
	run -0 --separate-stderr read_only ktstr-cache $(put_args two) --spare mine/two
	[ "$output" = mine/two ]
	[[ "$stderr" == "ktstr-cache: "*": Read-only file system; this kernel is kept in 'mine/two' alone" ]]
	cmp built/arch/x86/boot/bzImage mine/two/bzImage
	# which is not for what is wrong with the kernel
	run -2 --separate-stderr ktstr-cache put --key two --image nothing --config built/.config --spare mine/three
	[ ! -e mine/three ]
	run -0 ktstr-cache $(put_args two) --spare mine/four
	[ ! -e mine/four ]
}

@test "cache: work has a folder also where the cache cannot be written" {
	needs_mounts
	built
	put one
	mkdir tmp
	export TMPDIR=$PWD/tmp
	run -0 --separate-stderr read_only ktstr-cache work -- sh -c 'echo "$KTSTR_WORK"; touch "$KTSTR_WORK/file"'
	[[ "$output" == "$TMPDIR/ktstr-$(id -u)/"* ]]
	[ "$stderr" = "ktstr-cache: '$KTSTR_CACHE_DIR' cannot be written, temporary files are in '$TMPDIR/ktstr-$(id -u)'" ]
	[ ! -e "$output" ]
	# Nobody else's folder is taken for ours.
	rm -r "$TMPDIR/ktstr-$(id -u)"
	mkdir -m 777 "$TMPDIR/ktstr-$(id -u)"
	run -125 --separate-stderr read_only ktstr-cache work -- true
	[[ "$stderr" == *"'$TMPDIR/ktstr-$(id -u)' is open to others" ]]
}
