#!/usr/bin/env bats
# CPUs that are idle while workers wait, in waits too short to be seen one by one:
# the template's scheduler, broken in one place, and the kernel's own.
# shellcheck disable=SC2154 # bats sets output
bats_require_minimum_version 1.5.0
load ../helper
load ../e2e/project

# All CPUs but the first take nothing for 16 of every 32 ms: they go idle, since a task whose slice
# is over is queued like the others. What is queued later wakes them up again.
setup_file() {
	[ -n "${KTSTR_TEST_KERNEL_ENTRY:-}" ] || return 0
	export project=$BATS_FILE_TMPDIR/p
	export BATS_TEST_TMPDIR=$BATS_FILE_TMPDIR
	(new_project "$project") >&2
	cd "$project" || return 1
	CODE='	if (cpu && bpf_ktime_get_ns() >> 24 & 1) return;' awk '
		/mini_dispatch, s32/ { behind = 1 }
		behind && /^	if \(queue_count/ { print ENVIRON["CODE"]; behind = 0; found = 1 }
		{ print } END { exit !found }' scx_mini.bpf.c >changed && mv changed scx_mini.bpf.c
	sed -i '/\.timeout_ms/i\	.flags = SCX_OPS_ENQ_LAST, /* no task goes on by itself */' scx_mini.bpf.c
	kmake all >&2
	rm ktstr/*.test
}

setup() {
	needs_kernel
	cd "$project" || return 1
	rm -rf ktstr-out/results ktstr/*.test
}

# play SCHEDULER CORES WORK...: a test of so many CPUs and this work, with no limit
# but one for idle CPUs; its result is $json.
play() {
	printf '%s\n' '[test]' "topology = 1n1l$2c1t" 'duration = 2500ms' '[check]' 'max-spread = none' \
		'max-idle-while-waiting = 50ms' '[cgroup a]' "work = ${*:3}" >ktstr/idle.test
	run -"$status_wanted" ktstr-vm run --kernel "$KTSTR_TEST_KERNEL_ENTRY" --sched "$1" \
		--clock virtual --test ktstr/idle.test --out out
	json=out/result.json
	echo "$output" # shown if what follows fails
	jq -c '[.workers[] | {idle_wait_ns, idle_wait_of_ns, idle_wait_cpu}], .engine' $json
}
idle_ms() { jq '.stats.total.idle_while_waiting_ms | round' $json; }

@test "idle: a CPU that pauses is seen, though no wait is long" {
	# More workers than CPUs, and as many.
	for work in "2 cpu-spin workers=3" "2 cpu-spin workers=2"; do
		# shellcheck disable=SC2086 # two words or more
		status_wanted=1 play ktstr/scx_mini.sched $work
		[ "$(jq -r .class $json)" = check-failed ]
		[[ "$(jq -r '.reasons[]' $json)" =~ ^"max-idle-while-waiting: cgroup 'a': of "[0-9.]+" ms there were "[0-9.]+" in which a worker waited for a CPU and one that it may use was idle, CPU "[123]" most of all; the limit is 50 ms"$ ]]
		jq -e '.engine.percent < 1' $json
	done
}

@test "idle: EEVDF is not accused of it" {
	for work in "2 cpu-spin workers=3" "2 cpu-spin workers=2" "4 cpu-spin workers=3" \
		"2 bursty workers=2 burst=20ms sleep=1ms" "2 bursty workers=5 burst=1ms sleep=1ms" \
		"2 pipe-io workers=4"; do
		# shellcheck disable=SC2086 # two words or more
		status_wanted=0 play none $work
		[ "$(idle_ms)" -lt 20 ]
	done
}
