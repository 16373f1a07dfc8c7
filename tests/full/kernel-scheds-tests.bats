#!/usr/bin/env bats
# Schedulers that we did not write, those of the kernel's tools/sched_ext, and the
# kernel's own, each with the template's four tests.
bats_require_minimum_version 1.5.0
load ../helper
load ../e2e/project
load ../e2e/kernel-scheds

setup_file() { new_scheds; }
setup() { new_scheds_project; }

@test "kernel-scheds: EEVDF passes the template's tests" {
	# It declares no machine of its own.
	sed -i 's/^\[test\]$/&\ntopology = 1n2l4c1t/' ktstr/*.test
	pass none
}

@test "kernel-scheds: scx_simple passes the template's tests" {
	pass scx_simple
}

@test "kernel-scheds: scx_qmap passes the template's tests" {
	pass scx_qmap
}

@test "kernel-scheds: scx_flatcg passes the template's tests" {
	[ -x build/scx_flatcg ] || skip "scx_flatcg needs clang 16 or newer"
	pass scx_flatcg
}
