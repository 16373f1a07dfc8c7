# kernel-scheds.bash - projects with the schedulers of a kernel's tools/sched_ext.
# shellcheck shell=bash disable=SC2154 # bats sets output and status

# new_scheds: build them, for a file's tests.
new_scheds() {
	# Most of this file's time is their build, so they stay until "make clean".
	export SCHEDS=$KTSTR_BUILD/test-scheds/${KTSTR_TEST_KERNEL_ENTRY##*/} CLANG
	[ -n "${KTSTR_TEST_KERNEL_ENTRY:-}" ] || return 0
	CLANG=$(command -v clang-16 || echo clang)
	[ ! -x "$KTSTR_TEST_KERNEL_ENTRY/bpf/bpftool" ] ||
		export BPFTOOL=$KTSTR_TEST_KERNEL_ENTRY/bpf/bpftool
	# Files of tests run at the same time, and several want them.
	flock "$KTSTR_BUILD/test-scheds.lock" "$KTSTR_TOP/tests/e2e/kernel-scheds.sh" "$KTSTR_TEST_KERNEL_SOURCE" \
		"$KTSTR_TEST_KERNEL_ENTRY/vmlinux" "$SCHEDS" >&2
}

# new_scheds_project: the template's tests, and these schedulers.
new_scheds_project() {
	needs_kernel
	new_project "$BATS_TEST_TMPDIR/p"
	rm ktstr/*.sched
	cp "$KTSTR_TOP"/tests/e2e/kernel-scheds/*.sched ktstr/
	ln -s "$SCHEDS" build
}

# pass SCHEDULER [TEST...]: its runs of these tests, or of all four.
pass() {
	local count=$(($# - 1))
	run kmake ktstr-test KTSTR_PROGS= KTSTR_SCHED="$1" TEST="${*:2}"
	echo "$output" # shown if what follows fails
	[ "$status" -eq 0 ]
	[[ $output == *"$((count ? count : 4)) passed, 0 failed, 0 inconclusive, 0 skipped, 0 errors"* ]]
}
