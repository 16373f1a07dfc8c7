#!/usr/bin/env bats
# Auto-repro under the real clock: BPF programs of init watch what a failing scheduler does.
# shellcheck disable=SC2154 # bats sets stderr
bats_require_minimum_version 1.5.0
load ../helper
load project

setup_file() {
	[ -n "${KTSTR_TEST_KERNEL_ENTRY:-}" ] || return 0
	export ZOO=$BATS_FILE_TMPDIR/p
	new_zoo "$ZOO"
}

setup() {
	needs_kernel
	cd "$ZOO" || return 1
}

# fails FAULT LINE...: play a test with these lines on the zoo's scheduler with that fault,
# twice. The report is in $report, the second run's message and its task in $message, $task.
fails() {
	local fault=$1
	shift
	printf '[scheduler]\nbinary = build/scx_zoo\nargs = --fault %s --after 1\n' "$fault" >"$fault.sched"
	{
		printf '%s\n' '[test]' 'settle = 50ms' "$@"
		printf '%s\n' '[check]' 'max-gap = none' 'max-spread = none' 'not-starved = no'
	} >"$fault.test"
	# A busy host boots slowly, and the clock is its own.
	run -1 --separate-stderr ktstr-vm run --kernel "$KTSTR_TEST_KERNEL_ENTRY" --kernel-label k --sched "$fault.sched" \
		--test "$fault.test" --clock real --accel tcg --out "$fault" --limit boot=150s
	report=$fault/repro.txt
	jq -e '.repro | (.status == "same" or .status == "other") and .records > 50' "$fault/result.json"
	message=$(sed -n 's/^watched run: .*: //p' "$report")
	task=$(jq -r .repro.task "$fault/result.json")
	# Who is told of is who the kernel named.
	[[ $message == *"$task"* ]]
	[[ $task =~ ^[^[]+\[[0-9]+\]$ ]]
}

# calls: those that are told, as "MS CPU WHO CALL".
calls() { sed -nE '/ returned/d; s/^ *([-+][0-9.]+) ms  CPU ([0-9]+)  ([^ ]+)  (.*)/\1 \2 \3 \4/p' "$report"; }

# pieces_of CALL: what the last of these calls found in memory; and what was changed when it returned.
pieces_of() { grep -F -A1 " $1" "$report" | grep -v -e '^--$' | sed '/ returned/,+1d' | tail -n 1; }
changes_of() { grep -F -A1 " $1" "$report" | grep -A1 ' returned' | tail -n 1; }

@test "repro: under the real clock the calls of the failing task come home in the order of time, and the failure ends them" {
	fails dead-queue 'duration = 3s' 'topology = 1n1l2c1t' '[cgroup a]' 'work = bursty workers=1 burst=1ms sleep=4ms'
	[[ $message == "non-existent DSQ 0x4d for $task" ]]
	calls >calls.log
	# What cannot be probed is told by its name; a task woke on an idle CPU, whose loop is in the backtrace.
	grep -E '^not watched: (default_idle|default_idle_call|pv_native_safe_halt): the kernel does not let it be probed$' "$report"
	grep -F 'watched by BPF programs in the guest' "$report"
	cut -d' ' -f1 calls.log | sort -g -c
	[[ $(tail -n 1 calls.log) =~ ^[-+]0\.0+\ [01]\ [^\ ]+\ scx_ops_exit_kind\(kind=SCX_EXIT_ERROR,.*\<-\ the\ failure$ ]]
	# By the scheduler's program, and within a moment; the same CPU did it.
	grep -nF "ops.enqueue(p=$task, " calls.log | tail -n 1 >enqueue
	grep -nF "(rq=(rq), dsq_id=0x4d, p=$task)" calls.log | tail -n 1 >found
	[ "$(cut -d: -f1 enqueue)" -lt "$(cut -d: -f1 found)" ]
	[ "$(cut -d: -f2 enqueue | cut -d' ' -f2)" = "$(jq .repro.cpu dead-queue/result.json)" ]
	[ "$(cut -d: -f2 enqueue | awk '{ print ($1 > -100) }')" = 1 ]
	[[ $(pieces_of "ops.enqueue(p=$task, ") == *"p->cpus_ptr 0-1, "* ]]
	# What the program has made of the task, and what another one returned.
	[[ $(changes_of "ops.enqueue(p=$task, ") == *"p->scx.ddsp_dsq_id "*" -> 0x4d"* ]]
	grep -E "ops\.select_cpu\(p=.*\) returned [0-9]+\$" "$report"
	# Behind a pointer in the task: the queue that it is in.
	grep -F "p->scx.dsq->id SCX_DSQ_LOCAL," "$report" >/dev/null
	# The programs that have begun before any task ran are seen: they are watched from their load on.
	grep -E '^ +1 +[0-9]+  ops\.init$' "$report"
}

@test "repro: of a task that waits for seconds the last calls stay, whatever others did since" {
	fails skip-cpu 'duration = 8s' 'watchdog = 3s' 'topology = 1n1l2c1t' \
		'[cgroup a]' 'cpuset = cpus 1' 'work = bursty workers=1 burst=1ms sleep=4ms' '[cgroup b]' 'cpuset = cpus 0' 'work = pipe-io workers=4'
	[[ $message == "$task failed to run for "* ]]
	calls >calls.log
	# More came than there is room for.
	[ "$(jq .repro.lost skip-cpu/result.json)" -gt 1000 ]
	cut -d' ' -f1 calls.log | sort -g -c
	grep -F "ops.enqueue(p=$task, " calls.log | tail -n 1 | cut -d" " -f1 >last-enqueue
	[ "$(awk '{ print ($1 < -3000) }' last-enqueue)" = 1 ]
	[[ $(pieces_of "ops.enqueue(p=$task, ") == *"p->cpus_ptr 1, "* ]]
	# It was to run, and did not.
	grep -F "ops.running(p=$task)" calls.log | tail -n 1 | cut -d" " -f1 >last-run
	paste -d" " last-run last-enqueue | awk '{ exit !($1 < $2) }'
}
