# mk/kernel.mk: the configuration of a kernel, and the folder it is built in.
# The kernels are small trees that build in a moment: tests/data/fake-kernel.
# shellcheck disable=SC2154 # bats and the helper set stderr, spawned
bats_require_minimum_version 1.5.0
load helper
load kernel

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
