#!/usr/bin/env bats
# A failure that runs again and is watched: what doc/repro.md says.
# shellcheck disable=SC2016,SC2154 # code for other shells; bats sets stderr
bats_require_minimum_version 1.5.0
load ../helper
load project

# The zoo's scheduler, with one fault each.
setup_file() {
	[ -n "${KTSTR_TEST_KERNEL_ENTRY:-}" ] || return 0
	new_zoo "$BATS_FILE_TMPDIR/zoo"
}

setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
	needs_kernel
	printf '%s\n' '[test]' 'description = two wait for each other' 'duration = 8s' 'topology = 1n2l2c1t' \
		'[cgroup a]' 'work = pipe-io workers=4' >t.test
	exec </dev/null
}

# fail FAULT [OPTION...]: that fault's verdict, in o/.
fail() {
	printf '[scheduler]\nbinary = %s/zoo/build/scx_zoo\nargs = --fault %s\n' "$BATS_FILE_TMPDIR" "$1" >"$1.sched"
	run -1 --separate-stderr ktstr-vm run --kernel "$KTSTR_TEST_KERNEL_ENTRY" --kernel-label k --sched "$1.sched" \
		--test t.test --clock virtual --out o "${@:2}"
	[ "$output" = o/result.json ]
}

repro() { jq -r ".repro | $1" o/result.json; }

# its WORDS: of the failing task's way, the lines that have WORDS.
its() { sed -n '/^--- what happened/,/^$/p' o/repro.txt | grep -F -- "$1"; }

@test "repro: a misuse fails again at the same nanosecond, and its way is told in the order of time" {
	fail dead-queue
	[ "$(jq -r '.verdict + " " + .class' o/result.json)" = "fail scx-error" ]
	[ "$(repro '.status + " " + .file')" = "same repro.txt" ]
	[ "$(repro '.at_ns')" = "$(jq '[.kernel_messages[] | select(.text | test("disabled \\(")) | .at_ns][0]' o/result.json)" ]
	[ "$(repro '.again_at_ns == .at_ns and .lost == 0 and .why == null')" = true ]
	# It is before the kernel's log has it; and the message's task is the one that is told.
	[ "$(repro '.at_ns - .trigger_ns | . > 0 and . < 200000000')" = true ]
	[[ $(jq -r '.reasons[]' o/result.json) == *"non-existent DSQ 0x4d for $(repro .task)"* ]]
	[ "$(head -n 1 o/repro.txt)" = "same: it failed again in the same way" ]
	its "ops.enqueue(p=$(repro .task), enq_flags=SCX_ENQ_WAKEUP" >/dev/null
	its "do_enqueue_task(rq=(rq), p=$(repro .task), enq_flags=SCX_ENQ_" >/dev/null
	its ", dsq_id=0x4d, p=$(repro .task))" >/dev/null
	its 'p->cpus_ptr 0-3' >/dev/null
	[ "$(its '<- the failure' | grep -c ' CPU '"$(repro .cpu)"'  .*scx_ops_exit_kind(kind=SCX_EXIT_ERROR, exit_code=0, fmt="non-existent DSQ')" -eq 1 ]
	its ' ms  CPU ' | sed 's/ ms .*//' >times.log
	[ "$(wc -l <times.log)" -ge 5 ]
	sort -g -c times.log
	# The last call before the failure is the innermost of the backtrace that was not put into another.
	[[ $(its ' ms  CPU ' | tail -n 2 | head -n 1) == *" find_"* ]]
	grep -Fx 'not watched: balance_one: this kernel has no such function by itself' o/repro.txt
	[[ $stderr == *$'\n'"ktstr-vm:   run again and watched: same, see o/repro.txt"* ]]
	run -1 --separate-stderr ktstr-gauntlet report "$PWD"
	[[ $output == *$'\n'"  watched: $PWD/o/repro.txt (same)"$'\n'* ]]
	# The cache keeps no DWARF.
	[ "$(grep -cx "no source lines: '.*/vmlinux' has no debugging information" o/repro.txt)" -eq 1 ]
	# All of it is the same when it is done again.
	cp o/repro.txt first.txt
	fail dead-queue
	cmp first.txt o/repro.txt
}

@test "repro: of a stall what came before the wait is told, seconds before its end" {
	fail stall
	[ "$(jq -r .class o/result.json)" = stalled ]
	[ "$(repro .status)" = same ]
	task=$(repro .task)
	[[ $(jq -r '.reasons[]' o/result.json) == *"$task failed to run for "* ]]
	its "ops.enqueue(p=$task, " | tail -n 1 >last
	waited=$(jq -r '.reasons[]' o/result.json | sed -n 's/.*failed to run for \([0-9]*\)\.\([0-9]*\)s.*/\1\2/p' | head -n 1)
	before=$(sed 's/^ *-\([0-9]*\)\..*/\1/' last)
	[ $((waited - before)) -ge -20 ] && [ $((waited - before)) -le 20 ]
	its 'kind=SCX_EXIT_ERROR_STALL' >/dev/null
}

@test "repro: a second run that goes another way is told as one" {
	# Where it is watched, an instruction takes half as long.
	mkdir bin
	cat >bin/qemu <<-'SH'
		#!/bin/sh
		case "$*" in
		*chardev:gdb*)
			n=$#
			while [ "$n" -gt 0 ]; do
				word=$1
				shift
				[ "$word" != shift=3,sleep=off ] || word=shift=2,sleep=off
				set -- "$@" "$word"
				n=$((n - 1))
			done
			;;
		esac
		exec qemu-system-x86_64 "$@"
	SH
	chmod +x bin/qemu
	fail dead-queue --qemu bin/qemu --cold
	[ "$(jq -r .class o/result.json)" = scx-error ]
	[ "$(repro .status)" = other ]
	[[ $(repro .why) == "another message: "*" in the first run, "*" now" || $(repro .why) == "at another time of the kernel's log, ns: '$(repro .at_ns)' in the first run, '$(repro .again_at_ns)' now" ]]
	[[ $(head -n 1 o/repro.txt) == "other: it failed again, but not in the same way: "* ]]
}

@test "repro: scx_bpf_error() is watched to the callback that called it" {
	fail crash
	[ "$(repro .status)" = same ]
	jq -e '.reasons | index("the kernel: an error without a cause")' o/result.json
	# The message names no task, so it is the one that ran; whom it called for is there.
	its ' ms  CPU ' | tail -n 3 >last.log
	[[ $(sed -n 1p last.log) == *"  $(repro .task)  ops.enqueue(p=scx_zoo["*"], enq_flags=SCX_ENQ_WAKEUP"* ]]
	[[ $(sed -n 2p last.log) == *"  scx_bpf_error_bstr("* ]]
	[[ $(sed -n 3p last.log) == *"scx_ops_exit_kind(kind=SCX_EXIT_ERROR_BPF, "*"<- the failure" ]]
}

@test "repro: who does not want it, and what is expected, runs once" {
	fail dead-queue --no-repro
	[ "$(jq -c .repro o/result.json)" = null ]
	[ ! -e o/repro.txt ]
	[[ $(jq -r .rerun o/result.json) == *" --no-repro"* ]]
	# A report of an earlier run goes.
	echo old >o/repro.txt
	sed -i 's/^duration/auto-repro = no\n&/' t.test
	fail dead-queue
	[ "$(jq -c .repro o/result.json)" = null ]
	[ ! -e o/repro.txt ]
	sed -i 's/^auto-repro = no/expect = fail scx-error/' t.test
	run -0 --separate-stderr ktstr-vm run --kernel "$KTSTR_TEST_KERNEL_ENTRY" --sched dead-queue.sched --test t.test --out o
	[ "$(jq -c .repro o/result.json)" = null ]
	# A failure that is not the scheduler's error: its loading.
	sed -i '/^expect/d' t.test
	fail reject
	[ "$(jq -r '.class + " " + (.repro | tostring)' o/result.json)" = "load-rejected null" ]
}

@test "repro: a kernel without a vmlinux is said, and the verdict stays" {
	mkdir bare
	cp "$KTSTR_TEST_KERNEL_ENTRY/bzImage" bare/
	printf '[scheduler]\nbinary = %s/zoo/build/scx_zoo\nargs = --fault dead-queue\n' "$BATS_FILE_TMPDIR" >dead-queue.sched
	run -1 --separate-stderr ktstr-vm run --kernel bare/bzImage --sched dead-queue.sched --test t.test --clock virtual --out o
	[ "$(jq -r .class o/result.json)" = scx-error ]
	[ "$(repro '.status + ": " + .why')" = "not-run: there is no vmlinux beside the kernel" ]
	[[ $(head -n 1 o/repro.txt) == "not-run: it did not run again: there is no vmlinux beside the kernel" ]]
}

@test "repro: a killed ktstr-vm leaves no machine that is watched, and the verdict is there" {
	printf '[scheduler]\nbinary = %s/zoo/build/scx_zoo\nargs = --fault stall\n' "$BATS_FILE_TMPDIR" >stall.sched
	spawn ktstr-vm run --kernel "$KTSTR_TEST_KERNEL_ENTRY" --sched stall.sched --test t.test --clock virtual --out o
	vm=${spawned[-1]}
	until_true sh -c 'pgrep -P "$(pgrep -P '"$vm"' -x ktstr-vm)" qemu >qemu.pid 2>/dev/null'
	[ "$(jq -r '.class + " " + (.repro | tostring)' o/result.json)" = "stalled null" ]
	qemu=$(cat qemu.pid)
	kill -STOP "$qemu" # so that it does not end by itself
	kill -KILL "$vm"
	until_true sh -c '! kill -0 '"$qemu"' 2>/dev/null'
}
