# ktstr-cache(1): what is removed, and what stays: clean, gc.
# shellcheck disable=SC2154 # bats and the helper set stderr, lines, spawned
# shellcheck disable=SC2016 # scripts for sh -c, on purpose
bats_require_minimum_version 1.5.0
load helper
load cache

# read_by_somebody KEY: hold the entry's lock as a reader does.
read_by_somebody() {
	spawn flock -s "cache/.locks/$1.lock" sleep 60
	until_true busy "cache/.locks/$1.lock"
}

# used KEY WHEN: as if it had been used last then.
used() {
	touch -d "$2" "cache/.locks/$1.lock" "cache/$1"
}

# large KEY KIB: an entry with a boot image of this size, like no other.
large() {
	head -c "$2"K /dev/urandom >>built/arch/x86/boot/bzImage
	put "$1" >/dev/null
	make -s -C built bzImage >/dev/null
}

# corrupt KEY: an entry that has lost its metadata.json.
corrupt() {
	put "$1"
	rm -f "cache/$1/metadata.json"
}

# answer COMMAND...: run it on a terminal where "$reply" is typed.
answer() { printf '%s\n' "$reply" | script -qec "$(printf '%q ' "$@")" /dev/null; }

@test "cache: clean asks, spares the newest, and removes what is corrupt" {
	built
	put one
	put two
	corrupt bad
	run -2 --separate-stderr ktstr-cache clean </dev/null
	[[ "$stderr" == *"say --force to remove 3 entries" ]]
	run -2 ktstr-cache clean --force --keep 1 --corrupt-only
	run -0 ktstr-cache clean --corrupt-only --force
	[ "$output" = bad ]
	older two 19
	corrupt bad
	run -0 ktstr-cache clean --keep 1 --force
	[ "$output" = $'two\nbad' ]
	run -0 ktstr-cache clean --force
	[ "$output" = one ]
	[ "$(ls cache)" = "" ]
	[ "$(ls cache/.locks)" = "" ]
	nothing_left
	run -0 --separate-stderr ktstr-cache clean --force
	[[ "$stderr" == *"nothing to clean"* ]]
}

@test "cache: clean asks on a terminal, and takes y for an answer, no other" {
	built
	put one
	for reply in n yes '' Q; do
		run -0 answer ktstr-cache clean
		[[ "$output" == *"remove 1 entry? [y/N] "*aborted* ]]
		[ -d cache/one ]
	done
	reply=Y run -0 answer ktstr-cache clean
	[[ "$output" == *"remove 1 entry? [y/N] "*one* ]]
	[ ! -e cache/one ]
}

@test "cache: clean removes the entries that it is told, by key or pattern" {
	built
	for key in a1 a2 b1 c; do put $key; done
	run -0 ktstr-cache clean --force 'a*' c
	[ "$(sort <<<"$output")" = $'a1\na2\nc' ]
	run -1 --separate-stderr ktstr-cache clean --force b1 nothing
	[ "$output" = b1 ]
	[ "$stderr" = "ktstr-cache: no entry in '$KTSTR_CACHE_DIR' is called 'nothing'" ]
	put one
	corrupt two
	run -0 ktstr-cache clean --force --corrupt-only one two
	[ "$output" = two ]
	run -2 ktstr-cache clean --force --keep 1 one
	[ -d cache/one ]
}

@test "cache: clean leaves an entry that a reader has locked, and names the reader" {
	built
	put one
	put two
	read_by_somebody one
	run -75 --separate-stderr ktstr-cache clean --force
	[ "$output" = two ]
	[[ "$stderr" == "ktstr-cache: entry 'one' is in use by pid "*" (flock -s cache/.locks/one.lock sleep 60)"*$'\n'"ktstr-cache: 1 of 2 entries could not be removed" ]]
	[ -d cache/one ]
}

@test "cache: gc removes what was not used for so many days" {
	built
	for key in old young; do put $key; done
	used old '31 days ago'
	used young '29 days ago'
	run -0 --separate-stderr ktstr-cache gc --max-age 30 --dry-run
	[ "$output" = old ]
	[[ "$stderr" == *"would be"*"(nothing is removed)" ]]
	[ -d cache/old ]
	run -0 ktstr-cache -q gc --max-age 30
	[ "$output" = old ]
	[ "$(ls cache)" = young ]
	nothing_left
}

@test "cache: a use is remembered, and keeps an entry" {
	built
	put one
	used one '31 days ago'
	run -0 ktstr-cache get one
	run -0 ktstr-cache -q gc --max-age 30
	[ "$output" = "" ]
	[[ "$(ktstr-cache show one --field last_use)" == "$(date -u +%Y-)"* ]]
	used one '30 minutes ago'
	before=$(stat -c %y cache/.locks/one.lock)
	run -0 ktstr-cache get one
	[ "$(stat -c %y cache/.locks/one.lock)" = "$before" ]
}

@test "cache: gc keeps a cache below a size, the longest unused goes first" {
	built
	large one 300
	large two 300
	large three 300
	used two '3 days ago'
	used three '2 days ago'
	used one '1 day ago'
	run -0 --separate-stderr ktstr-cache gc --max-size 700K
	[ "$output" = two ]
	run -0 --separate-stderr env KTSTR_CACHE_MAX_SIZE=400K ktstr-cache gc
	[ "$output" = three ]
	run -0 --separate-stderr env KTSTR_CACHE_MAX_SIZE=1K ktstr-cache gc --max-size 1G
	[ "$output" = "" ]
	run -0 ktstr-cache -q gc --max-size 0
	[ "$output" = one ]
	for size in 5 x 5X -1G 1GB ''; do
		run -2 ktstr-cache gc --max-size "$size"
	done
	run -2 --separate-stderr env KTSTR_CACHE_MAX_SIZE=much ktstr-cache gc
	[ "$stderr" = "ktstr-cache: KTSTR_CACHE_MAX_SIZE 'much' is no size such as 500M or 20G" ]
	run -2 ktstr-cache gc --max-age soon
}

@test "cache: gc keeps an entry that is in use, names it, and says that it is not done" {
	built
	large one 300
	large two 300
	used one '3 days ago'
	read_by_somebody one
	run -75 --separate-stderr ktstr-cache gc --max-size 1K
	[ "$output" = two ]
	[[ "$stderr" == *"entry 'one' is in use by pid "* ]]
	run -0 ktstr-cache verify
	[ "$output" = one ]
}

@test "cache: gc removes corrupt entries first, but no folder that is not ours" {
	built
	large one 300
	large two 10
	rm cache/two/bzImage
	mkdir cache/photos
	head -c 500K /dev/zero >cache/photos/holiday.jpg
	run -0 --separate-stderr ktstr-cache gc --max-size 100K
	[ "$output" = $'two\none' ]
	[ -f cache/photos/holiday.jpg ]
}

@test "cache: gc bounds downloads and mirrors too, and leaves those in use" {
	built
	put one
	mkdir -p cache/.downloads cache/.git/mirror
	for name in a.tar.xz b.tar.xz; do
		head -c 300K /dev/urandom >cache/.downloads/$name
		touch -d '40 days ago' cache/.downloads/$name
	done
	head -c 300K /dev/urandom >cache/.git/mirror/pack
	touch -d '50 days ago' cache/.git/mirror
	: >cache/.downloads/b.tar.xz.lock
	spawn flock cache/.downloads/b.tar.xz.lock sleep 60
	until_true busy cache/.downloads/b.tar.xz.lock
	run -75 --separate-stderr ktstr-cache gc --max-age 30
	[ "$output" = $'.git/mirror\n.downloads/a.tar.xz' ]
	[[ "$stderr" == *"b.tar.xz.lock' is in use by pid "* ]]
	[ "$(ls cache/.downloads)" = $'b.tar.xz\nb.tar.xz.lock' ]
	kill -KILL -- "-${spawned[0]}"
	until_true flock -n cache/.downloads/b.tar.xz.lock true
	run -0 ktstr-cache -q gc --max-size 290K
	[ "$output" = .downloads/b.tar.xz ]
	[ "$(ls cache/.downloads)" = "" ]
	run -0 ktstr-cache get one
}

@test "cache: gc without a limit only tidies: dead folders and locks of nobody" {
	built
	put one
	spawn ktstr-cache work -- sh -c 'echo "$KTSTR_WORK" >work; exec sleep 60'
	until_true test -s work
	kill -KILL "${spawned[0]}"
	until_true bash -c "! kill -0 ${spawned[0]} 2>/dev/null"
	: >cache/.locks/gone.lock
	: >cache/.locks/source-01234567.lock
	run -0 --separate-stderr ktstr-cache gc
	[ "$output" = "" ]
	[ "$(ls -A cache/.locks)" = one.lock ]
	nothing_left
	KTSTR_CACHE_DIR=$PWD/nothing run -0 ktstr-cache gc
	[ ! -e nothing ]
}

@test "cache: equal files of entries are stored once" {
	built
	put one
	put two
	for file in bzImage vmlinux config; do
		[ "cache/one/$file" -ef "cache/two/$file" ]
	done
	run ! [ cache/one/metadata.json -ef cache/two/metadata.json ]
	[ "$(stat -c %a cache/one/bzImage)" = 400 ] || [ "$(stat -c %a cache/one/bzImage)" = 444 ]
	run -0 ktstr-cache clean --force one
	run -0 ktstr-cache verify
	[ "$output" = two ]
}

@test "cache: gc shares what is stored twice, and says how much that saved" {
	built
	large one 300
	cp -R cache/one cache/two
	sed -i 's/"key": "one"/"key": "two"/' cache/two/metadata.json
	chmod 444 cache/two/*
	run -0 --separate-stderr ktstr-cache gc
	[[ "$stderr" == *"equal files of entries are stored once now: "*"KiB saved"* ]]
	[ cache/one/bzImage -ef cache/two/bzImage ]
	run -0 --separate-stderr ktstr-cache gc
	[[ "$stderr" != *saved* ]]
	run -0 ktstr-cache verify
	# Shared, both count once, and removing one of them frees nothing.
	run -0 --separate-stderr ktstr-cache gc --max-size 400K
	[ "$output" = "" ]
	nothing_left
}

@test "cache: a damaged file is never shared, and a put beside it is whole" {
	built
	put one
	chmod u+w cache/one/vmlinux
	printf X | dd of=cache/one/vmlinux bs=1 seek=70 conv=notrunc status=none
	chmod 444 cache/one/vmlinux
	put two
	run ! [ cache/one/vmlinux -ef cache/two/vmlinux ]
	run -1 ktstr-cache verify one
	run -0 ktstr-cache verify two
	run -0 ktstr-cache gc
	run -0 ktstr-cache verify two
	# Damage that comes later is in all that share; each put mends its own.
	put three
	[ cache/two/config -ef cache/three/config ]
	chmod u+w cache/two/config
	printf X | dd of=cache/two/config bs=1 conv=notrunc status=none
	run -1 ktstr-cache verify two
	run -1 ktstr-cache verify three
	put two
	run -0 ktstr-cache verify two
	put three
	run -0 ktstr-cache verify three
}

@test "cache: a file system that can share bytes shares them between equal files" {
	command -v mkfs.btrfs >/dev/null || skip "needs mkfs.btrfs"
	built
	head -c 1M /dev/urandom >>built/arch/x86/boot/bzImage
	truncate -s 200M disk
	mkfs.btrfs -q disk >/dev/null
	mkdir mounted
	unshare -m mount -o loop disk mounted || skip "may not mount btrfs"
	cat >on-btrfs <<-'END'
		set -e
		mount -o loop disk mounted
		export KTSTR_CACHE_DIR=$PWD/mounted/cache
		put() { ktstr-cache put --image built/arch/x86/boot/bzImage --vmlinux built/vmlinux --config built/.config --key "$1"; }
		put one
		put two
		[ ! mounted/cache/one/bzImage -ef mounted/cache/two/bzImage ]
		[ "$(filefrag -v mounted/cache/two/bzImage | grep -c shared)" -ge 1 ]
		cp --reflink=never mounted/cache/two/bzImage mounted/new
		chmod 444 mounted/new
		mv -f mounted/new mounted/cache/two/bzImage
		ktstr-cache gc 2>&1 | grep 'stored once now: 1.0 MiB saved'
		ktstr-cache gc 2>&1 | grep -c saved || :
		ktstr-cache verify
		umount mounted
	END
	run -0 unshare -m bash on-btrfs
	echo "$output"
	[[ "$output" == *$'\n0\n'* ]]
}

@test "cache: gc and clean remove the locks of builds and trees that nobody holds" {
	built
	put one
	spawn ktstr-lock build held -- sleep 60
	until_true test -e cache/.locks/.build-held.lock
	until_true busy cache/.locks/.build-held.lock
	for key in one two; do ktstr-lock build $key -- true; done
	mkdir tree
	ktstr-lock source tree -- true
	[ "$(find cache/.locks -type f | wc -l)" = 5 ]
	run -0 ktstr-cache clean --force one
	[[ "$(cd cache/.locks && echo .build* *)" == ".build-held.lock .build-two.lock source-"*.lock ]]
	run -0 ktstr-cache gc
	[ "$(ls -A cache/.locks)" = .build-held.lock ]
	# Who waits for a lock whose file is removed has the lock that others mean.
	: >"wait"
	spawn ktstr-lock build two -- sh -c 'while [ -e wait ]; do sleep 0.1; done'
	until_true busy cache/.locks/.build-two.lock
	spawn ktstr-lock build two -- sh -c ': >second; exec sleep 60'
	until_true pgrep -s "${spawned[-1]}" -x ktstr-lock
	rm cache/.locks/.build-two.lock wait
	run -75 ktstr-lock build --no-wait held -- true
	until_true test -e second
	run -75 ktstr-lock build --no-wait two -- true
	kill -KILL -- "-${spawned[-1]}" "-${spawned[0]}"
	until_true flock -n cache/.locks/.build-held.lock true
	until_true flock -n cache/.locks/.build-two.lock true
	run -0 ktstr-cache clean --force
	[ "$(ls -A cache/.locks)" = "" ]
}

@test "cache: clean asks before it removes templates" {
	built
	mkdir -p cache/.templates/{aa,bb}
	run -2 --separate-stderr ktstr-cache clean </dev/null
	[[ "$stderr" == *"say --force to remove 2 templates" ]]
	put one
	run -2 --separate-stderr ktstr-cache clean </dev/null
	[[ "$stderr" == *"say --force to remove 1 entry and 2 templates" ]]
	reply=n run -0 answer ktstr-cache clean
	[[ "$output" == *"remove 1 entry and 2 templates? [y/N] "*aborted* ]]
	[ -d cache/.templates/aa ]
	reply=y run -0 answer ktstr-cache clean
	[ "$(ls cache/.templates)" = "" ]
	run -0 --separate-stderr ktstr-cache clean
	[[ "$stderr" == *"nothing to clean"* ]]
}

@test "cache: clean and gc remove templates of machines that nobody uses" {
	built
	put one
	mkdir -p cache/.templates/{aa,bb}
	head -c 64K /dev/urandom | tee cache/.templates/aa/ram0 >cache/.templates/bb/ram0
	spawn flock -s cache/.templates/bb sleep 60
	until_true busy cache/.templates/bb
	# Where entries are chosen, templates are not meant.
	run -0 ktstr-cache clean --force --keep 1
	[ -d cache/.templates/aa ]
	run -75 --separate-stderr ktstr-cache clean --force
	[ "$output" = $'.templates/aa\none' ]
	[[ $stderr == *".templates/bb' is in use by "*"sleep 60"* ]]
	[ ! -e cache/.templates/aa ]
	kill -KILL -- "-${spawned[0]}"
	until_true flock -n cache/.templates/bb true
	run -0 --separate-stderr ktstr-cache gc --max-size 0
	[ "$output" = .templates/bb ]
	[ "$(ls cache/.templates)" = "" ]
	nothing_left
}
