#!/usr/bin/env bats
# Schedulers that we did not write: those of the kernel's tools/sched_ext.
# tests/full/kernel-scheds-tests.bats runs all of the template's tests with each.
bats_require_minimum_version 1.5.0
load ../helper
load project
load kernel-scheds

setup_file() { new_scheds; }
setup() { new_scheds_project; }

@test "kernel-scheds: scx_simple passes tests of the template's" {
	pass scx_simple fair-spin
}

@test "kernel-scheds: scx_qmap passes tests of the template's" {
	pass scx_qmap cpuset-swap bursty-wakeups
}

@test "kernel-scheds: scx_flatcg passes tests of the template's" {
	[ -x build/scx_flatcg ] || skip "scx_flatcg needs clang 16 or newer"
	pass scx_flatcg fair-spin
}

@test "kernel-scheds: a scheduler that forgets tasks is stalled" {
	sed -i 's/^duration.*/duration = 20s/' ktstr/bursty-wakeups.test
	run ! kmake ktstr-test KTSTR_PROGS= KTSTR_SCHED=qmap-stall TEST=bursty-wakeups
	v=k/qmap-stall/bursty-wakeups/own/default/virtual/s1
	[ "$(result .class $v)" = stalled ]
	# Who, for how long, and where it might have run.
	[[ $(result '.reasons[2]' $v) =~ ^"the kernel: "(.*\[[0-9]+\])" failed to run for "[0-9.]+s$ ]]
	[[ $(result '.reasons[3]' $v) == "the task that waited: ${BASH_REMATCH[1]} -"*"ms; mask of the CPUs it may use: 3" ]]
}

@test "kernel-scheds: a scheduler that ends by its own error is told so" {
	run ! kmake ktstr-test KTSTR_PROGS= KTSTR_SCHED=qmap-error TEST=oversubscribed
	v=k/qmap-error/oversubscribed/own/default/virtual/s1
	[ "$(result '.verdict + " " + .class' $v)" = "fail scx-error" ]
	[ "$(result '.reasons[2]' $v)" = "the kernel: test triggering error" ]
	[[ $(result '.reasons[3]' $v) == "it was in scx_bpf_error_bstr < bpf_prog_"*"_qmap_enqueue < "* ]]
}
