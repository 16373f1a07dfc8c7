#!/usr/bin/env bats
# A few of the tests that come with ktstr, on the kernel's own scheduler. All of
# them, and twice, are in tests/full/scenarios.bats.
# shellcheck disable=SC2154 # bats sets output
bats_require_minimum_version 1.5.0
load ../helper
load project

setup() {
	needs_kernel
	scenario_project "$BATS_TEST_TMPDIR/p"
}

@test "scenarios: EEVDF passes some of each kind; what a machine is too small for is said" {
	run -0 kmake -k -j2 ktstr-test TOPOLOGY=1n2l2c1t SCENARIOS='cgroup-steady
		cgroup-cpuset-apply-midrun nested-cgroup-rapid-churn hotplug-under-load cgroup-workload-variety'
	[[ $output == *"4 passed, 0 failed, 0 inconclusive, 0 skipped, 0 errors"* ]]
	[[ $output == *"'cgroup-workload-variety' is not run on 1 of the machines selected"* ]]
	# They did what they are for.
	v=k/none/hotplug-under-load/1n2l2c1t/default/virtual/s1
	[ "$(result '[.timeline[] | select(.name == "offline-cpus")] | length' "$v")" -ge 2 ]
	v=k/none/cgroup-cpuset-apply-midrun/1n2l2c1t/default/virtual/s1
	[ "$(result '[.timeline[] | select(.name == "set-cpuset") | .cgroup, .cpus] | join(" ")' "$v")" = "cg-0 0 cg-1 1-2" ]
	[ "$(result '.checks[] | select(.name == "isolation") | .ok and .judged' "$v")" = true ]
}
