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

@test "kernel.mk: KTSTR_KCONFIG_BASE=defconfig is another kernel of the same tree" {
	run -0 kernel KERNEL=linux
	run -0 kernel KERNEL=linux KTSTR_KCONFIG_BASE=defconfig
	[[ "$output" == *"built in"*"-def-kc"* ]]
	[ "$(builds)" = 2 ]
	[[ "$(label)" == linux_??????_defconfig ]]
	grep -x CONFIG_DEF=y "ktstr-out/kernels/$(label)/config"
	run ! grep CONFIG_TINY "ktstr-out/kernels/$(label)/config"
	# each is found again, and the tree's .config is still nobody's
	run -0 kernel KERNEL=linux
	[[ "$output" == *"found in the cache"*"-tiny-kc"* ]]
	run -0 env KTSTR_KCONFIG_BASE=defconfig make ktstr-kernel KERNEL=linux
	[[ "$output" == *"found in the cache"*"-def-kc"* ]]
	[ "$(builds)" = 2 ]
	run -2 kernel KERNEL=linux KTSTR_KCONFIG_BASE=allmodconfig
	[[ "$output" == *"KTSTR_KCONFIG_BASE is 'allmodconfig'; it may be tinyconfig or defconfig"* ]]
}

@test "kernel.mk: who builds, where and when is the same in every image" {
	run -0 kernel KERNEL=linux
	grep -F ' BY=ktstr@ktstr AT=Thu Jan 1 00:00:00 UTC 1970' linux/builds
	run -0 env KBUILD_BUILD_USER=me LOCALVERSION=-mine make ktstr-kernel KERNEL=linux KTSTR_KCONFIG_BASE=defconfig KBUILD_BUILD_HOST=here
	[ "$(builds)" = 2 ]
	run ! grep -vF ' BY=ktstr@ktstr ' linux/builds
	run ! grep -v ' LV=environment *$' linux/builds
}

last_build() { tail -n 1 linux/builds | tr -s ' '; }

@test "kernel.mk: LLVM=1 is handed to the kernel's make, and is another kernel" {
	run -0 kernel KERNEL=linux
	run -0 kernel KERNEL=linux LLVM=1 LLVM_IAS=0
	[[ "$output" == *"kernel linux_"??????"_cc"????????": built in "*"-x86_64-tiny-cc"????????-kc* ]]
	[[ "$(last_build)" == *" LLVM=1 LLVM_IAS=0 " ]]
	run -0 env LLVM=1 make ktstr-kernel KERNEL=linux
	[[ "$output" == *"kernel linux_"??????"_llvm: built in "*"-x86_64-tiny-llvm-kc"* ]]
	[[ "$(last_build)" == *" LLVM=1 " ]]
	key=$(basename "$(readlink ktstr-out/kernels/linux_??????_llvm)")
	[ "$(ktstr-cache show --field compilers_asked "$key")" = LLVM=1 ]
	run -0 kernel KERNEL=linux LLVM=1
	[[ "$output" == *"found in the cache (local-"*"-llvm-kc"* ]]
	run -0 kernel KERNEL=linux
	[[ "$output" == *"found in the cache"*"-tiny-kc"* ]]
	[ "$(builds)" = 3 ]
	run -2 --separate-stderr kernel KERNEL=linux LLVM=yes
	[[ "$stderr" == *"LLVM is 'yes'; it may be 1, a version such as -15, or a folder with a / at its end"* ]]
}

@test "kernel.mk: CC and HOSTCC count on the command line, or as ours" {
	run -0 env CC=false HOSTCC=false make ktstr-kernel KERNEL=linux
	[[ "$output" == *"built in"*"-tiny-kc"* ]]
	[[ "$(last_build)" == *"LV=environment " ]]
	printf '#!/bin/sh\nexec "$@"\n' >wrap
	chmod +x wrap
	run -0 kernel KERNEL=linux CC="$PWD/wrap cc" HOSTCC=gcc
	[[ "$output" == *"built in"*"-tiny-cc"* ]]
	[[ "$(last_build)" == *" CC=$PWD/wrap cc HOSTCC=gcc" ]]
	run -0 env KTSTR_KERNEL_CC="$PWD/wrap cc" make ktstr-kernel KERNEL=linux CC=cc
	[[ "$output" == *"found in the cache"*"-tiny-cc"* ]]
	# a compiler for the project's own programs
	run -0 kernel KERNEL=linux CC=cc KTSTR_KERNEL_CC=
	[[ "$output" == *"found in the cache"*"-tiny-kc"* ]]
	run -2 kernel KERNEL=linux "CC=it's"
	[[ "$output" == *"KTSTR_KERNEL_CC may not have a quote in it"* ]]
}

@test "kernel.mk: the folder that a kernel is built in is not in it" {
	cp -R linux away
	rm -rf linux/.git
	tar -cf linux.tar linux
	run -0 kernel KERNEL=away
	cmp away/arch/x86/boot/bzImage "ktstr-out/kernels/$(label)/bzImage"
	run -0 kernel KERNEL=away KTSTR_KERNEL_O=elsewhere KTSTR_FORCE=1
	cmp away/arch/x86/boot/bzImage elsewhere/arch/x86/boot/bzImage
	run -0 kernel KERNEL=linux.tar
	cmp away/arch/x86/boot/bzImage "ktstr-out/kernels/$(label)/bzImage"
	strings -a away/vmlinux >text
	run ! grep -F "$PWD" text
}

@test "kernel.mk: two makes at once publish links and list in turn" {
	run -0 kernel KERNEL=linux
	spawn flock ktstr-out/kernels sh -c ': >held && exec tail -f /dev/null'
	holder=$!
	until_true test -e held
	before=$(stat -c %Z "ktstr-out/kernels/list")
	spawn make ktstr-kernel KERNEL=linux >log 2>&1
	waits() { pgrep -s "${spawned[-1]}" -x flock >/dev/null; }
	until_true waits
	[ "$before" = "$(stat -c %Z "ktstr-out/kernels/list")" ]
	kill -- "-$holder"
	wait "${spawned[-1]}"
	grep 'found in the cache' log
	check_clean_cache
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

@test "kernel.mk: a kernel that loses CONFIG_SCHED_CLASS_EXT is refused before it is built" {
	printf 'CONFIG_SCHED_CLASS_EXT=y\nCONFIG_BPF_SYSCALL=y\n' >linux/drop
	commit drop
	run -2 --separate-stderr kernel KERNEL=linux
	[[ "$stderr" == *"CONFIG_SCHED_CLASS_EXT is off: needs Linux 6.12"* ]]
	[[ "$stderr" == *"CONFIG_SCHED_CLASS_EXT=y was dropped: the final value is '# CONFIG_SCHED_CLASS_EXT is not set'; it depends on BPF_SYSCALL, which is not so"* ]]
	[[ "$stderr" == *"no test can run on this kernel"* ]]
	[ ! -e linux/builds ]
	[ -z "$(ktstr-cache -q list)" ]
}

@test "kernel.mk: a user's fragment that breaks the kernel is named" {
	echo CONFIG_SCHED_CLASS_EXT=n >extra
	run -2 --separate-stderr kernel KERNEL=linux KTSTR_EXTRA_KCONFIG=extra
	[[ "$stderr" == *"overrides CONFIG_SCHED_CLASS_EXT=y of"* ]]
	[[ "$stderr" == *"is it because of $PWD/extra?"* ]]
}

@test "kernel.mk: the end of the log is shown when a build fails" {
	touch linux/fail
	run -2 --separate-stderr kernel KERNEL=linux
	[[ "$stderr" == *"the end of '$PWD/ktstr-out/kernels/"*"fake.c:1: error: this is wrong"* ]]
	[ -z "$(ktstr-cache -q list)" ]
	rm linux/fail
	run -0 kernel KERNEL=linux
}

@test "kernel.mk: a user's .config is the base, and is kept as .config.ktstr-saved" {
	printf 'CONFIG_MINE=y\nCONFIG_SCHED_CLASS_EXT=m\n' >linux/.config
	cp linux/.config mine
	run -0 kernel KERNEL=linux
	[[ "$output" == *"is kept as '$PWD/linux/.config.ktstr-saved'"*"-cfg"* ]]
	cmp mine linux/.config.ktstr-saved
	grep -x CONFIG_MINE=y linux/.config
	grep -x CONFIG_SCHED_CLASS_EXT=y linux/.config
	run -0 kernel KERNEL=linux
	[[ "$output" != *"is kept as"* ]]
	[[ "$output" == *"found in the cache"* ]]
}

@test "kernel.mk: what a fragment no longer says does not stay in .config" {
	echo CONFIG_FAKE_EXTRA=y >extra
	run -0 kernel KERNEL=linux KTSTR_EXTRA_KCONFIG=extra
	echo CONFIG_FAKE_OTHER=y >extra
	run -0 kernel KERNEL=linux KTSTR_EXTRA_KCONFIG=extra
	run -1 grep FAKE_EXTRA linux/.config
	grep -x CONFIG_FAKE_OTHER=y linux/.config
}

@test "kernel.mk: after a change of fragments the user's .config is the base again" {
	printf 'CONFIG_MINE=y\n' >linux/.config
	cp linux/.config mine
	echo CONFIG_FAKE_EXTRA=y >extra
	run -0 kernel KERNEL=linux KTSTR_EXTRA_KCONFIG=extra
	run -0 kernel KERNEL=linux
	[[ "$output" == *"built in"* ]]
	run -1 grep FAKE_EXTRA linux/.config
	grep -x CONFIG_MINE=y linux/.config
	cmp mine linux/.config.ktstr-saved
	rm linux/.config.ktstr-saved
	echo CONFIG_FAKE_MORE=y >extra
	run -2 --separate-stderr kernel KERNEL=linux KTSTR_EXTRA_KCONFIG=extra
	[[ "$stderr" == *"ktstr: '$PWD/linux/.config' was made from a file that is gone; remove '$PWD/linux/.config.ktstr' to begin with it as it is"* ]]
	rm linux/.config.ktstr
	run -0 kernel KERNEL=linux KTSTR_EXTRA_KCONFIG=extra
}

@test "kernel.mk: a user's .config that we already saved is kept beside a newer one" {
	echo CONFIG_OLD=y >linux/.config
	run -0 kernel KERNEL=linux
	echo CONFIG_NEW=y >linux/.config
	run -0 kernel KERNEL=linux
	[ "$(cat linux/.config.ktstr-saved)" = CONFIG_NEW=y ]
	[ "$(cat linux/.config.ktstr-saved.old)" = CONFIG_OLD=y ]
}

@test "kernel.mk: KTSTR_KERNEL_O builds outside, and leaves the tree alone" {
	run -0 kernel KERNEL=linux KTSTR_KERNEL_O=elsewhere
	[ -f elsewhere/vmlinux ]
	[ -z "$(git -C linux status --short --ignored)" ]
	run -0 kernel KERNEL=linux KTSTR_KERNEL_O=elsewhere
	[[ "$output" == *"found in the cache"* ]]
	tar -cf linux.tar linux
	run -2 --separate-stderr kernel KERNEL=linux.tar KTSTR_KERNEL_O=elsewhere
	[[ "$stderr" == *"only a kernel tree is built in a folder of your choice"* ]]
}

@test "kernel.mk: KTSTR_KERNEL_O with several kernels is refused" {
	run -2 --separate-stderr kernel KERNEL="linux linux" KTSTR_KERNEL_O=elsewhere
	[[ "$stderr" == "ktstr: KTSTR_KERNEL_O is a folder for one kernel, and KERNEL names 2"* ]]
	[ ! -e elsewhere ]
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

@test "kernel.mk: what a killed make left of a link harms nothing" {
	run -0 kernel KERNEL=linux
	ln -s "$(readlink "ktstr-out/kernels/$(label)")" "ktstr-out/kernels/.$(label).new"
	run -0 kernel KERNEL=linux
	[ ! -e "ktstr-out/kernels/.$(label).new" ]
	run -0 ktstr-cache verify
	[ "$(find cache/local-* -type l)" = "" ]
}

@test "kernel.mk: the kernel's make gets the jobserver, and nothing else of ours" {
	run -0 make -k -j3 ktstr-kernel KERNEL=linux O=wrong V=1 KCFLAGS=-O9 NAME=wrong
	run -0 grep bzImage linux/builds
	[[ "$output" == *"KCFLAGS=-Wno-error -fdebug-prefix-map=$PWD/linux=. MAKEFLAGS="*" -j"[1-3]" --jobserver-auth="*" V= BY="* ]]
	flags=${output#*MAKEFLAGS=}
	[[ "${flags%% *}" != *k* ]]
	[[ "$output" != *wrong* ]]
	[ ! -e wrong ]
}

@test "kernel.mk: make -n prints, and does nothing" {
	run -0 make -n ktstr-kernel KERNEL=linux
	[[ "$output" == *ktstr-cache* ]]
	[ ! -e ktstr-out ]
	[ ! -e cache ]
}

@test "kernel.mk: who waited for the tree looks into the cache again" {
	touch linux/slow
	spawn make ktstr-kernel KERNEL=linux >first.log 2>&1
	until_true test -e linux/waiting
	spawn make ktstr-kernel KERNEL=linux KTSTR_OUT=second >second.log 2>&1
	until_true grep -i wait second.log
	rm linux/slow
	until_true grep 'found in the cache' second.log
	until_true grep 'built in' first.log
	[ "$(builds)" = 1 ]
}

@test "kernel.mk: a tree edited during the wait is built again, and not kept" {
	touch linux/slow
	spawn make ktstr-kernel KERNEL=linux >first.log 2>&1
	until_true test -e linux/waiting
	spawn make ktstr-kernel KERNEL=linux KTSTR_OUT=second >second.log 2>&1
	until_true grep -i wait second.log
	echo '/* edited */' >>linux/touched.c
	rm linux/slow
	until_true grep 'built in' second.log
	grep "'$PWD/linux' was edited meanwhile (commit .*, then commit .*, edited)" second.log
	until_true grep 'not kept in the cache' first.log
	[ -z "$(ktstr-cache -q list)" ]
}

# Processes of this test, oldest first: they have its folder in the environment.
ours() {
	grep -lsF "KTSTR_CACHE_DIR=$KTSTR_CACHE_DIR" /proc/[0-9]*/environ |
		sed 's/[^0-9]//g' | sort -n | grep -vxF -e $$ -e "$BASHPID" -e "$PPID" || :
}

# built_by: those of them that belong to the build.
built_by() {
	local pid
	for pid in $(ours); do
		[ "$(ps -o sid= -p "$pid" | tr -d ' ')" = "${spawned[-1]}" ] && echo "$pid"
	done
	:
}

nobody() { [ -z "$(built_by)" ]; }

# check_nothing_left WHO: within 1 s nobody runs and no lock is held.
check_nothing_left() {
	local i lock
	for ((i = 0; i < 20; i++)); do
		nobody && break
		sleep 0.05
	done
	if ! nobody; then
		echo "after $1 these still run:"
		ps -o pid,ppid,args -p "$(built_by | paste -sd,)"
		return 1
	fi
	for lock in "$KTSTR_CACHE_DIR"/.locks/* "$KTSTR_LOCK_DIR"/*; do
		[ -f "$lock" ] || continue
		flock -n "$lock" true || { echo "after $1 '$lock' is held"; return 1; }
	done
	[ ! -e ktstr-out/kernels/list ]
	[ -z "$(ktstr-cache -q list)" ]
}

start_slow_build() {
	touch linux/slow
	rm -f linux/waiting
	# Bash has its background jobs ignore SIGINT.
	spawn env --default-signal=INT make ktstr-kernel KERNEL=linux >build.log 2>&1
	until_true test -e linux/waiting
}

@test "kernel.mk: after kill -9 of any process nothing runs, holds or shows" {
	start_slow_build
	count=$(built_by | wc -l)
	[ "$count" -ge 10 ]
	for ((n = 1; n <= count; n++)); do
		pid=$(built_by | sed -n "${n}p")
		# The number of short-lived processes varies by one or two.
		[ -n "$pid" ] || break
		who="kill -9 of $n/$count $(tr '\0' ' ' <"/proc/$pid/cmdline" | cut -c 1-90)"
		kill -KILL "$pid" || continue
		# The kernel's own make and its children are not ours: it may be
		# that only the build fails. Then all of it is gone as well.
		check_nothing_left "$who"
		start_slow_build
	done
	kill -KILL -- "-${spawned[-1]}"
	check_nothing_left "kill -9 of all"
	rm linux/slow
	run -0 kernel KERNEL=linux
	[ -z "$(ls "$KTSTR_CACHE_DIR/.tmp")" ]
	check_clean_cache
}

@test "kernel.mk: Ctrl-C ends all of it, and the next command works" {
	start_slow_build
	kill -INT -- "-${spawned[-1]}"
	check_nothing_left "Ctrl-C"
	[ -z "$(ls "$KTSTR_CACHE_DIR/.tmp")" ]
	rm linux/slow
	run -0 kernel KERNEL=linux
	check_clean_cache
}
