#!/usr/bin/env bats
# doc/monitor.md: the monitor under the real clock, and on wide machines.
# shellcheck disable=SC2154 # bats sets output, stderr
bats_require_minimum_version 1.5.0
load ../helper

setup() {
	[ -n "${KTSTR_TEST_KERNEL_ENTRY:-}" ] || skip "needs a kernel: KTSTR_TEST_KERNEL_ENTRY"
	cd "$BATS_TEST_TMPDIR" || return 1
}

# monitor FILTER: jq over what the monitor saw.
monitor() {
	jq -r ".monitor | $1" out/result.json
}

@test "monitor: under the real clock the host reads a known load, and the guest nothing" {
	cat >load.test <<-'T'
		[test]
		duration = 3s
		settle = 100ms
		topology = 1n1l2c1t
		monitor = yes
		[cgroup a]
		work = cpu-spin workers=3 affinity=cpus:1
		work = cpu-spin workers=1 affinity=cpus:0
		[check]
		max-spread = none
		max-gap = none
		not-starved = no
	T
	run --separate-stderr ktstr-vm run --kernel "$KTSTR_TEST_KERNEL_ENTRY" --kernel-label k --clock real \
		--accel tcg --limit boot=300s --timeout 600 --test load.test --out out
	[ "$(jq -r .class out/result.json)" != host-noise ] || skip "the host was too busy"
	[ "$status" -eq 0 ]
	[ "$(monitor .reader)" = outside ]
	[ "$(monitor '.samples >= 10')" = true ]
	[ "$(monitor .implausible)" = 0 ]
	# Init and the watchdog's feeder are among the tasks now and then.
	[ "$(monitor '.cpus[1].mean_nr_running | . >= 2.9 and . < 3.6')" = true ]
	[ "$(monitor '.cpus[0].mean_nr_running | . >= 0.9 and . < 1.9')" = true ]
	[ "$(monitor '.counters[] | select(.name == "sched_count") | .increase > 100')" = true ]
	[ "$(monitor '.domains | length >= 1')" = true ]
	# One thread is all CPUs, and says nothing of one of them.
	[ "$(jq .host.noise.one_thread out/result.json)" = true ]
	[ "$(monitor '[.vcpus, .timeline[0].vcpu_run_ns] == [null, null] and (.vcpus_why | length > 9)')" = true ]
}

@test "monitor: each CPU of a wide machine is read, and what that costs is told" {
	for shape in 2n4l8c1t 2n8l8c1t; do
		cat >wide.test <<-T
			[test]
			duration = 1s
			settle = 10ms
			topology = $shape
			monitor = yes
			[cgroup a]
			work = cpu-spin workers=cpus affinity=each
			[check]
			max-spread = none
			max-gap = none
			not-starved = no
		T
		run --separate-stderr ktstr-vm run --kernel "$KTSTR_TEST_KERNEL_ENTRY" --kernel-label k --clock virtual \
			--test wide.test --out out
		[ "$status" -le 1 ]
		[ "$(monitor '.implausible')" = 0 ]
		[ "$(monitor '.cpus | length')" = "$(jq -r '.calibration.units_per_s_per_cpu | length' out/result.json)" ]
		echo "$shape: $(monitor .cost.percent) % of a CPU in a run of 1 s" >&3
		[ "$(monitor '.cost.percent > 0 and .cost.percent < 1')" = true ]
	done
}
