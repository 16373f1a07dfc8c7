# ktstr-cache show --why: how two kernels differ, in sentences.
# shellcheck disable=SC2154 # bats sets stderr
bats_require_minimum_version 1.5.0
load helper
load kernel

# of LABEL: the key of the kernel that the last make had under this label.
of() { basename "$(readlink ktstr-out/kernels/"$1"*)"; }

why() { ktstr-cache --kconfig-dir "${kconfig:-$KTSTR_TOP/kconfig}" show --why "$@"; }

@test "why: the same kernel, asked for in two ways, has nothing that differs" {
	run -0 kernel KERNEL=linux
	run -0 why "$(of linux)" ./linux
	[ "$output" = "A: $(of linux)
B: ./linux
nothing that a key names differs" ]
}

@test "why: another commit, and changes that are not committed, are named" {
	run -0 kernel KERNEL=linux
	key=$(of linux)
	old=$(git -C linux rev-parse HEAD)
	echo '/* more */' >>linux/touched.c
	run -1 why "$key" ./linux
	[ "${lines[2]}" = "source: A is commit ${old:0:12} of '$PWD/linux', B is commit ${old:0:12} of '$PWD/linux' with changes" ]
	commit more
	new=$(git -C linux rev-parse HEAD)
	run -1 why "$key" ./linux
	[ "${lines[2]}" = "source: A is commit ${old:0:12} of '$PWD/linux', B is commit ${new:0:12} of '$PWD/linux'" ]
	[ "${#lines[@]}" = 3 ]
}

@test "why: another base, and the options that came of it, are named" {
	run -0 kernel KERNEL=linux
	tiny=$(of linux)
	rm ktstr-out/kernels/linux*
	run -0 kernel KERNEL=linux KTSTR_KCONFIG_BASE=defconfig
	run -1 why "$tiny" "$(of linux)"
	[ "${lines[2]}" = "base: A is built upon make tinyconfig, B upon make defconfig" ]
	[[ "$output" == *"configuration:"*"  CONFIG_DEF: A has n, B has y"* ]]
	[[ "$output" == *"  CONFIG_TINY: A has y, B has n"* ]]
	[[ "$output" != *CONFIG_SMP* ]]
	[[ "$output" != *source:* ]]
	echo CONFIG_MINE=y >linux/.config
	run -1 why "$tiny" ./linux
	[[ "${lines[2]}" == "base: A is built upon make tinyconfig, B upon cfg"???????? ]]
}

@test "why: other fragments are named, with the options that an entry lacks" {
	run -0 kernel KERNEL=linux
	cp -R "$KTSTR_TOP/kconfig" ours
	sed -i 's/^CONFIG_NR_CPUS=.*/CONFIG_NR_CPUS=8/' ours/x86_64.config
	kconfig=ours run -1 why "$(of linux)" ./linux
	[[ "$output" == *"fragments of ktstr: A has "????????", B has "????????* ]]
	[[ "$output" == *"configuration, as far as fragments say it:"*"CONFIG_NR_CPUS: A has 512, B has 8" ]]
	# who is asked for first changes nothing but the names
	kconfig=ours run -1 why ./linux "$(of linux)"
	[[ "$output" == *"CONFIG_NR_CPUS: B has 512, A has 8" ]]
	echo CONFIG_FAKE_EXTRA=y >extra
	run -1 why --extra-kconfig extra "$(of linux)" ./linux
	[[ "$output" == *"your own fragment: A has none, B has "????????* ]]
	[[ "$output" == *"CONFIG_FAKE_EXTRA: A has n, B has y" ]]
}

@test "why: another compiler is named, though no key depends on it" {
	run -0 kernel KERNEL=linux
	mkdir bin
	printf '#!/bin/sh\necho gcc of tomorrow\n' >bin/gcc
	chmod +x bin/gcc
	echo more >>linux/touched.c
	PATH=$PWD/bin:$PATH run -1 why "$(of linux)" ./linux
	[[ "$output" == *"toolchain: A has gcc"*", B has gcc of tomorrow; "*"no part of a key"* ]]
}

@test "why: other compilers that were asked for are named" {
	run -0 kernel KERNEL=linux
	LLVM=1 run -1 why "$(of linux)" ./linux
	[ "${lines[2]}" = "compilers asked for: A has none, B has LLVM=1" ]
	KTSTR_KERNEL_CC='ccache gcc' CROSS_COMPILE=x86- run -1 why ./linux "$(of linux)"
	[ "${lines[2]}" = "compilers asked for: A has CROSS_COMPILE=x86- CC=ccache gcc, B has none" ]
}

@test "why: two changes of one commit that are not the same are told apart" {
	echo one >>linux/touched.c
	run -0 kernel KERNEL=linux KTSTR_CACHE_DIRTY=1
	one=$(of linux)
	echo two >>linux/touched.c
	run -1 why "$one" ./linux
	[ "${lines[2]}" = "source: both have changes that are not committed, but not the same ones" ]
}

@test "why: what is no kernel, and a wrong command line, are sentences" {
	run -2 --separate-stderr why nothing ./linux
	[[ "$stderr" == "ktstr-cache: kernel 'nothing': there is no such path, and no such entry"* ]]
	run -2 why ./linux
	run -2 ktstr-cache show one two
	run -2 ktstr-cache show --extra-kconfig x one
}
