# ktstr-cache(1): what the manual page promises.
# shellcheck disable=SC2154 # bats and the helper set stderr, lines, spawned
# shellcheck disable=SC2016,SC2053 # scripts for sh -c, and patterns, on purpose
bats_require_minimum_version 1.5.0
load helper

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	export KTSTR_CACHE_DIR=$BATS_TEST_TMPDIR/cache
	export KTSTR_KCONFIG_DIR=$KTSTR_TOP/kconfig
	export HOME=$BATS_TEST_TMPDIR GIT_CONFIG_NOSYSTEM=1
	unset ARCH
	git config --global user.name t
	git config --global user.email t@localhost
}

# tree DIR: a kernel tree; repo DIR: one under git.
tree() { cp -R "$KTSTR_TOP/tests/data/fake-kernel" "$1"; }
repo() {
	tree "$1"
	git -C "$1" init -q
	git -C "$1" add -A
	git -C "$1" commit -qm start
}

# built: the files of a built kernel, in the folder built/.
built() {
	tree built
	make -s -C built tinyconfig bzImage >/dev/null
}

# put KEY [ARG...]: store built/ under this key.
put() {
	ktstr-cache put --image built/arch/x86/boot/bzImage --vmlinux built/vmlinux \
		--config built/.config --key "$@"
}

field() { ktstr-cache resolve "$1" 2>/dev/null | jq -r ".$2"; }

nothing_left() { [ -z "$(ls -A "$KTSTR_CACHE_DIR/.tmp" 2>/dev/null)" ]; }

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
	[[ "$(jq -r .key <<<"$output")" == local-${hash:0:12}-x86_64-kc???????? ]]
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

@test "cache: a tarball is known by its content, whatever its name" {
	command -v zstd >/dev/null || skip "needs zstd"
	tree linux
	tar -cJf linux-1.2.tar.xz linux
	key=$(field ./linux-1.2.tar.xz key)
	[[ "$key" == tarball-????????????????-x86_64-kc* ]]
	[[ "$(field ./linux-1.2.tar.xz label)" == linux-1.2_?????? ]]
	cp linux-1.2.tar.xz 'odd name'
	[ "$(field './odd name' key)" = "$key" ]
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
	check /dev/null "kernel '/dev/null' is neither a folder nor a tarball"
	check '' "a key has 1 to 200 characters, this has 0"
	for spec in 6.12 6.14.2 6.15-rc3 6.1..6.9 git+https://example.org/linux#a/b git+https://example.org/linux@v6 host; do
		check "$spec" "kernel '$spec' is *, and getting one is not built yet; give a kernel tree, a kernel tarball or a cache key"
	done
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

@test "cache: probe prints the state of a tree" {
	repo linux
	run -0 --separate-stderr ktstr-cache probe linux
	[ "$(jq -c 'del(.hash)' <<<"$output")" = '{"git":true,"dirty":false,"config":null,"base":null,"record":null}' ]
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

@test "cache: a tarball without a kernel tree is refused" {
	mkdir -p stuff
	touch stuff/file
	tar -cf stuff.tar stuff
	run -2 --separate-stderr ktstr-cache fetch --to to stuff.tar
	[ "$stderr" = "ktstr-cache: tarball '$PWD/stuff.tar' holds no kernel tree: 'stuff' lacks Makefile or Kconfig" ]
	[ ! -e to ]
}

@test "cache: put stores an entry, get prints its path, a miss exits 1" {
	built
	run -1 --separate-stderr ktstr-cache get one
	[ "$output$stderr" = "" ]
	run -0 --separate-stderr put one
	[ "$output" = "$KTSTR_CACHE_DIR/one" ]
	[ "$stderr" = "" ]
	run -0 ktstr-cache get one
	[ "$output" = "$KTSTR_CACHE_DIR/one" ]
	cmp built/arch/x86/boot/bzImage cache/one/bzImage
	cmp built/.config cache/one/config
	run -0 jq -r '.format, .key, .version, .has_btf, .has_bpf_tools, .files.bzImage.sha256' cache/one/metadata.json
	[ "$output" = "1
one
6.99.7-fake
true
false
$(sha256sum cache/one/bzImage | cut -d ' ' -f 1)" ]
	nothing_left
}

@test "cache: put keeps the tools of --bpf-dir as bpf/" {
	built
	mkdir -p tools/include/bpf
	echo tool >tools/bpftool
	chmod +x tools/bpftool
	echo header >tools/include/bpf/bpf.h
	run -0 put one --bpf-dir tools
	[ -x cache/one/bpf/bpftool ]
	run -0 jq -r '.has_bpf_tools, .files["bpf/include/bpf/bpf.h"].size' cache/one/metadata.json
	[ "$output" = $'true\n7' ]
	ln -s /etc/passwd tools/link
	run -2 --separate-stderr put two --bpf-dir tools
	[ "$stderr" = "ktstr-cache: 'tools/link' is neither file nor folder" ]
	[ ! -e cache/two ]
	nothing_left
}

@test "cache: put of an equal kernel changes nothing, of another one replaces it at once" {
	built
	put one
	inode=$(stat -c %i cache/one)
	run -0 put one
	[ "$(stat -c %i cache/one)" = "$inode" ]
	echo more >>built/touched.c
	make -s -C built bzImage >/dev/null
	run -0 put one
	[ "$(stat -c %i cache/one)" != "$inode" ]
	cmp built/arch/x86/boot/bzImage cache/one/bzImage
	nothing_left
}

@test "cache: put --to makes an entry outside of the cache" {
	built
	run -0 ktstr-cache put --image built/arch/x86/boot/bzImage --vmlinux built/vmlinux \
		--config built/.config --to "$PWD/else/where"
	[ "$output" = "$PWD/else/where" ]
	[ -f else/where/metadata.json ]
	[ -z "$(ls -A else/.tmp)" ]
	[ ! -e cache ]
}

@test "cache: put refuses what is no kernel" {
	built
	run -2 ktstr-cache put
	run -2 --separate-stderr put ../x
	[[ "$stderr" == "ktstr-cache: '../x' is no key: "* ]]
	run -2 --separate-stderr put one --vmlinux built/.config
	[ "$stderr" = "ktstr-cache: 'built/.config' is no ELF file" ]
	run -2 --separate-stderr put one --image built/nothing
	[ "$stderr" = "ktstr-cache: cannot read 'built/nothing': No such file or directory" ]
	run -2 --separate-stderr put one --image built
	[ "$stderr" = "ktstr-cache: 'built' is no regular file" ]
	[ ! -e cache/one ]
	nothing_left
}

@test "cache: a full disk while storing is a sentence, and nothing is half there" {
	built
	put one
	head -c 300000 /dev/urandom >>built/arch/x86/boot/bzImage
	for key in one two; do
		run -125 --separate-stderr bash -c "ulimit -f 100; ktstr-cache put \
			--image built/arch/x86/boot/bzImage --vmlinux built/vmlinux --config built/.config --key $key"
		[[ "$stderr" == "ktstr-cache: cannot copy 'built/arch/x86/boot/bzImage' to '"*"': File too large" ]]
	done
	nothing_left
	run -0 ktstr-cache verify
	[ "$output" = one ]
	mkdir small
	mount -t tmpfs -o size=256k tmpfs small 2>/dev/null || skip "may not mount a small tmpfs for the second half"
	KTSTR_CACHE_DIR=$PWD/small run -125 --separate-stderr put one
	left=$(ls -A small small/.tmp)
	umount small
	[[ "$stderr" == *"No space left on device" ]]
	[ "$left" = $'small:\n.tmp\n\nsmall/.tmp:' ]
}

@test "cache: a full disk while unpacking is a sentence, and nothing of it stays" {
	tree linux
	head -c 300000 /dev/urandom >linux/random
	tar -cf l.tar linux
	run -125 --separate-stderr bash -c 'ulimit -f 100; ktstr-cache fetch --to to l.tar'
	[ "$stderr" = "ktstr-cache: cannot unpack 'linux/random': Write failed (File too large)" ]
	[ ! -e to ]
}

@test "cache: a corrupt entry counts as missing, and is named" {
	built
	corrupt() { run -1 --separate-stderr ktstr-cache get one; [[ "$stderr" == "ktstr-cache: entry 'one' is corrupt ($1): "* ]]; rm -rf cache/one; put one; }
	put one
	rm cache/one/metadata.json
	corrupt missing
	truncate -s 100 cache/one/metadata.json
	corrupt truncated
	echo '{]' >cache/one/metadata.json
	corrupt malformed
	echo '{}' >cache/one/metadata.json
	corrupt schema_drift
	rm cache/one/bzImage
	corrupt image_missing
	rm cache/one/vmlinux
	corrupt file_missing
	echo x >>cache/one/config
	corrupt file_damaged
	rm cache/one/bzImage
	run -0 put one
	run -0 ktstr-cache get one
}

@test "cache: verify reads every file again" {
	built
	put one
	put two
	run -0 ktstr-cache verify one
	[ "$output" = one ]
	printf X | dd of=cache/one/vmlinux bs=1 seek=70 conv=notrunc status=none
	run -0 ktstr-cache get one
	run -1 --separate-stderr ktstr-cache verify
	[ "$output" = two ]
	[ "$stderr" = "ktstr-cache: entry 'one' is corrupt (file_damaged): vmlinux has another content than it had" ]
}

@test "cache: list shows keys first, the newest first, corrupt ones last" {
	run -0 --separate-stderr ktstr-cache list
	[ "$output" = "" ]
	[[ "$stderr" == *"no cached kernels"* ]]
	repo linux
	ktstr-cache resolve linux --probe-file probe >/dev/null
	built
	run -0 put abc
	run -0 ktstr-cache put --probe-file probe --image built/arch/x86/boot/bzImage \
		--vmlinux built/vmlinux --config built/.config
	mkdir cache/aaa
	sed -i 's/"built_at": "20/"built_at": "19/' cache/abc/metadata.json
	run -0 --separate-stderr ktstr-cache list
	[[ "${lines[0]}" == local-*-x86_64-kc????????\ *" 6.99.7-fake  local    x86_64  20"* ]]
	[ "${lines[0]:48:1}" = ' ' ]
	[[ "${lines[1]}" == "abc "*" (untracked kconfig)" ]]
	[[ "${lines[2]}" == "aaa "*" (corrupt: metadata.json cannot be read)" ]]
	[ "$stderr" = "ktstr-cache: cache: $KTSTR_CACHE_DIR" ]
	cp -R "$KTSTR_TOP/kconfig" mine
	echo CONFIG_NEW=y >>mine/ktstr.config
	run -0 ktstr-cache -q list --kconfig-dir mine
	[[ "${lines[0]}" == *" (stale kconfig)" ]]
	run -0 --separate-stderr ktstr-cache list --json
	[ "$(jq -r '.[0].kconfig_status, .[1].key, .[2].error_kind' <<<"$output")" = $'matches\nabc\nmissing' ]
}

@test "cache: show prints an entry, or one field of it" {
	built
	put one
	run -0 ktstr-cache show one
	[ "$(jq -r .path <<<"$output")" = "$KTSTR_CACHE_DIR/one" ]
	run -0 ktstr-cache show one --field image_name
	[ "$output" = bzImage ]
	run -1 ktstr-cache show two
	run -2 ktstr-cache show one --field nonsense
}

@test "cache: clean asks, spares the newest, and removes what is corrupt" {
	built
	put one
	put two
	mkdir cache/bad
	run -2 --separate-stderr ktstr-cache clean </dev/null
	[[ "$stderr" == *"say --force to remove 3 entries" ]]
	run -2 ktstr-cache clean --force --keep 1 --corrupt-only
	run -0 ktstr-cache clean --corrupt-only --force
	[ "$output" = bad ]
	sed -i 's/"built_at": "20/"built_at": "19/' cache/two/metadata.json
	run -0 ktstr-cache clean --keep 1 --force
	[ "$output" = two ]
	run -0 ktstr-cache clean --force
	[ "$output" = one ]
	[ "$(ls cache)" = "" ]
	nothing_left
	run -0 --separate-stderr ktstr-cache clean --force
	[[ "$stderr" == *"nothing to clean"* ]]
}

@test "cache: clean leaves an entry that a reader has locked" {
	built
	put one
	put two
	mkdir -p cache/.locks
	spawn flock -s cache/.locks/one.lock sleep 60
	until_true bash -c '! flock -n cache/.locks/one.lock true'
	run -75 --separate-stderr ktstr-cache clean --force
	[ "$output" = two ]
	[ "$stderr" = "ktstr-cache: entry 'one' is in use: its lock '$KTSTR_CACHE_DIR/.locks/one.lock' is held" ]
	[ -d cache/one ]
}

@test "cache: put waits for the readers of an entry that it replaces" {
	built
	put one
	spawn flock -s cache/.locks/one.lock sleep 60
	until_true bash -c '! flock -n cache/.locks/one.lock true'
	echo more >>built/touched.c
	make -s -C built bzImage >/dev/null
	spawn bash -c 'ktstr-cache put --image built/arch/x86/boot/bzImage --vmlinux built/vmlinux --config built/.config --key one 2>wait.log'
	until_true grep "waiting for the lock of entry 'one'" wait.log
	run ! cmp built/arch/x86/boot/bzImage cache/one/bzImage
	kill -KILL -- "-${spawned[0]}"
	until_true cmp built/arch/x86/boot/bzImage cache/one/bzImage
}

@test "cache: strip keeps symbols, BTF and configuration, byte for byte" {
	built
	run -0 ktstr-cache strip built/vmlinux small
	for section in .BTF .rodata .symtab .strtab; do
		objcopy -O binary --dump-section "$section=a" built/vmlinux /dev/null
		objcopy -O binary --dump-section "$section=b" small /dev/null
		cmp a b
	done
	diff <(nm built/vmlinux | cut -c 1-16,19-) <(nm small | cut -c 1-16,19-)
	nm small | grep -w runqueues
	bpftool btf dump file small
	grep -a 'IKCFG_ST fake' small
	readelf -SW small | grep -E '\.text +NOBITS'
	echo no >no
	run -2 --separate-stderr ktstr-cache strip no other
	[ "$stderr" = "ktstr-cache: 'no' is no ELF file" ]
	strip -o bare built/vmlinux
	run -2 --separate-stderr ktstr-cache strip bare other
	[ "$stderr" = "ktstr-cache: 'bare' has no symbols" ]
	[ -z "$(ls other* 2>/dev/null)" ]
}

@test "cache: work gives a temporary folder, and passes the exit status on" {
	run -0 ktstr-cache work -- sh -c 'touch "$KTSTR_WORK/file"; ls "$KTSTR_WORK"'
	[ "$output" = file ]
	nothing_left
	run -7 ktstr-cache work -- sh -c 'exit 7'
	run -143 ktstr-cache work -- sh -c 'kill $$'
	run -127 --separate-stderr ktstr-cache work -- nothing-like-this
	[ "$stderr" = "ktstr-cache: cannot run 'nothing-like-this': No such file or directory" ]
	nothing_left
}

@test "cache: a folder of the dead is removed by the next command, one in use is not" {
	spawn ktstr-cache work -- sh -c 'echo "$KTSTR_WORK" >one; exec sleep 60'
	spawn ktstr-cache work -- sh -c 'echo "$KTSTR_WORK" >two; exec sleep 60'
	until_true test -s two -a -s one
	kill -KILL "${spawned[0]}"
	until_true bash -c "! kill -0 ${spawned[0]} 2>/dev/null"
	[ -d "$(cat one)" ]
	run -0 ktstr-cache work -- true
	[ ! -e "$(cat one)" ]
	[ -d "$(cat two)" ]
}

@test "cache: log keeps all output, and shows the end of it after a failure" {
	run -0 --separate-stderr ktstr-cache log --to out.log -- sh -c 'echo one; echo two >&2'
	[ "$output$stderr" = "" ]
	[ "$(cat out.log)" = $'one\ntwo' ]
	run -3 --separate-stderr ktstr-cache log --to out.log --append -- sh -c 'seq 30; exit 3'
	[[ "$stderr" == "ktstr-cache: the end of 'out.log':"$'\n'11$'\n'* ]]
	[ "$(head -n 1 out.log)" = one ]
	run -0 --separate-stderr ktstr-cache log --to out.log --echo -- echo shown
	[ "$stderr" = shown ]
}

@test "cache: log says how far a command is that takes more than 2 s" {
	spawn bash -c 'ktstr-cache log --to out.log --title building -- \
		sh -c "echo \"  CC a\"; echo \"  CC b\"; sleep 60" 2>progress'
	until_true grep -x 'ktstr-cache: building: 2 steps done ([0-9]* s)' progress
}

@test "cache: a wrong command line exits 2" {
	run -2 ktstr-cache
	run -2 ktstr-cache frobnicate
	run -2 --separate-stderr ktstr-cache list --keep 3
	[ "$stderr" = "ktstr-cache: list has no option --keep" ]
	run -2 ktstr-cache resolve
	run -2 ktstr-cache resolve a b
	run -2 ktstr-cache clean --keep x
	run -2 ktstr-cache put --key ''
	run -2 ktstr-cache probe
	run -2 ktstr-cache log -- true
	HOME='' KTSTR_CACHE_DIR='' XDG_CACHE_HOME='' run -2 ktstr-cache list
	run -125 bash -c 'ktstr-cache --help >/dev/full'
}

@test "cache: --help and the manual list the same options and commands" {
	diff <(ktstr-cache --help | grep -o -- '--[a-z][a-z-]*' | sort -u) \
		<(grep '^\.It' "$KTSTR_TOP/doc/ktstr-cache.1" | grep -o 'Fl -[a-z-]*' | sed 's/Fl -/--/' | sort -u)
	diff <(ktstr-cache --help | sed -n '/^sources:/,/^$/s/^  \([a-z]*\).*/\1/p' | sort -u) \
		<(sed -n 's/^\.It Cm \([a-z]*\).*/\1/p' "$KTSTR_TOP/doc/ktstr-cache.1" | sort -u)
	run -0 groff -mdoc -Tutf8 -ww -z "$KTSTR_TOP/doc/ktstr-cache.1"
	[ "$output" = "" ]
	run -0 ktstr-cache --version
	[[ "$output" == "ktstr-cache "[0-9]* ]]
}
