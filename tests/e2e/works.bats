#!/usr/bin/env bats
# The types of work as machines run them: what doc/files.md says of them.
# shellcheck disable=SC2154 # bats sets output, stderr
bats_require_minimum_version 1.5.0
load ../helper

setup() {
	[ -n "${KTSTR_TEST_KERNEL_ENTRY:-}" ] || skip "needs a kernel: KTSTR_TEST_KERNEL_ENTRY"
	cd "$BATS_TEST_TMPDIR" || return 1
}

# run_test STATUS NAME OUT: a .test file that is here.
run_test() {
	run "-$1" --separate-stderr ktstr-vm run --kernel "$KTSTR_TEST_KERNEL_ENTRY" \
		--kernel-label k --test "$2.test" --out "$3"
}

# workers FILTER OUT: jq over the reports.
workers() {
	jq -r ".workers | $1" "$2/result.json"
}

@test "works: each type makes progress, and twice the same" {
	cat >all.test <<-'T'
		[test]
		duration = 150ms
		settle = 10ms
		topology = 1n2l2c1t
		[cgroup a]
		work = cpu-spin workers=1
		work = yield-heavy workers=1
		work = mixed workers=1
		work = io-sync workers=1
		work = bursty workers=1 burst=5ms sleep=5ms
		work = pipe-io workers=2
		work = futex-ping-pong workers=2
		work = cache-pressure workers=1
		work = cache-yield workers=1
		work = cache-pipe workers=2
		work = futex-fan-out workers=3 fan=2
		work = sequence workers=1 phases=spin:2ms,sleep:2ms,yield:1ms,io:2ms
		work = fork-exit workers=1
		work = nice-sweep workers=1
		work = affinity-churn workers=cpus/4
		work = policy-churn workers=1
		work = fan-out-compute workers=2 fan=1 size=8K
		work = page-fault-churn workers=1 size=256K touches=64
		work = mutex-contention workers=4
		work = exec workers=1 sh -c 'while :; do :; done'
		[check]
		max-spread = none
	T
	run_test 0 all a
	[ "$(workers '[.[].type] | unique | length' a)" -eq 20 ]
	[ "$(workers 'map(select(.iterations < 1 or .units < 1 or .cpu_ns < 1 or .exit != "ok" or .warnings != []))' a)" = "[]" ]
	# A worker that never finds the mutex taken is not woken up.
	[ "$(workers '[.[] | select(.wakes.count > 0) | .type] | unique | contains(["bursty", "futex-ping-pong", "mutex-contention"])' a)" = true ]
	[ "$(workers 'map(.wakes // empty | select(.p50_ns > .p90_ns or .p90_ns > .p99_ns or .p99_ns > .p99_9_ns or .p99_9_ns > .max_ns))' a)" = "[]" ]
	run_test 0 all b
	workers . a >a.workers
	workers . b >b.workers
	cmp a.workers b.workers
	cmp a/channel.log b/channel.log
}

@test "works: memory is where its policy says, and affinity stays in the cpuset" {
	cat >mem.test <<-'T'
		[test]
		duration = 50ms
		settle = 10ms
		topology = 2n2l1c1t
		max-nodes = 2
		[cgroup a]
		cpuset = numa 0
		work = cache-pressure workers=1 size=1M mem=bind:1 mem-flags=static
		work = cache-pressure workers=1 size=1M mem=local
		work = affinity-churn workers=2
		[check]
		isolation = yes
		max-spread = none
	T
	run_test 0 mem a
	[ "$(workers '.[0].pages.nodes."1"' a)" -ge 256 ]
	[ "$(workers '.[1].pages.nodes."0"' a)" -ge 256 ]
	[ "$(workers '[.[] | select(.type == "affinity-churn") | .cpus] | unique[]' a)" = 0 ]
}

@test "works: a program that ends before the stop has failed, and nothing of it is left" {
	cat >early.test <<-'T'
		[test]
		duration = 50ms
		settle = 10ms
		topology = 1n2l2c1t
		[cgroup a]
		work = exec workers=1 true
		work = exec workers=1 once=yes sh -c 'echo "two  words"; (while :; do :; done) & exit 0'
		work = exec workers=1 once=yes sh -c 'exit 3'
		work = exec workers=1 sh -c 'kill -9 $$'
		[check]
		not-starved = no
		max-spread = none
	T
	run_test 1 early a
	[ "$(workers '[.[] | .exit] | join(" ")' a)" = "failed ok failed failed" ]
	[ "$(workers '.[0].warnings[0]' a)" = "'true' ended before the stop with status 0; 'once=yes' allows that" ]
	[ "$(workers '.[2].warnings[0]' a)" = "'sh' ended before the stop with status 3" ]
	[ "$(workers '.[3].warnings[0]' a)" = "'sh' ended before the stop by signal 9" ]
	[[ $stderr == *"cgroup 'a': 'true' ended before the stop with status 0"* ]]
	[ "$(cat a/worker.log)" = "two  words" ]
	# What it left running had the CPU until the stop.
	[ "$(workers '.[1].cpu_ns' a)" -gt 40000000 ]
	[ "$(jq -r '.class, .timeline[-1].what' a/result.json)" = $'worker-failed\nremoved' ]
}
