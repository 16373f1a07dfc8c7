#!/usr/bin/env bats
# Checks of what is only seen from outside, on EEVDF, which keeps them.
bats_require_minimum_version 1.5.0
load ../helper

@test "invariants: EEVDF shares by weight, leaves no CPU alone, stands by nobody" {
	[ -n "${KTSTR_TEST_KERNEL_ENTRY:-}" ] || skip "needs a kernel: KTSTR_TEST_KERNEL_ENTRY"
	cd "$BATS_TEST_TMPDIR" || return 1
	cat >all.test <<-'END'
		[test]
		duration = 2s
		workers = 2
		[check]
		max-weight-error = 2%
		max-idle-while-waiting = 10ms
		max-standstill = 200ms
		max-run-delay = 100ms
		min-cpus-used = 100%
		[cgroup heavy]
		cpuset = cpus 1
		cpu-weight = 300
		[cgroup light]
		cpuset = cpus 1
		[cgroup loose]
		cpuset = cpus 2-3
		work = bursty
	END
	ktstr-vm run --kernel "$KTSTR_TEST_KERNEL_ENTRY" --topology 1n2l2c1t --clock virtual --test all.test --out all
	# Each of them had something to judge.
	[ "$(jq '[.checks[] | select(.judged and .layer == "test")] | length' all/result.json)" = 5 ]
	[ "$(jq '.stats.cgroups[] | select(.name == "light") | .weight_error_percent < 2' all/result.json)" = true ]
	# And is not kept by force: a limit below what was measured fails.
	sed -i 's/max-run-delay = .*/max-run-delay = 1ms/' all.test
	run -1 ktstr-vm run --kernel "$KTSTR_TEST_KERNEL_ENTRY" --topology 1n2l2c1t --clock virtual --test all.test --out less
	[ "$(jq -r '.reasons | length' less/result.json)" = 1 ]
}
