# mk/kernel.mk: what its first lines, and the manual, promise. The kernels are
# small trees that build in a moment: tests/data/fake-kernel.
# shellcheck disable=SC2154 # bats and the helper set stderr, spawned
bats_require_minimum_version 1.5.0
load helper
load kernel

@test "kernel.mk: changes neither the default goal nor runs by itself" {
	run -0 make
	[ "$output" = all ]
	[ ! -e ktstr-out ]
}

@test "kernel.mk: builds a kernel tree, links it by its label, and lists it" {
	run -0 kernel KERNEL=linux
	[[ "$output" == *"not in the cache, building it"*"built in "*" s (local-"* ]]
	entry=$(readlink "ktstr-out/kernels/$(label)")
	[[ "$entry" == "$KTSTR_CACHE_DIR"/local-*-x86_64-tiny-kc???????? ]]
	[ -f "$entry/bzImage" ]
	[ -f "$entry/config" ]
	grep -x CONFIG_SCHED_CLASS_EXT=y "$entry/config"
	run -0 ktstr-cache show --field version "${entry##*/}"
	[ "$output" = 6.99.7-fake ]
	grep 'LD  *vmlinux' "ktstr-out/kernels/$(label).log"
	[ -f linux/compile_commands.json ]
}

@test "kernel.mk: the second build of the same tree finds the first" {
	run -0 kernel KERNEL=linux
	run -0 kernel KERNEL=linux
	[[ "$output" == *"found in the cache (local-"* ]]
	[ "$(builds)" = 1 ]
}

@test "kernel.mk: a new commit, and another fragment, are other kernels" {
	echo CONFIG_FAKE_EXTRA=y >extra
	run -0 kernel KERNEL=linux
	run -0 kernel KERNEL=linux KTSTR_EXTRA_KCONFIG=extra
	[[ "$output" == *"built in"*-xkc* ]]
	grep -x CONFIG_FAKE_EXTRA=y "ktstr-out/kernels/$(label)/config"
	run -0 kernel KERNEL=linux
	[[ "$output" == *"found in the cache"* ]]
	echo '/* more */' >>linux/touched.c
	commit more
	run -0 kernel KERNEL=linux
	[[ "$output" == *"built in"* ]]
	run -1 grep FAKE_EXTRA "ktstr-out/kernels/$(label)/config"
	[ "$(ktstr-cache -q list | wc -l)" = 3 ]
}

@test "kernel.mk: a tree with changes is built, and not kept" {
	echo '/* more */' >>linux/touched.c
	run -0 --separate-stderr kernel KERNEL=linux
	[[ "$output" == *"built in"*"(not kept)"* ]]
	[[ "$stderr" == *"commit or stash"* ]]
	[[ "$(label)" == *_dirty ]]
	[ -f "ktstr-out/kernels/$(label)/bzImage" ]
	[ -z "$(ktstr-cache -q list)" ]
}

@test "kernel.mk: a tree that is not under git is not kept, and the hint says so" {
	rm -rf linux/.git
	run -0 --separate-stderr kernel KERNEL=linux
	[[ "$stderr" == *"put the source under git"* ]]
	[ -z "$(ktstr-cache -q list)" ]
	run -0 kernel KERNEL=linux
	[ "$(builds)" = 2 ]
}

@test "kernel.mk: a tarball is unpacked, built, and nothing of it stays" {
	rm -rf linux/.git
	tar -cJf linux.tar.xz linux
	run -0 kernel KERNEL=linux.tar.xz
	[[ "$output" == *"built in"*"-file-"* ]]
	[ -z "$(ls "$KTSTR_CACHE_DIR/.tmp")" ]
	cp linux.tar.xz another-name.tar
	run -0 kernel KERNEL=another-name.tar
	[[ "$output" == *"found in the cache"* ]]
}

@test "kernel.mk: several kernels, and a cache key, in one KERNEL" {
	make_tree other
	echo 'int other;' >>other/touched.c
	git -C other commit -qam other
	run -0 make -j2 ktstr-kernel KERNEL="linux other linux"
	[ "$(wc -l <ktstr-out/kernels/list)" = 2 ]
	key=$(ktstr-cache -q list | head -n 1 | cut -d ' ' -f 1)
	run -0 kernel KERNEL="$key"
	[[ "$output" == *"found in the cache ($key)"* ]]
}

@test "kernel.mk: KERNEL that is empty, no path, or no kernel tree, is a sentence" {
	run -2 --separate-stderr kernel
	[[ "$stderr" == "ktstr: set KERNEL to a kernel tree"* ]]
	run -2 --separate-stderr kernel KERNEL=./nowhere
	[[ "$stderr" == "ktstr-cache: kernel './nowhere': No such file or directory"* ]]
	mkdir empty
	run -2 --separate-stderr kernel KERNEL=empty
	[[ "$stderr" == *"is no kernel tree: it has no Makefile and no Kconfig"* ]]
	run -2 --separate-stderr kernel KERNEL=git+
	[[ "$stderr" == *"kernel 'git+"* ]]
	[ ! -e ktstr-out/kernels/list ]
}

@test "kernel.mk: a wrong KTSTR_CPU_CAP is refused, also for what is in the cache" {
	run -0 kernel KERNEL=linux
	run -2 --separate-stderr kernel KERNEL=linux KTSTR_CPU_CAP=bad
	[[ ${stderr_lines[0]} == "ktstr-lock: KTSTR_CPU_CAP 'bad' is no number from 1 to 1024" ]]
	[ "$output" = "" ]
	KTSTR_BYPASS_LLC_LOCKS=1 run -2 kernel KERNEL=linux KTSTR_CPU_CAP=1
	run -0 kernel KERNEL=linux KTSTR_CPU_CAP=1
	[[ $output == *": found in the cache ("* ]]
	[ "$(builds)" = 1 ]
}

@test "kernel.mk: the end of the log is shown when a build fails" {
	touch linux/fail
	run -2 --separate-stderr kernel KERNEL=linux
	[[ "$stderr" == *"the end of '$PWD/ktstr-out/kernels/"*"fake.c:1: error: this is wrong"* ]]
	[ -z "$(ktstr-cache -q list)" ]
	rm linux/fail
	run -0 kernel KERNEL=linux
}

@test "kernel.mk: settings in the Makefile, and relative folders, work" {
	printf 'KERNEL = linux\nKTSTR_CACHE_DIR = sub/cache\nKTSTR_OUT = sub/out\n' >>Makefile
	unset KTSTR_CACHE_DIR
	run -0 kernel
	[ -f "sub/out/kernels/$(cat sub/out/kernels/list)/bzImage" ]
	[ "$(ls -A sub/cache/.tmp)" = "" ]
	run -0 kernel
	[[ "$output" == *"found in the cache"* ]]
	run -2 --separate-stderr kernel KERNEL='git+./nowhere#v6.12'
	[[ "$stderr" == *"kernel 'git+./nowhere#v6.12': there is no './nowhere'"* ]]
}

@test "kernel.mk: make -n prints, and does nothing" {
	run -0 make -n ktstr-kernel KERNEL=linux
	[[ "$output" == *ktstr-cache* ]]
	[ ! -e ktstr-out ]
	[ ! -e cache ]
}
