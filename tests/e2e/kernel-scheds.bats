#!/usr/bin/env bats
# Schedulers that we did not write: those of the kernel's tools/sched_ext, and
# the kernel's own, each with the template's four tests.
bats_require_minimum_version 1.5.0
load ../helper
load project

setup_file() {
	export SCHEDS=$BATS_FILE_TMPDIR/build CLANG
	[ -n "${KTSTR_TEST_KERNEL_ENTRY:-}" ] || return 0
	CLANG=$(command -v clang-16 || echo clang)
	[ ! -x "$KTSTR_TEST_KERNEL_ENTRY/bpf/bpftool" ] ||
		export BPFTOOL=$KTSTR_TEST_KERNEL_ENTRY/bpf/bpftool
	"$KTSTR_TOP/tests/e2e/kernel-scheds.sh" "$KTSTR_TEST_KERNEL_SOURCE" \
		"$KTSTR_TEST_KERNEL_ENTRY/vmlinux" "$SCHEDS" >&2
}

setup() {
	needs_kernel
	new_project "$BATS_TEST_TMPDIR/p"
	rm ktstr/*.sched
	cp "$KTSTR_TOP"/tests/e2e/kernel-scheds/*.sched ktstr/
	ln -s "$SCHEDS" build
}

all_pass() {
	run kmake ktstr-test KTSTR_PROGS= KTSTR_SCHED="$1"
	echo "$output" # shown if what follows fails
	[ "$status" -eq 0 ]
	[[ $output == *"4 passed, 0 failed, 0 inconclusive, 0 skipped, 0 errors"* ]]
}

@test "kernel-scheds: EEVDF passes the template's tests" {
	# It declares no machine of its own.
	sed -i 's/^\[test\]$/&\ntopology = 1n2l4c1t/' ktstr/*.test
	all_pass none
}

@test "kernel-scheds: scx_simple passes the template's tests" {
	all_pass scx_simple
}

@test "kernel-scheds: scx_qmap passes the template's tests" {
	all_pass scx_qmap
}

@test "kernel-scheds: scx_flatcg passes the template's tests" {
	[ -x build/scx_flatcg ] || skip "scx_flatcg needs clang 16 or newer"
	all_pass scx_flatcg
}

@test "kernel-scheds: a scheduler that forgets tasks is stalled" {
	sed -i 's/^duration.*/duration = 20s/' ktstr/bursty-wakeups.test
	run ! kmake ktstr-test KTSTR_PROGS= KTSTR_SCHED=qmap-stall TEST=bursty-wakeups
	[ "$(result .class k/qmap-stall/bursty-wakeups/own/default/virtual/s1)" = stalled ]
}

@test "kernel-scheds: a scheduler that ends by its own error is told so" {
	run ! kmake ktstr-test KTSTR_PROGS= KTSTR_SCHED=qmap-error TEST=oversubscribed
	v=k/qmap-error/oversubscribed/own/default/virtual/s1
	[ "$(result .verdict $v)" = fail ]
	[[ $(result '.reasons|join(" ")' $v) == *"disabled (scx_bpf_error)"* ]]
}
