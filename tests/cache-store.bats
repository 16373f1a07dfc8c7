# ktstr-cache(1): how entries are stored, found, checked and removed.
# shellcheck disable=SC2154 # bats and the helper set stderr, lines, spawned
# shellcheck disable=SC2016,SC2053 # scripts for sh -c, and patterns, on purpose
bats_require_minimum_version 1.5.0
load helper
load cache

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
	run -2 --separate-stderr put one --image built/.config
	[ "$stderr" = "ktstr-cache: 'built/.config' is no boot image (bzImage)" ]
	run -2 --separate-stderr put one --image built/vmlinux
	[ "$stderr" = "ktstr-cache: 'built/vmlinux' is an ELF file and no boot image; that of a built tree is arch/x86/boot/bzImage" ]
	cp built/arch/x86/boot/bzImage other
	printf '\0' | dd of=other bs=1 seek=566 conv=notrunc status=none
	run -2 --separate-stderr put one --image other
	[ "$stderr" = "ktstr-cache: 'other' is a boot image, but not for x86_64" ]
	mkfifo pipe
	run -2 --separate-stderr put one --image pipe
	[ "$stderr" = "ktstr-cache: 'pipe' is no regular file" ]
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

@test "cache: verify reads every file again" {
	built
	put one
	echo "int more;" >>built/fake.c
	make -s -C built bzImage >/dev/null
	put two
	run -0 ktstr-cache verify one
	[ "$output" = one ]
	chmod u+w cache/one/vmlinux
	printf X | dd of=cache/one/vmlinux bs=1 seek=70 conv=notrunc status=none
	run -0 ktstr-cache get one
	run -1 --separate-stderr ktstr-cache verify
	[ "$output" = two ]
	[ "$stderr" = "ktstr-cache: entry 'one' is corrupt (file_damaged): vmlinux has another content than it had" ]
}

@test "cache: put waits for the readers of an entry that it replaces" {
	built
	put one
	spawn flock -s cache/.locks/one.lock sleep 60
	until_true busy cache/.locks/one.lock
	echo more >>built/touched.c
	make -s -C built bzImage >/dev/null
	spawn bash -c 'ktstr-cache put --image built/arch/x86/boot/bzImage --vmlinux built/vmlinux --config built/.config --key one 2>wait.log'
	until_true grep "waiting for entry 'one', in use by pid [0-9]* (flock" wait.log
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

@test "cache: strip puts no file where a pipe is, and leaves none beside it" {
	built
	mkfifo pipe
	run -2 --separate-stderr ktstr-cache strip built/vmlinux pipe
	[ "$stderr" = "ktstr-cache: cannot write 'pipe': it is no regular file" ]
	[ -p pipe ]
	run -125 --separate-stderr ktstr-cache strip pipe small
	[ "$stderr" = "ktstr-cache: cannot read 'pipe': Illegal seek" ]
	[ -z "$(ls pipe?* small* 2>/dev/null)" ]
}
