# ktstr-cache(1): what a kernel spec is, and how its source is had.
# shellcheck disable=SC2154 # bats and the helper set stderr, lines, spawned
# shellcheck disable=SC2016,SC2053 # scripts for sh -c, and patterns, on purpose
bats_require_minimum_version 1.5.0
load helper
load cache

@test "cache: resolve of a clean git tree gives a key of commit, machine and fragments" {
	repo linux
	run -0 --separate-stderr ktstr-cache resolve linux
	[ "$stderr" = "" ]
	[ "$(jq -r .kind <<<"$output")" = directory ]
	[ "$(jq -r .path <<<"$output")" = "$PWD/linux" ]
	[ "$(jq -r .version <<<"$output")" = 6.99.7-fake ]
	[ "$(jq -r .state.dirty <<<"$output")" = false ]
	hash=$(git -C linux rev-parse HEAD)
	[ "$(jq -r .state.hash <<<"$output")" = "$hash" ]
	[[ "$(jq -r .key <<<"$output")" == local-${hash:0:12}-x86_64-tiny-kc???????? ]]
	[[ "$(jq -r .label <<<"$output")" == linux_?????? ]]
}

@test "cache: the fragments' meaning is in the key, their comments are not" {
	repo linux
	cp -R "$KTSTR_TOP/kconfig" mine
	export KTSTR_KCONFIG_DIR=$PWD/mine
	key=$(field linux key)
	echo '# a comment' >>mine/ktstr.config
	echo '# nobody' >>mine/required.list
	[ "$(field linux key)" = "$key" ]
	echo CONFIG_NEW=y >>mine/x86_64.config
	[ "$(field linux key)" != "$key" ]
	echo CONFIG_X=y >extra
	run -0 ktstr-cache resolve linux --extra-kconfig extra
	[[ "$(jq -r .key <<<"$output")" == *-kc????????-xkc???????? ]]
}

@test "cache: a tree with changes has no key, and the hint says commit or stash" {
	repo linux
	echo change >>linux/touched.c
	run -0 --separate-stderr ktstr-cache resolve linux
	[[ "$stderr" == *"commit or stash"* ]]
	[ "$(jq -r .key <<<"$output")" = null ]
	[[ "$(jq -r .label <<<"$output")" == linux_??????_dirty ]]
	git -C linux add -A
	[ "$(field linux key)" = null ]
	git -C linux commit -qm change
	echo new >linux/untracked.c
	[[ "$(field linux key)" == local-* ]]
}

@test "cache: a tree without git has no key, even inside another git tree" {
	git init -q .
	git commit -q --allow-empty -m outer
	tree linux
	run -0 --separate-stderr ktstr-cache resolve linux
	[[ "$stderr" == *"put the source under git"* ]]
	[ "$(jq -r .key <<<"$output")" = null ]
	[ "$(jq -r .state.git <<<"$output")" = false ]
}

@test "cache: a .config of the user is in the key, one that we made is not" {
	repo linux
	key=$(field linux key)
	ktstr-cache resolve linux --probe-file probe
	echo CONFIG_OURS=y >linux/.config
	[[ "$(field linux key)" == *-cfg????????-kc* ]]
	cp linux/.config ours
	run -0 ktstr-cache adopt probe ours
	[ "$(field linux key)" = "$key" ]
	[ "$(field linux configured)" = true ]
	echo CONFIG_THEIRS=y >>linux/.config
	[[ "$(field linux key)" == *-cfg????????-kc* ]]
	mkdir out
	run -0 ktstr-cache resolve linux --build-dir out
	[ "$(jq -r .key <<<"$output")" = "$key" ]
}

noted() {
	ktstr-cache -q resolve './odd name' >/dev/null && ls "$KTSTR_CACHE_DIR"/.tarballs/*
}

@test "cache: KTSTR_KCONFIG_BASE is in the key and the label, and has two values" {
	repo linux
	tar -cf l.tar linux
	for what in linux l.tar; do
		key=$(KTSTR_KCONFIG_BASE=defconfig field "./$what" key)
		[[ "$key" == *-x86_64-def-kc???????? ]]
		[[ "$(KTSTR_KCONFIG_BASE=defconfig field "./$what" label)" == *_defconfig ]]
		[ "$(KTSTR_KCONFIG_BASE=tinyconfig field "./$what" key)" = "${key/-def-/-tiny-}" ]
		[ "$(KTSTR_KCONFIG_BASE='' field "./$what" key)" = "${key/-def-/-tiny-}" ]
	done
	KTSTR_KCONFIG_BASE=allyesconfig run -2 --separate-stderr ktstr-cache resolve ./linux
	[ "$stderr" = "ktstr-cache: KTSTR_KCONFIG_BASE is 'allyesconfig'; it may be tinyconfig or defconfig" ]
	# a .config of the user's comes before either
	echo CONFIG_OURS=y >linux/.config
	[ "$(KTSTR_KCONFIG_BASE=defconfig field ./linux key)" = "$(field ./linux key)" ]
	[[ "$(KTSTR_KCONFIG_BASE=defconfig field ./linux label)" != *_defconfig ]]
}

@test "cache: compilers that are asked for are in the key and the label" {
	repo linux
	tar -cf l.tar linux
	for what in ./linux ./l.tar; do
		key=$(field $what key)
		for llvm in 1:llvm -15:llvm-15; do
			[ "$(LLVM=${llvm%:*} field $what key)" = "${key/-kc/-${llvm#*:}-kc}" ]
			[[ "$(LLVM=${llvm%:*} field $what label)" == *"_${llvm#*:}" ]]
		done
	done
	key=$(field ./linux key)
	keys=$key
	for set in LLVM=/usr/lib/llvm-16/bin/ 'LLVM=1 LLVM_IAS=0' CROSS_COMPILE=x86_64-linux-gnu- \
		KTSTR_KERNEL_CC=clang 'KTSTR_KERNEL_CC=clang LLVM_IAS=1'; do
		# shellcheck disable=SC2086 # words
		other=$(export ${set?}; field ./linux key)
		[[ "$other" == "${key%%-kc*}"-cc????????-kc* ]]
		[[ "$keys" != *"$other"* ]]
		keys+=" $other"
	done
	# empty is none, and of the assembler only clang's is meant
	[ "$(LLVM='' CROSS_COMPILE='' KTSTR_KERNEL_CC='' LLVM_IAS=1 field ./linux key)" = "$key" ]
	for llvm in -x -123456 /usr/bin clang 0; do
		LLVM=$llvm run -2 --separate-stderr ktstr-cache resolve ./linux
		[[ "$stderr" == "ktstr-cache: LLVM is '$llvm'; it may be 1, "* ]]
	done
	LLVM=1 LLVM_IAS=no run -2 --separate-stderr ktstr-cache resolve ./linux
	[ "$stderr" = "ktstr-cache: LLVM_IAS is 'no'; it may be 0 or 1" ]
}

@test "cache: a tarball is known by its content, whatever its name" {
	command -v zstd >/dev/null || skip "needs zstd"
	tree linux
	tar -cJf linux-1.2.tar.xz linux
	key=$(field ./linux-1.2.tar.xz key)
	[[ "$key" == 6.99.7-fake-file-????????????-x86_64-tiny-kc* ]]
	[[ "$(field ./linux-1.2.tar.xz label)" == linux-1.2_?????? ]]
	cp linux-1.2.tar.xz 'odd name'
	[ "$(field './odd name' key)" = "$key" ]
	# what is known of a file is noted when it is old enough, and only for it
	touch -d '1 hour ago' 'odd name'
	until_true noted
	[ "$(field './odd name' key)" = "$key" ]
	run -0 strace -f -e trace=openat,open -o trace ktstr-cache resolve './odd name'
	# once, for the head of it: is it a boot image? Hashing opens it again.
	[ "$(grep -c 'odd name' trace)" -le 1 ]
	echo more >>linux/touched.c
	tar -cJf 'odd name' linux
	[ "$(field './odd name' key)" != "$key" ]
	tar -czf a.tar.gz linux
	tar --zstd -cf a.tar.zst linux
	tar -cf a.tar linux
	for f in a.tar.gz a.tar.zst a.tar; do
		run -0 ktstr-cache fetch --to "to-$f" "$f"
		diff -r linux "$output"
	done
}

@test "cache: a spec that cannot be had is a sentence, and exits 2" {
	mkdir empty makefile
	touch makefile/Makefile file
	check() { run -2 --separate-stderr ktstr-cache resolve "$1"; [ "$output" = "" ]; [[ "$stderr" == "ktstr-cache: "$2 ]]; }
	check ./nowhere "kernel './nowhere': No such file or directory"
	check nowhere "kernel 'nowhere': there is no such path, and no such entry in the cache '$KTSTR_CACHE_DIR'"
	check empty "'$PWD/empty' is no kernel tree: it has no Makefile and no Kconfig"
	check makefile "'$PWD/makefile' is no kernel tree: it has no Kconfig"
	check ./file "'$PWD/file' is neither a kernel tree nor a kernel tarball (tar, plain or in xz, gzip or zstd)"
	check /dev/null "kernel '/dev/null' is neither a folder nor a tarball nor a boot image"
	check v6.12.1 "*; a version has no 'v': 6.12.1"
	check vmlinux "*no such entry in the cache '$KTSTR_CACHE_DIR'"
	check '' 'no kernel is named'
}

@test "cache: other machines are refused with a sentence" {
	repo linux
	ARCH=arm64 run -2 --separate-stderr ktstr-cache resolve linux
	[ "$stderr" = "ktstr-cache: kernels for arm64 on x86_64 are not built yet, only for x86_64 on x86_64" ]
}

@test "cache: a bad line of a fragment is named with its place" {
	repo linux
	echo 'CONFIG X' >extra
	run -2 --separate-stderr ktstr-cache resolve linux --extra-kconfig extra
	[[ "$stderr" == "ktstr-cache: extra:1:1: "* ]]
}

@test "cache: probe --since tells what happened in one word, and why on standard error" {
	repo linux
	since() { run -0 --separate-stderr ktstr-cache probe --since probe; [ "$output" = "$1" ]; [[ "$stderr" == $2 ]]; }
	ktstr-cache resolve linux --probe-file probe >/dev/null
	since clean ''
	echo change >>linux/touched.c
	since edited "ktstr-cache: '$PWD/linux' was edited meanwhile (commit *, then commit *, edited)"
	git -C linux commit -qam change
	since moved "ktstr-cache: HEAD of '$PWD/linux' moved meanwhile (commit *, then commit *)"
	git -C linux reset -q --hard HEAD~
	since clean ''
	echo CONFIG_X=y >linux/.config
	since config "ktstr-cache: the .config in '$PWD/linux' was changed meanwhile"
	rm linux/.config
	echo broken >linux/.git/HEAD
	since failed "ktstr-cache: the state of '$PWD/linux' is not known any more: *"
	echo 'ref: refs/heads/master' >linux/.git/HEAD
	tree other
	ktstr-cache -q resolve other --probe-file probe >/dev/null
	since dirty-before ''
}

@test "cache: resolve --lines prints what there is, a line each" {
	repo linux
	run -0 --separate-stderr ktstr-cache resolve --lines linux
	grep -Fx "path=$PWD/linux" <<<"$output"
	grep -Fx kind=directory <<<"$output"
	grep -Fx git=yes <<<"$output"
	run -1 grep -E '^(dirty|url|hint|state)=' <<<"$output"
}

@test "cache: probe prints the state of a tree" {
	repo linux
	run -0 --separate-stderr ktstr-cache probe linux
	[ "$(jq -c 'del(.hash)' <<<"$output")" = '{"git":true,"dirty":false,"fingerprint":null,"config":null,"base":null,"record":null}' ]
	[ "$(jq -r .hash <<<"$output")" = "$(git -C linux rev-parse HEAD)" ]
	tar -cf l.tar linux
	run -2 --separate-stderr ktstr-cache probe ./l.tar
	[ "$stderr" = "ktstr-cache: './l.tar' is no folder" ]
	run -2 ktstr-cache probe linux --since x
}

@test "cache: key prints the key of a probe file, or exits 1" {
	repo linux
	ktstr-cache resolve linux --probe-file probe >/dev/null
	run -0 ktstr-cache key probe
	[[ "$output" == local-* ]]
	run -0 ktstr-cache key --field label probe
	[[ "$output" == linux_* ]]
	run -1 ktstr-cache key --field hint probe
	run -2 --separate-stderr ktstr-cache key --field nonsense probe
	[ "$stderr" = "ktstr-cache: a probe file has no field 'nonsense'" ]
	echo '{"kind": "directory"' >probe
	run -2 --separate-stderr ktstr-cache key probe
	[[ "$stderr" == "ktstr-cache: probe:"*:*:* ]]
	echo '{"kind": "directory"}' >probe
	run -2 ktstr-cache key probe
}

@test "cache: fetch prints the source's folder" {
	repo linux
	run -0 ktstr-cache fetch linux
	[ "$output" = "$PWD/linux" ]
	tar -cJf l.tar.xz linux
	run -0 ktstr-cache fetch l.tar.xz --to sub/folder
	[ "$output" = sub/folder/linux ]
	[ "$(ls -A sub/folder)" = linux ]
	run -2 --separate-stderr ktstr-cache fetch l.tar.xz --to sub/folder
	[ "$stderr" = "ktstr-cache: 'sub/folder/linux' is there already" ]
	run -2 ktstr-cache fetch l.tar.xz
}

@test "cache: a tarball that was cut is refused, and nothing of it stays" {
	command -v zstd >/dev/null || skip "needs zstd"
	tree linux
	head -c 300000 /dev/urandom >linux/random
	tar -cf l.tar linux
	tar -cJf l.tar.xz linux
	tar -czf l.tar.gz linux
	tar --zstd -cf l.tar.zst linux
	for f in l.tar l.tar.xz l.tar.gz l.tar.zst; do
		head -c "$(($(stat -c %s "$f") / 2))" "$f" >"cut-$f"
		run -2 --separate-stderr ktstr-cache fetch --to "to-$f" "cut-$f"
		[[ "$stderr" == "ktstr-cache: tarball '$PWD/cut-$f' is damaged or cut short: "* ]]
		[ ! -e "to-$f" ]
	done
	# Between two members, where tar itself sees nothing wrong.
	truncate -s "$(($(stat -c %s l.tar) / 512 * 512))" l.tar
	size=$(tar -tvRf l.tar | sed -n 's/^block \([0-9]*\):.*touched.c.*/\1/p')
	head -c "$((size * 512))" l.tar >between.tar
	run -2 --separate-stderr ktstr-cache fetch --to to between.tar
	[[ "$stderr" == *"it has no end mark" ]]
	[ ! -e to ]
}

# evil NAME PYTHON: a tarball with a tree and what PYTHON adds to it.
evil() {
	command -v python3 >/dev/null || skip "needs python3 to make hostile tarballs"
	tree linux
	python3 - "$1" "$2" <<-'EOF'
		import sys, tarfile, io
		t = tarfile.open(sys.argv[1], "w")
		t.add("linux")
		def add(name, type=tarfile.REGTYPE, link="", data=b""):
		    i = tarfile.TarInfo(name)
		    i.type, i.linkname, i.size, i.mode = type, link, len(data), 0o644
		    t.addfile(i, io.BytesIO(data))
		exec(sys.argv[2])
		t.close()
	EOF
	rm -rf linux
}

refused() {
	evil evil.tar "$1"
	run -2 --separate-stderr ktstr-cache fetch --to "$PWD/in/to" evil.tar
	[ "$stderr" = "ktstr-cache: tarball '$PWD/evil.tar': $2" ]
	[ ! -e in/to ]
	[ ! -e x ]
	[ ! -e in/x ]
}

@test "cache: a tarball that reaches outside its folder is refused" {
	mkdir in
	refused 'add("linux/../../x", data=b"x")' "'linux/../../x' is outside the folder"
	refused 'add("../x")' "'../x' is outside the folder"
	refused 'add("/tmp/x")' "'/tmp/x' is outside the folder"
	refused 'add("other/x")' "'other/x' is beside the one top folder"
	refused 'add("linux/" + "d/" * 2500 + "x")' "'linux/$(printf 'd/%.0s' {1..72})' has a path that is too long"
	refused 'add("linux/a", tarfile.SYMTYPE, "/etc")' "'linux/a' is a link that leaves the folder"
	refused 'add("linux/a", tarfile.SYMTYPE, "../x")' "'linux/a' is a link that leaves the folder"
	refused 'add("linux/a/b", tarfile.SYMTYPE, "c/../../..")' "'linux/a/b' is a link that leaves the folder"
	refused 'add("linux/a", tarfile.LNKTYPE, "../x")' "'linux/a' is a link that leaves the folder"
	refused 'add("linux/a", tarfile.LNKTYPE, "/etc/passwd")' "'linux/a' is a link that leaves the folder"
	refused 'add("linux/a", tarfile.FIFOTYPE)' "'linux/a' is neither file, folder nor link"
	refused 'add("linux/a", tarfile.CHRTYPE)' "'linux/a' is neither file, folder nor link"
	evil evil.tar 'add("linux/a", tarfile.SYMTYPE, "tools"); add("linux/a/x", data=b"x")'
	run ! ktstr-cache fetch --to "$PWD/in/to" evil.tar
	[ ! -e in/to ]
	evil good.tar 'add("linux/tools/a", tarfile.SYMTYPE, "../touched.c"); add("linux/h", tarfile.LNKTYPE, "linux/touched.c")'
	run -0 ktstr-cache fetch --to "$PWD/in/to" good.tar
	cmp in/to/linux/tools/a in/to/linux/h
}

@test "cache: a top folder that kbuild cannot work in gets another name" {
	tree "it's a tree"
	tar -cf l.tar "it's a tree"
	run -0 ktstr-cache -q fetch --to to l.tar
	[ "$output" = to/linux ]
	diff -r "it's a tree" to/linux
	run -2 --separate-stderr ktstr-cache -q fetch --to to l.tar
	[ "$stderr" = "ktstr-cache: 'to/linux' is there already" ]
}

@test "cache: a tarball without a kernel tree is refused" {
	mkdir -p stuff
	touch stuff/file
	tar -cf stuff.tar stuff
	run -2 --separate-stderr ktstr-cache fetch --to to stuff.tar
	[ "$stderr" = "ktstr-cache: tarball '$PWD/stuff.tar' holds no kernel tree: its top folder has no Makefile that tells a version" ]
	# a version is part of keys, which are names of folders
	for version in ../x "6'" '$(id)' 'a/b'; do
		printf 'VERSION = 6\nPATCHLEVEL = %s\n' "$version" >stuff/Makefile
		tar -cf stuff.tar stuff
		run -2 --separate-stderr ktstr-cache resolve ./stuff.tar
		[[ "$stderr" == *"no Makefile that tells a version" ]]
	done
	[ ! -e to ]
}

@test "cache: a path that leads nowhere, or is too long, is the caller's error" {
	ln -s loop loop
	run -2 --separate-stderr ktstr-cache resolve ./loop
	[[ "$stderr" == "ktstr-cache: kernel './loop': "* ]]
	run -2 --separate-stderr ktstr-cache resolve "./$(printf '%0300d' 0)"
	[[ "$stderr" == *"File name too long" ]]
	run -2 --separate-stderr ktstr-cache resolve ""
	[ "$stderr" = "ktstr-cache: no kernel is named" ]
}

@test "cache: expand prints a line for each, so no spec has a line end in it" {
	run -2 --separate-stderr ktstr-cache expand $'a\nb'
	[[ "$stderr" == "ktstr-cache: "*"a line end may not be in the name of a kernel" ]]
	[ "$output" = "" ]
	run -0 ktstr-cache expand $'\ta,\n b'
	[ "$output" = $'a\nb' ]
	mkdir $'a\nb'
	run -2 ktstr-cache expand $'a\nb'
}
