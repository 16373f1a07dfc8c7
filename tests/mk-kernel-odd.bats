# mk/kernel.mk: odd paths, places that cannot be written, and what is not to be
# repeated. The kernels are small trees: tests/data/fake-kernel.
# shellcheck disable=SC2154 # bats and the helper set stderr, spawned
# shellcheck disable=SC2016 # $ in names, on purpose
bats_require_minimum_version 1.5.0
load helper
load kernel

nothing_built() { [ ! -e "$1/builds" ] && ! compgen -G "$KTSTR_CACHE_DIR/local-*"; }

@test "kernel.mk: a tree in a path that kbuild cannot have is refused before anything is built" {
	for name in 'a#b' 'a:b' 'a"b' 'a;b' 'a%b' 'a=b' 'a(b)'; do
		mv linux "$name"
		run -2 --separate-stderr kernel KERNEL="./$name"
		[[ "$stderr" == "ktstr-cache: a kernel cannot be built in '$PWD/$name': kbuild cannot have "*" in a path; move or rename the folder"* ]]
		nothing_built "$name"
		mv "$name" linux
	done
	mv linux 'a b'
	ln -s 'a b' linux
	run -2 --separate-stderr kernel KERNEL=linux
	[[ "$stderr" == *"kbuild cannot have a blank ( ) in a path"* ]]
	run -2 --separate-stderr kernel KERNEL="./it's"
	[[ "$stderr" == *"KERNEL may not have a quote in it"* ]]
	nothing_built 'a b'
	mv 'a b' 'ä,b~c'
	run -0 kernel KERNEL='./ä,b~c'
}

@test "kernel.mk: a setting that make cannot have in a path is refused" {
	for v in KTSTR_OUT KTSTR_EXTRA_KCONFIG KTSTR_CACHE_DIR KTSTR_KERNEL_O; do
		for char in '#' ':' '$$' '"' ' ' '\x'; do
			run -2 --separate-stderr kernel KERNEL=linux "$v=$PWD/a${char}b"
			[[ "$stderr" == *"ktstr: $v may not have "*" in it: '$PWD/a${char/\$\$/\$}b'"* ]]
		done
	done
	mkdir 'a:b'
	run -2 --separate-stderr make -C 'a:b' -f "$PWD/Makefile" ktstr-kernel KERNEL="$PWD/linux"
	[[ "$stderr" == *"CURDIR may not have ':' in it"* ]]
	XDG_CACHE_HOME="$PWD/a b" KTSTR_CACHE_DIR='' run -2 --separate-stderr kernel KERNEL=linux
	[[ "$stderr" == "ktstr-cache: the cache's temporary folder is '"*"/a b/"*"': make cannot have ' ' in the path of a folder that it works in"* ]]
	for name in "o'x" 'a=b' 'a%b' 'a(b'; do
		XDG_CACHE_HOME="$PWD/$name" KTSTR_CACHE_DIR='' run -2 --separate-stderr kernel KERNEL=linux
		[[ "$stderr" == "ktstr-cache: the cache's temporary folder is '"*"$name"*"': make cannot have "* ]]
		mkdir -p "$name"
		run -2 --separate-stderr make -C "$name" -f "$PWD/Makefile" ktstr-kernel KERNEL="$PWD/linux"
		[[ "$stderr" == *"this folder is '$PWD/$name': make cannot have "* ]]
	done
	nothing_built linux
}

@test "kernel.mk: make -i, which goes on after a failure, and -e are refused" {
	for option in -i -e -ki; do
		run -2 --separate-stderr kernel "$option" KERNEL=linux
		[[ "$stderr" == *"would take a failed build for a kernel"* ]]
	done
	nothing_built linux
}

@test "kernel.mk: KTSTR_OUT that is empty, or holds other things, is refused" {
	mkdir results
	touch results/mine
	printf 'include %s/mk/ktstr.mk\n' "$KTSTR_TOP" >all.mk
	run -2 --separate-stderr make -n -f all.mk KTSTR_TOOLS="$KTSTR_BUILD" ktstr-clean KTSTR_OUT=
	[[ "$stderr" == *"ktstr: KTSTR_OUT is empty"* ]]
	for out in . .. / "$PWD"; do
		run -2 --separate-stderr make -n -f all.mk KTSTR_TOOLS="$KTSTR_BUILD" ktstr-clean KTSTR_OUT="$out"
		[[ "$stderr" == *"ktstr: KTSTR_OUT='$out' holds more than ktstr made"* ]]
	done
	run -2 --separate-stderr kernel KERNEL=linux KTSTR_OUT=
	[[ "$stderr" == *"ktstr: KTSTR_OUT is empty"* ]]
	[ -e results/mine ]
	mkdir -p out/results
	run -0 make -f all.mk KTSTR_TOOLS="$KTSTR_BUILD" ktstr-clean KTSTR_OUT=out
	[ ! -e out ]
}

@test "kernel.mk: a tarball whose top folder has blanks and quotes is built" {
	rm -rf linux/.git
	mv linux "it's \"a\" tree"
	tar -cf l.tar "it's \"a\" tree"
	run -0 kernel KERNEL=l.tar
	[[ "$output" == *"built in"* ]]
}

@test "kernel.mk: a user or a token in a URL is in no message" {
	for url in git+https://secret@h/x 6.12,git+http://me:secret@h/x@v1 git+ssh://me:secret@h/x; do
		run -2 --separate-stderr kernel KERNEL="$url" V=1
		[[ "$output$stderr" != *secret* ]]
		[[ "$stderr" == *"in it, which others could read; let git's credential.helper keep it"* ]]
	done
	run -2 --separate-stderr kernel KERNEL="git+ssh://me@h/x#..b"
	[[ "$stderr" == *"is no name of a branch, tag or commit"* ]]
}

@test "kernel.mk: control characters of KERNEL command no terminal" {
	run -2 --separate-stderr kernel KERNEL=$'x\e[31m y\\033[31m'
	[[ "$stderr" == *"2 of 2 kernels cannot be had: x?[31m y\\033[31m"* ]]
	[[ "$stderr" != *$'\e'* ]]
}

@test "kernel.mk: a new KTSTR_OUT in the tree is no change of it" {
	cd linux
	run -0 --separate-stderr make -f ../Makefile ktstr-kernel KERNEL=.
	git status --porcelain >../status
	run ! grep ktstr-out ../status
	echo more >>touched.c
	run -0 --separate-stderr make -f ../Makefile ktstr-kernel KERNEL=.
	print=$(ktstr-cache --kconfig-dir "$KTSTR_TOP/kconfig" probe . | jq -r .fingerprint)
	touch ktstr-out/new
	[ "$(ktstr-cache --kconfig-dir "$KTSTR_TOP/kconfig" probe . | jq -r .fingerprint)" = "$print" ]
	grep -x 'Signature: 8a477f597d28d172789f06886806bc55' ktstr-out/CACHEDIR.TAG
	# a folder that was there before is the user's
	mkdir mine
	run -0 --separate-stderr make -f ../Makefile ktstr-kernel KERNEL=. KTSTR_OUT=mine
	[ ! -e mine/.gitignore ]
}

@test "kernel.mk: where the cache cannot be written the kernel is had all the same" {
	unshare -m mount --bind . . 2>/dev/null || skip "may not mount"
	mkdir -p cache/.locks tmp
	export TMPDIR=$PWD/tmp
	rmdir cache/.locks
	run -0 --separate-stderr read_only make ktstr-kernel KERNEL=linux
	[[ "$output" == *"built in"* ]]
	tar -cf l.tar linux
	run -0 --separate-stderr read_only make ktstr-kernel KERNEL=l.tar
	[[ "$output" == *"built in"* ]]
	[ "$(grep -c 'Read-only file system; this kernel is kept in .* alone$' <<<"$stderr")" = 1 ]
	entry=$(readlink "ktstr-out/kernels/$(label)")
	[ "$entry" = "$PWD/ktstr-out/kernels/.built/$(label)" ]
	[ -f "$entry/bzImage" ]
	# and is not built again
	run -0 --separate-stderr read_only make ktstr-kernel KERNEL=l.tar
	[[ "$output" == *": unchanged since it was built (6.99.7-"*", not in the cache)"* ]]
	# the cache is asked first
	run -0 kernel KERNEL=l.tar KTSTR_FORCE=1
	run -0 --separate-stderr read_only make ktstr-kernel KERNEL=l.tar
	[[ "$(readlink "ktstr-out/kernels/$(label)")" == "$KTSTR_CACHE_DIR"/6.99.7* ]]
}

@test "kernel.mk: a tree that cannot be written is refused, with what to do" {
	unshare -m mount --bind . . 2>/dev/null || skip "may not mount"
	run -2 --separate-stderr unshare -m sh -c 'mount --bind linux linux && mount -o remount,ro,bind linux &&
		make ktstr-kernel KERNEL=linux'
	[[ "$stderr" == *"ktstr: '$PWD/linux' cannot be written; KTSTR_KERNEL_O=DIR builds it in another folder"* ]]
	run -0 unshare -m sh -c 'mount --bind linux linux && mount -o remount,ro,bind linux &&
		make ktstr-kernel KERNEL=linux KTSTR_KERNEL_O=elsewhere'
	[ -f elsewhere/vmlinux ]
}

@test "kernel.mk: no room for KTSTR_OUT is a sentence, and leaves no half of it" {
	mkdir small
	mount -t tmpfs -o size=64k tmpfs small 2>/dev/null || skip "may not mount a small tmpfs"
	head -c 64K /dev/zero >small/full
	run -2 --separate-stderr kernel KERNEL=linux KTSTR_OUT=small/out
	left=$(ls small)
	umount small
	[ "$left" = full ]
	[[ "$stderr" == *"ktstr: cannot write KTSTR_OUT, 'small/out'"* ]]
}

@test "kernel.mk: a tree is locked by itself where the cache cannot be written" {
	unshare -m mount --bind . . 2>/dev/null || skip "may not mount"
	mkdir cache
	spawn unshare -m sh -c 'mount --bind cache cache && mount -o remount,ro,bind cache &&
		exec ktstr-lock source linux -- sh -c ": >locked; exec sleep 60"'
	until_true test -e locked
	run -75 --separate-stderr read_only ktstr-lock source --no-wait linux -- true
	[[ "$stderr" == "ktstr-lock: source tree '$PWD/linux' is held by pid "*" (sleep 60)" ]]
	run -0 read_only ktstr-lock source . -- ktstr-lock source . -- true
}

@test "kernel.mk: a wrong remote cache is told before the build, KTSTR_FORCE or not" {
	for force in 0 1; do
		run -2 --separate-stderr kernel KERNEL=linux KTSTR_REMOTE_CACHE=ftp://x KTSTR_FORCE=$force
		[[ "$stderr" == "ktstr-cache: a remote cache is http://, https://, file:// or a folder, not 'ftp://x'"* ]]
		nothing_built linux
	done
}

@test "kernel.mk: a key that is in the remote cache alone is had from there" {
	run -0 kernel KERNEL=linux
	key=$(basename "$(readlink "ktstr-out/kernels/$(label)")")
	run -0 ktstr-cache push --to share "$key"
	run -0 ktstr-cache clean --force
	run -2 --separate-stderr kernel KERNEL="$key"
	KTSTR_REMOTE_CACHE=$PWD/share run -0 kernel KERNEL="$key"
	[[ "$output" == *"'$key' came from '$PWD/share'"*"found in the cache ($key)" ]]
}
