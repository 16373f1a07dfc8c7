#!/usr/bin/env bats
# Tests with many workers.
# shellcheck disable=SC2154 # bats sets output
bats_require_minimum_version 1.5.0
load ../helper
load ../e2e/project

setup() { needs_kernel; }

@test "many: 512 workers in 64 cgroups start within a virtual second" {
	cd "$BATS_TEST_TMPDIR" || return 1
	cat >many.test <<-'T'
		[test]
		duration = 10ms
		settle = 0s
		[cgroup g]
		copies = 64
		work = bursty workers=8 burst=1ms sleep=50ms
	T
	for topology in 1n1l4c1t 1n2l4c1t; do
		ktstr-vm run --kernel "$KTSTR_TEST_KERNEL_ENTRY" --test many.test \
			--topology "$topology" --out o || [ $? = 1 ]
		# shellcheck disable=SC2016 # of jq
		run -0 jq -r '(.workers | length), ([.workers[].cgroup] | unique | length),
			(.timeline[] | select(.what == "setup") | .at_ns) as $setup |
			(([.workers[].start_ns] | max) - $setup) / 1e6' o/result.json
		echo "$topology: workers, cgroups, ms: $output"
		[ "${lines[0]}" = 512 ]
		[ "${lines[1]}" = 64 ]
		[ "${lines[2]%.*}" -lt 1000 ]
	done
}
