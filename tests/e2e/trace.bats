#!/usr/bin/env bats
# doc/trace.md: what a run with a trace leaves behind.
# shellcheck disable=SC2154 # bats sets output, stderr
bats_require_minimum_version 1.5.0
load ../helper
load project

setup() {
	needs_kernel
	cd "$BATS_TEST_TMPDIR" || return 1
	cat >mix.test <<-T
		[test]
		duration = 300ms
		settle = 10ms
		topology = 1n2l2c1t
		monitor = yes
		[cgroup left]
		cpuset = disjoint 0/2
		work = cpu-spin workers=3
		[cgroup right]
		cpuset = disjoint 1/2
		work = bursty workers=1 burst=5ms sleep=3ms
		work = pipe-io workers=2
		[step first]
		hold = 50%
		[step swap]
		swap-cpusets = left right
		hold = 50%
		[check]
		max-spread = none
		max-gap = none
	T
}

# traced STATUS OUT [OPTION...]
traced() {
	local status=$1 out=$2
	shift 2
	run "-$status" --separate-stderr ktstr-vm run --kernel "$KTSTR_TEST_KERNEL_ENTRY" \
		--kernel-label k --clock virtual --test mix.test --out "$out" "$@"
}

@test "trace: another parser reads it, it tells what the result tells, and is the same twice" {
	traced 0 a --trace
	run -0 python3 "$KTSTR_TOP/tests/trace.py" a/trace.json a/result.json
	read -r slices arrows counters lost <<<"$output"
	[ "$slices" -gt 300 ]
	[ "$arrows" -gt 100 ]
	[ "$counters" -ge 12 ]
	[ "$lost" = 0 ]
	[ "$(jq '.trace | .switches > 300 and .wakeups > 100 and .lost == 0 and .odd == 0' a/result.json)" = true ]
	[ "$(jq -c '[.steps[] | .name, .samples > 0, .iterations_rate > 10]' a/result.json)" = '["first",true,true,"swap",true,true]' ]
	[[ $(jq -r .rerun a/result.json) == *" --trace" ]]

	traced 0 b --trace
	cmp a/trace.json b/trace.json
	diff <(jq -S 'del(.host)' a/result.json) <(jq -S 'del(.host)' b/result.json)

	# Without the option there is none, and none of an earlier run either.
	traced 0 b
	[ ! -e b/trace.json ]
	[ "$(jq .trace b/result.json)" = null ]
}

@test "trace: of a buffer that is full the newest stays, and what was lost is counted and shown" {
	traced 0 a --trace --trace-buffer 16
	[ "$(jq '.trace | .lost > 0 and .buffer_kib == 16 and .odd == 0' a/result.json)" = true ]
	run -0 python3 "$KTSTR_TOP/tests/trace.py" a/trace.json a/result.json
	[ "${output##* }" = "$(jq .trace.lost a/result.json)" ]
	[ "$(jq '[.traceEvents[] | select(.name == "events were lost")] | length >= 1' a/trace.json)" = true ]
	# To the end: the last slice of a CPU ends with the trace.
	[ "$(jq --slurpfile r a/result.json '[.traceEvents[] | select(.ph == "X" and .pid == 2) | .ts + .dur] | max * 1000 | round == $r[0].trace.to_ns - 1' a/trace.json)" = true ]
	# All of them together fit the channel.
	traced 2 b --trace --trace-buffer 163840
	[[ $stderr == *"--trace-buffer 163840 on 4 CPUs is more than 163840 KiB, all that a trace may have; at most 40960" ]]
	traced 2 b --trace-buffer 16
	[[ $stderr == *"--trace-buffer is of --trace, which is missing" ]]
}

@test "trace: TRACE=1 runs a variant anew in a folder of its own, and then it is up to date there" {
	new_project p
	rm ktstr/*.test
	sed "/^monitor/d; s/300ms/100ms/" ../mix.test >ktstr/mix.test
	run -2 --separate-stderr kmake ktstr-test TRACE=2
	[[ $stderr == *"TRACE knows 0 and 1, not '2'"* ]]
	run -2 --separate-stderr kmake ktstr-test TRACE_BUFFER=64
	[[ $stderr == *"TRACE_BUFFER is of TRACE=1, which is missing"* ]]
	run -0 kmake ktstr-test TRACE=1 TRACE_BUFFER=512
	[[ $output == *"1 passed, 0 failed"* ]]
	[ ! -e ktstr-out/results ]
	local v=ktstr-out/traced/results/k/scx_mini/mix/own/default/virtual/s1
	[ "$(jq '.trace.buffer_kib, .trace.odd' $v/result.json | xargs)" = "512 0" ]
	# One axis for what the test did and what became of the scheduler.
	[ "$(jq '[.timeline[].at_ns] | . == sort' $v/result.json)" = true ]
	run -0 jq -r '[.timeline[] | select(.what == "scheduler" or .what == "step") | .name] | join(" ")' $v/result.json
	[[ $output == "started attached first swap "*stopped* ]]
	# The scheduler is there from its start to its end.
	run -0 python3 "$KTSTR_TOP/tests/trace.py" $v/trace.json $v/result.json
	[ "$(jq '[.traceEvents[] | select(.name == "in charge" and .dur > 100000)] | length' $v/trace.json)" = 1 ]
	run -0 kmake ktstr-test TRACE=1 TRACE_BUFFER=512 V=2
	[[ $output == *"1 of 1 variants are up to date"* ]]
	# Other memory, another run.
	[[ $(kmake -n ktstr-test TRACE=1) == *" --trace "* ]]
}
