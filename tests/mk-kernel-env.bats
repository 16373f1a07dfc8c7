# mk/kernel.mk: what a kernel is built with: compilers, variables, the jobserver.
# The kernels are small trees that build in a moment: tests/data/fake-kernel.
# shellcheck disable=SC2016 # $ for make and shells, on purpose
# shellcheck disable=SC2154 # bats and the helper set stderr, spawned
bats_require_minimum_version 1.5.0
load helper
load kernel

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

@test "kernel.mk: the kernel's make gets the jobserver, and nothing else of ours" {
	run -0 make -k -j3 ktstr-kernel KERNEL=linux O=wrong V=1 KCFLAGS=-O9 NAME=wrong
	run -0 grep bzImage linux/builds
	[[ "$output" == *"KCFLAGS=-Wno-error -fdebug-prefix-map=$PWD/linux=. MAKEFLAGS="*" -j"[1-3]" --jobserver-auth="*" V= BY="* ]]
	flags=${output#*MAKEFLAGS=}
	[[ "${flags%% *}" != *k* ]]
	[[ "$output" != *wrong* ]]
	[ ! -e wrong ]
}

@test "kernel.mk: no variable of make's command line reaches the kernel's make, whatever is in it" {
	printf 'env:\n\t@env >../seen-env\nvmlinux: env\n' >>linux/Makefile
	commit env
	run -0 kernel KERNEL=linux CFLAGS='-O2 "-DFOO=bar" -DX=$$HOME' "SINGLE=it's" \
		"HASH=a # b" 'SEMI=; touch bad' $'LINES=one\ntwo=2' 'GONE:=1' "O'X=1" 'P;Q=1'
	grep -x KBUILD_BUILD_USER=ktstr seen-env
	run ! grep -E '^(CFLAGS|SINGLE|HASH|SEMI|LINES|GONE|two)=' seen-env
	[ ! -e bad ]
	run -0 kernel KERNEL=linux CFLAGS=-O0
	[[ "$output" == *"found in the cache"* ]]
}

@test "kernel.mk: a key of KERNEL is what the settings ask for, or refused" {
	run -0 kernel KERNEL=linux LLVM=1 KTSTR_KCONFIG_BASE=defconfig
	key=$(basename "$(readlink "ktstr-out/kernels/$(label)")")
	run -0 kernel KERNEL="$key"
	run -0 kernel KERNEL="$key" LLVM=1 KTSTR_KCONFIG_BASE=defconfig
	[[ "$output" == *"found in the cache ($key)" ]]
	run -2 --separate-stderr kernel KERNEL="$key" LLVM=1 CROSS_COMPILE=x-
	[[ "$stderr" == "ktstr-cache: kernel '$key' is built already, not with LLVM=1 CROSS_COMPILE=x-"* ]]
	run -2 --separate-stderr kernel KERNEL="$key" KTSTR_KCONFIG_BASE=tinyconfig
	[[ "$stderr" == "ktstr-cache: kernel '$key' was not built from 'tinyconfig'"* ]]
	run -2 --separate-stderr kernel KERNEL="$key" KTSTR_KCONFIG_BASE=nonsense
	[[ "$stderr" == "ktstr-cache: KTSTR_KCONFIG_BASE is 'nonsense'; "* ]]
	run -0 kernel KERNEL="$key" KTSTR_CLEAN=1
	[[ "$output" == *"there is nothing to clean, it is built already"* ]]
}

@test "kernel.mk: a compiler that never ends harms nobody once it has told its version" {
	printf '#!/bin/sh\n[ "$1" = --version ] || exec cc "$@"\necho slow 1.0\nexec sleep 1000\n' >slow
	chmod +x slow
	run -0 timeout 60 make ktstr-kernel KERNEL=linux CC="$PWD/slow"
	key=$(basename "$(readlink "ktstr-out/kernels/$(label)")")
	run -0 ktstr-cache show --field toolchain "$key"
	[[ "$output" == "slow 1.0; "* ]]
}
