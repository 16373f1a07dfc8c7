# ktstr-cache(1), "Whom to trust": what is no good entry never becomes one.
# shellcheck disable=SC2154 # bats and the helpers set stderr, spawned, web, ...
# shellcheck disable=SC2016,SC2053,SC2086 # scripts for sh -c, patterns, words, on purpose
# shellcheck disable=SC2030,SC2031 # each test is a subshell
bats_require_minimum_version 1.5.0
load helper
load cache
eval "cache_$(declare -f setup)"
load remote

setup() {
	cache_setup
	remote_setup
	umask 022
	mkdir -p other
	put one >/dev/null
	ktstr-cache push --to share one >/dev/null
	mkdir good
	cp share/one.tar.zst good
	unpacked one
}

# again MEMBER...: packed one, with the members that an object has.
again() { packed one metadata.json bzImage vmlinux config "$@"; }

@test "remote: an object must be that of the key, and for this machine" {
	for bad in '.key = "two"' '.arch = "aarch64"' '.format = 2' 'del(.label)' 'del(.files)' \
		'del(.files.bzImage)' 'del(.files.config)' '.image_name = "vmlinux"'; do
		unpacked one
		meta "$bad"
		again
		refused "'share/one.tar.zst' is refused: it is no entry 'one': "
	done
	cp share/one.tar.zst two
	put two
	ktstr-cache push --to share two
	mv -f share/two.tar.zst share/one.tar.zst
	refused "it is no entry 'one': it is the entry of another key, two"
}

@test "remote: what an object says becomes no command, path or control sequence" {
	for bad in '.label = "a'\''$(id)"' '.label = "../x"' '.label = ".x"' '.version = "\u001b[2J"' \
		'.image_name = "../x" | .files["../x"] = .files.bzImage' \
		'.image_name = "metadata.json" | .files["metadata.json"] = .files.bzImage' \
		'.files["bpf/../../x"] = .files.config' '.files["/x"] = .files.config' \
		'.files["bpf/"] = .files.config' '.files["bpf/a b"] = .files.config' \
		'.files["x"] = .files.config' '.files["bpf/.x"] = .files.config'; do
		unpacked one
		meta "$bad"
		again
		refused "is refused: it is no entry 'one': "
	done
}

@test "remote: files are exactly those that the metadata lists" {
	echo x >object/extra
	again extra
	refused "a file that its metadata does not list"
	again bzImage
	refused "a file that its metadata does not list, or one twice"
	packed one metadata.json bzImage config
	refused "it is cut short"
	packed one bzImage metadata.json vmlinux config
	refused "it does not begin with metadata.json"
	printf x | dd of=object/bzImage bs=1 seek=100 conv=notrunc status=none
	again
	refused "a file has another content than its metadata says"
	printf x >>object/bzImage
	again
	refused "a file has another size than its metadata says"
	ln -sf /etc/passwd object/bzImage
	again
	refused "it holds something else than plain files"
}

@test "remote: an object that is damaged, cut, empty or none is refused" {
	mv share/one.tar.zst whole
	for at in 0 1 10 $(($(stat -c %s whole) / 2)) $(($(stat -c %s whole) - 20)); do
		head -c "$at" whole >share/one.tar.zst
		refused "'share/one.tar.zst'"
	done
	for text in '<html>' '{}' "$(printf '\x28\xb5\x2f\xfd')"; do
		echo "$text" >share/one.tar.zst
		refused "'share/one.tar.zst'"
	done
	rm share/one.tar.zst
	mkfifo share/one.tar.zst
	refused "is no regular file"
	rm share/one.tar.zst
	ln -s "$PWD/built/.config" share/one.tar.zst
	refused "cannot read 'share/one.tar.zst': Too many levels"
	[[ "$stderr" == *one* ]]
}

@test "remote: a bomb costs neither memory nor disk" {
	local memory=2000000
	# The sanitizers reserve terabytes of addresses.
	! grep -qE '__[at]san_init' "$(command -v ktstr-cache)" || memory=unlimited
	limited() { run -1 --separate-stderr bash -c 'ulimit -f 40000 -v '$memory'
		KTSTR_CACHE_DIR=$PWD/other KTSTR_REMOTE_CACHE=share timeout 20 ktstr-cache get one'
		[[ "$stderr" == "ktstr-cache: remote cache: 'one' was not fetched: "*"$1"* ]]
		other_nothing_left; }
	truncate -s 3G object/bzImage
	again
	limited "another size"
	truncate -s 3G object/metadata.json
	again
	limited "too large"
	unpacked one
	meta '.files.bzImage.size = 5000000000'
	again
	limited "has no SHA-256, or is too large"
	unpacked one
	meta '.files.bzImage.size = -1'
	again
	limited "has no SHA-256, or is too large"
	truncate -s 3G share/one.tar.zst
	limited "has more than"
}

@test "remote: programs are taken only when signed, or from a folder of our own" {
	mkdir tools
	printf '#!/bin/sh\n' >tools/bpftool
	chmod +x tools/bpftool
	put two --bpf-dir tools
	web
	export KTSTR_REMOTE_TOKEN=$token
	# Unsigned: not sent to a server, and not taken from it.
	run -125 --separate-stderr ktstr-cache push --to "$web" two
	[[ "$stderr" == "ktstr-cache: entry 'two' is not sent to '$web': it has programs (bpf/), "* ]]
	ktstr-cache push --to share two
	cp share/two.tar.zst www/
	run -125 --separate-stderr other_cache ktstr-cache pull --from "$web" two
	[[ "$stderr" == *"'${web}two.tar.zst' is refused: it has programs for this computer (bpf/)"* ]]
	[ ! -e other/two ]
	# A folder that others can write is no better.
	chmod g+w share
	run -125 --separate-stderr other_cache ktstr-cache pull --from share two
	[[ "$stderr" == *"it has programs"* ]]
	chmod g-w share
	chmod u+w,o+w share/two.tar.zst
	run -125 other_cache ktstr-cache pull --from share two
	chmod o-w share/two.tar.zst
	run -0 other_cache ktstr-cache pull --from share two
	[ -x other/two/bpf/bpftool ]
	# Signed: taken from anywhere, by who has the key.
	rm -rf other/two
	export KTSTR_REMOTE_KEY=$key
	run -0 ktstr-cache push --force --to "$web" two
	run -0 other_cache ktstr-cache pull --from "$web" two
	[ -x other/two/bpf/bpftool ]
	[ ! -e other/two/metadata.json.hmac ]
	rm -rf other/two
	KTSTR_REMOTE_KEY=${key}x run -2 --separate-stderr other_cache ktstr-cache pull --from "$web" two
	[[ "$stderr" == *"it is signed with another KTSTR_REMOTE_KEY" ]]
	KTSTR_REMOTE_KEY="" run -125 other_cache ktstr-cache pull --from "$web" two
	[ ! -e other/two ]
}

@test "remote: with a key, what is not signed with it is refused, whatever it is" {
	export KTSTR_REMOTE_KEY=$key
	refused "it is not signed, and KTSTR_REMOTE_KEY is set"
	run -0 ktstr-cache push --force --to share one
	run -0 other_cache ktstr-cache pull --from share one
	rm -rf other/one
	cp -f share/one.tar.zst good
	unpacked one
	run -0 tar -tf <(zstd -qdc share/one.tar.zst)
	[ "${lines[*]}" = "metadata.json metadata.json.hmac bzImage vmlinux config" ]
	[ "$(cat object/metadata.json.hmac)" = "$({ echo ktstr-cache entry 1; cat object/metadata.json; } |
		python3 -c 'import hmac, sys; print(hmac.new(sys.argv[1].encode(), sys.stdin.buffer.read(), "sha256").hexdigest())' "$key")" ]
	meta '.version = "6.66"'
	packed one metadata.json metadata.json.hmac bzImage vmlinux config
	refused "it is signed with another KTSTR_REMOTE_KEY"
	again
	refused "it is not signed"
	echo >object/metadata.json.hmac
	packed one metadata.json metadata.json.hmac bzImage vmlinux config
	refused "it is signed with another KTSTR_REMOTE_KEY"
	unset KTSTR_REMOTE_KEY
	echo "$key" >file
	KTSTR_REMOTE_KEY_FILE=./file run -0 ktstr-cache push --force --to share one
	KTSTR_REMOTE_KEY=$key run -0 other_cache ktstr-cache pull --from share one
}

@test "remote: an entry that is damaged here is not sent" {
	chmod u+w cache/one/bzImage
	printf x | dd of=cache/one/bzImage bs=1 seek=100 conv=notrunc status=none
	run -2 --separate-stderr ktstr-cache push --to share --force one
	[[ "$stderr" == "ktstr-cache: '$PWD/cache/one/bzImage' has another content than it had" ]]
	rm -f share/one.tar.zst
	run -2 ktstr-cache push --to share one
	[ ! -e share/one.tar.zst ]
}

@test "remote: a wrong setting is an error before any work" {
	wrong() { run -2 --separate-stderr env "$1" ktstr-cache get one; [[ "$stderr" == "ktstr-cache: "*"$2"* ]]; [[ "$stderr" != *hunter* ]]; }
	export KTSTR_REMOTE_CACHE=share
	wrong KTSTR_REMOTE_CACHE=ftp://x/ "a remote cache is http://, https://, file:// or a folder"
	wrong KTSTR_REMOTE_CACHE=file://x/y "three slashes begin a path"
	wrong KTSTR_REMOTE_CACHE=https://me:hunter@x/ "say KTSTR_REMOTE_TOKEN instead"
	wrong "KTSTR_REMOTE_CACHE=https://x/?a" "no address of a folder"
	wrong KTSTR_REMOTE_PUSH=yes "KTSTR_REMOTE_PUSH is 'yes', which is neither 0 nor 1"
	wrong KTSTR_REMOTE_KEY=hunter "KTSTR_REMOTE_KEY has 6 characters, not 16 to 4096"
	wrong "KTSTR_REMOTE_TOKEN=hunter 2" "KTSTR_REMOTE_TOKEN has a character"
	wrong KTSTR_REMOTE_TOKEN=$'hunter\r\nX-Y: z' "KTSTR_REMOTE_TOKEN has a character"
	wrong KTSTR_REMOTE_TOKEN_FILE=nothing "KTSTR_REMOTE_TOKEN_FILE: cannot read 'nothing'"
	wrong KTSTR_REMOTE_TOKEN_FILE=/dev/zero "cannot read '/dev/zero'"
	KTSTR_REMOTE_PUSH=yes run -2 put three
	[ ! -e cache/three ]
	run -2 env KTSTR_REMOTE_TOKEN=a KTSTR_REMOTE_TOKEN_FILE=b ktstr-cache get one
	unset KTSTR_REMOTE_CACHE
	for args in 'push' 'push one' 'pull one' 'push --to share' 'pull --from share' 'pull --from share ../x' \
		'push --to share --all one' 'pull --all --from http://127.0.0.1:1/'; do
		run -2 ktstr-cache $args
	done
	run -1 ktstr-cache push --to share nothing
	run -1 ktstr-cache pull --from share nothing
}

@test "remote: offline, no remote is asked, and -v says so" {
	export KTSTR_OFFLINE=1 KTSTR_REMOTE_CACHE=http://127.0.0.1:1/ KTSTR_REMOTE_PUSH=1
	run -1 --separate-stderr ktstr-cache get two
	[ "$stderr" = "" ]
	run -1 --separate-stderr ktstr-cache -v get two
	[[ "$stderr" == *"KTSTR_OFFLINE is set, so 'http://127.0.0.1:1/' is not asked for 'two'" ]]
	run -0 --separate-stderr put two
	[ "$stderr" = "" ]
	run -125 --separate-stderr ktstr-cache pull two
	[[ "$stderr" == *"KTSTR_OFFLINE is set"* ]]
	run -0 other_cache ktstr-cache pull --from share one
}

@test "remote: --all moves all that is good, says what is not, and exits not 0 then" {
	put two
	run -0 ktstr-cache push --all --to share
	[ "$(ls share)" = $'one.tar.zst\ntwo.tar.zst' ]
	chmod u+w share/one.tar.zst
	echo broken >share/one.tar.zst
	touch share/.hidden.tar.zst share/README
	run -2 --separate-stderr other_cache ktstr-cache pull --all --from share
	[ "$output" = "$PWD/other/two" ]
	[[ "$stderr" == *"share/one.tar.zst"* ]]
	[ "${#stderr_lines[@]}" = 1 ]
}

@test "remote: eight that get one key, and eight that put it, are in nobody's way" {
	web
	export KTSTR_REMOTE_CACHE=$web KTSTR_REMOTE_TOKEN=$token
	local pids=()
	for i in 1 2 3 4 5 6 7 8; do
		put two >put.$i 2>&1 3>&- &
		pids+=("$!")
		KTSTR_REMOTE_CACHE=share KTSTR_REMOTE_PUSH=1 put three >put3.$i 2>&1 3>&- &
		pids+=("$!")
		KTSTR_REMOTE_CACHE=share KTSTR_CACHE_DIR=$PWD/other ktstr-cache get one >get.$i 2>&1 3>&- &
		pids+=("$!")
	done
	wait "${pids[@]}"
	for i in 1 2 3 4 5 6 7 8; do
		[ "$(tail -n 1 put.$i)" = "$PWD/cache/two" ]
		[ "$(tail -n 1 put3.$i)" = "$PWD/cache/three" ]
		[ "$(tail -n 1 get.$i)" = "$PWD/other/one" ]
		run ! grep -v -e 'went to' -e 'came from' -e "^$PWD/" -e 'waiting for' put.$i put3.$i get.$i
	done
	run -0 ktstr-cache verify
	run -0 other_cache ktstr-cache verify
	rm -rf other
	run -0 other_cache ktstr-cache pull --from "$web" two
	run -0 other_cache ktstr-cache pull --from share three
	[ -z "$(ls -A share/.tmp)" ]
	nothing_left
}

@test "remote: kill -9 in the middle of push and pull shows nothing that is half" {
	head -c 3000000 /dev/urandom >>built/arch/x86/boot/bzImage
	put two
	# Into a folder: before the object gets its name.
	run -137 strace -f -o trace -e trace=renameat2 -e inject=renameat2:signal=KILL:when=1 \
		ktstr-cache push --to share two
	[ ! -e share/two.tar.zst ] || [ "$(zstd -qdc share/two.tar.zst | tar -tf - | wc -l)" = 4 ]
	ktstr-cache push --to share --force two
	[ -z "$(ls -A share/.tmp)" ]
	# To a server, in the middle of the body.
	web
	export KTSTR_REMOTE_TOKEN=$token
	run -137 strace -f -o trace -e trace=sendto -e inject=sendto:signal=KILL:when=6 \
		ktstr-cache push --to "$web" two
	run -1 ktstr-cache pull --from "$web" nothing
	[ -z "$(ls -A www)" ]
	# From a server, in the middle of the body; from a folder, before the rename.
	faults share
	spawn env KTSTR_CACHE_DIR="$PWD/other" KTSTR_NET_STALL=60 ktstr-cache -q pull --from "$faults/stall" two
	arrives() { [ -s "$(echo other/.tmp/pull.*/object)" ]; }
	until_true arrives
	kill -KILL "$!"
	wait "$!" || :
	[ ! -e other/two ]
	run -137 env KTSTR_CACHE_DIR="$PWD/other" strace -f -o trace -e trace=rename,renameat2 \
		-e inject=rename,renameat2:signal=KILL:when=1 ktstr-cache pull --from share two
	[ ! -e other/two ] || run -0 other_cache ktstr-cache verify two
	run -0 other_cache ktstr-cache pull --from share two
	run -0 other_cache ktstr-cache verify two
	[ -z "$(ls -A other/.tmp)" ]
	ktstr-cache push --to share --force two
	nothing_left
}
