# kernel.bash - a project with small kernel trees, for the tests of kernel.mk.
# shellcheck shell=bash
setup() {
	cd "$BATS_TEST_TMPDIR" || return
	export KTSTR_CACHE_DIR=$BATS_TEST_TMPDIR/cache KTSTR_LOCK_DIR=$BATS_TEST_TMPDIR/locks
	export HOME=$BATS_TEST_TMPDIR GIT_CONFIG_NOSYSTEM=1
	unset KTSTR_CPU_CAP KTSTR_BYPASS_LLC_LOCKS KTSTR_EXTRA_KCONFIG KTSTR_KERNEL_O LLVM LLVM_IAS CROSS_COMPILE KTSTR_KERNEL_CC KTSTR_KERNEL_HOSTCC
	git config --global user.name t
	git config --global user.email t@localhost
	printf 'all:\n\t@echo all\ninclude %s/mk/kernel.mk\n' "$KTSTR_TOP" >Makefile
	make_tree linux
}

# make_tree DIR: a kernel tree under git.
make_tree() {
	cp -R "$KTSTR_TOP/tests/data/fake-kernel" "$1"
	git -C "$1" init -q
	git -C "$1" add -A
	git -C "$1" commit -qm start
}

commit() {
	git -C linux commit -qam "$1"
}

# kernel ARG...: make ktstr-kernel.
kernel() {
	make ktstr-kernel "$@"
}

builds() {
	grep -c bzImage linux/builds
}

label() {
	head -n 1 ktstr-out/kernels/list
}

# Nothing unfinished is to be seen.
check_clean_cache() {
	run -0 ktstr-cache verify
	[ -z "$(ls ktstr-out/kernels/*.new 2>/dev/null)" ]
}
