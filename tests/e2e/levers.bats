#!/usr/bin/env bats
# Maps of the scheduler under test, read and written by ops of a step.
# shellcheck disable=SC2154 # run sets stderr
bats_require_minimum_version 1.5.0
load ../helper
load project

setup_file() {
	needs_kernel
	export LEVERS=$BATS_FILE_TMPDIR/p
	new_project "$LEVERS"
	rm -f ktstr/*.test
	cp "$KTSTR_TOP/tests/e2e/levers.bpf.h" .
	sed -i '/^char LICENSE/a #include "levers.bpf.h"' scx_mini.bpf.c
	sed -i 's/scx_insert_vtime(p, queue,/scx_insert_vtime(p, lever_turn(queue),/' scx_mini.bpf.c
	kmake ktstr-progs
}

setup() {
	needs_kernel
	cd "$LEVERS" || return 1
}

# play NAME OP...: a test with these ops in one step, between two holds.
play() {
	local name=$1
	shift
	{
		printf '[test]\nduration = 100ms\nsettle = 0\n[cgroup a]\nwork = cpu-spin workers=4\n[step first]\nhold = 50%%\n[step ops]\n'
		printf '%s\n' "$@"
		printf 'hold = 50%%\n'
	} >"$name.test"
	ktstr-vm run --kernel "$KTSTR_TEST_KERNEL_ENTRY" --kernel-label k --sched ktstr/scx_mini.sched --clock virtual \
		--topology 1n1l2c1t --test "$name.test" --out "$name"
}

# told NAME: verdict, class and the first reason.
told() { jq -r '.verdict + " " + .class + ": " + (.reasons[0] // "")' "$1/result.json"; }

# refuses SENTENCE OP: the op is an error of the test, told so before any worker ran.
refuses() {
	run -125 play bad "$2"
	[ "$(told bad)" = "error harness: the guest's init: ${2%% *} in step 'ops': $1" ] || { told bad; return 1; }
	[ "$(jq '.workers | length' bad/result.json)" = 0 ]
}

@test "levers: variables and maps are read and written in mid-run, by their types" {
	run -0 play all 'read-map = .bss turns min=1' 'read-map = .bss crash is=false' 'read-map = .rodata fixed is=3' \
		'write-map = .bss config.limit 42' 'write-map = .bss config.mode LEVER_ON' 'read-map = .bss config.mode is=LEVER_ON' \
		'write-map = .bss config.hist[2] -5' 'read-map = .bss config.hist[2] min=-5 max=-5' 'write-map = .bss config.deep true' \
		'read-map = .data label is=as-loaded' \
		"write-map = .data letter 'h'" 'write-map = .data letter 104' "read-map = .data letter is='h'" \
		'write-map = lever_array[3] limit 0xffffffff' 'read-map = lever_array[3] limit is=4294967295' 'read-map = lever_array[2] limit is=0' \
		'read-map = lever_cpus min=2' 'write-map = lever_cpus@1 7000' 'read-map = lever_cpus@1 min=7000 max=7100' 'read-map = lever_cpus' \
		'wait = 20ms' 'read-map = lever_hash[5] is=45' 'write-map = lever_hash[5] 9' 'read-map = lever_hash[5] is=9'
	[ "$(told all)" = "pass ok: " ]
	# Who asks for no dump has none.
	[ "$(jq -c .dumps all/result.json)" = '[]' ]
	[ ! -e all/dump.log ]
	# Each is in the timeline, the map by its name.
	jq -r '.timeline[] | select(.map) | .name + " " + .map + " " + .in_force' all/result.json >rows
	grep -Ex 'read-map scx_mini\.bss turns [1-9][0-9]*' rows
	grep -Fx 'write-map scx_mini.bss config.mode LEVER_ON' rows
	grep -Fx 'read-map lever_array[3] limit 4294967295' rows
	grep -Ex 'read-map lever_cpus [1-9][0-9]* 7[0-9]{3}' rows
	[ "$(wc -l <rows)" -eq 23 ]
}

@test "levers: a switch that is flipped in mid-run decides the verdict, and a bound is a check" {
	run -1 play crash 'dump = before' 'write-map = .bss crash true'
	[[ $(told crash) == "fail scx-error: the scheduler lost its charge: "* ]]
	jq -e '.reasons | any(test("non-existent DSQ 0x4d"))' crash/result.json
	# Both dumps are there, though this scheduler's program prints none.
	jq -e '.dumps | length == 2 and all(.source == "trace" and (.truncated | not))' crash/result.json
	jq -e '(.timeline[] | select(.dump) | .at_ns) as $at | .dumps[0] | .name == "before" and .kind == 0 and
		.at_ns <= $at and .at_ns > $at - 20000000 and ([.cpus[].tasks[] | select(.comm == "ktstr-worker")] | length > 2) and
		(.cpus | all(.values.nr_run > 0 and .curr.class and (.tasks | all(.values.scx_state == 3 and .values.cpus == "3"))))' crash/result.json
	jq -e '.dumps[1] | .by and .kind == 1024 and .reason == "runtime error" and (.message | test("non-existent DSQ 0x4d")) and
		(.backtrace | any(test("do_enqueue_task"))) and ([.cpus[].tasks[].backtrace[]] | length > 0)' crash/result.json
	grep -q '^Debug dump triggered by SysRq-D$' crash/dump.log
	run ! grep -q 'triggered exit kind' crash/scheduler.log
	run -1 play bound 'read-map = .bss config.limit min=1' 'read-map = .bss crash is=true' 'read-map = .bss turns min=1'
	[ "$(jq -c '[.class, .reasons]' bound/result.json)" = \
		'["check-failed",["read-map of scx_mini.bss config.limit in step '"'ops'"' found 0, not min=1","read-map of scx_mini.bss crash in step '"'ops'"' found false, not is=true"]]' ]
	[ "$(jq -c '[.timeline[] | select(.wanted) | .ok]' bound/result.json)" = '[false,false,true]' ]
}

# For jq: each dump has both CPUs, of each as many tasks as are in its queue, and all 300 workers. A task
# that goes to sleep is still the CPU's, and no more in the queue (without SCX_TASK_QUEUED, 1).
has_all='all(.dumps[]; (.truncated | not) and (.cpus | length == 2) and ([.cpus[] | .values.nr_run -
	([.tasks[] | select(.values.flags % 2 == 1)] | length) | . == 0 or . == 1] | all) and
	([.cpus[].tasks[] | select(.comm == "ktstr-worker")] | length) == 300)'

@test "levers: dumps of many tasks are whole, or say that they are not" {
	local test='[test]\nduration = 300ms\n[cgroup a]\nwork = cpu-spin workers=%d\n[step ops]\nwait = 100ms\n%bhold = 10%%\n[check]\nnot-starved = no\nmax-spread = none\nmax-gap = none\n'
	run_it() {
		ktstr-vm run -q --kernel "$KTSTR_TEST_KERNEL_ENTRY" --kernel-label k --sched ktstr/scx_mini.sched --clock virtual \
			--topology 1n1l2c1t --test many.test --out many
	}
	# Longer than what is read in one go.
	# shellcheck disable=SC2059 # it is a format
	printf "$test" 300 'dump = a\ndump = b\ndump = c\n' >many.test
	run -0 run_it
	[ "$(jq -c '[.dumps[].name]' many/result.json)" = '["a","b","c"]' ]
	jq -e "$has_all" many/result.json
	# Longer than all that is kept: the last ones are cut, and the one behind is not there.
	# shellcheck disable=SC2059
	printf "$test" 300 "$(printf 'dump = %s\\n' a b c d e f g h i j k)" >many.test
	run -0 run_it
	[ "$(jq -c '[.dumps[].name]' many/result.json)" = '["a","b","c","d","e","f","g","h","i","j","k"]' ]
	jq -e '.dumps |= map(select(.truncated | not)) | (.dumps | length > 3) and '"$has_all" many/result.json
	jq -e '.dumps | map(.truncated) | . == sort and last and all(type == "boolean")' many/result.json
	jq -e '.dumps[-1] | .kind == 0 and .cpus == []' many/result.json
}

@test "levers: what cannot be read or written is an error with the name that was meant" {
	refuses "map 'scx_mini.bss': there is no 'crahs'; did you mean 'crash'?" 'write-map = .bss crahs true'
	refuses "map 'scx_mini.rodata': it is for reading only: it was frozen when the scheduler was loaded" 'write-map = .rodata fixed 4'
	refuses "the scheduler has 2 maps 'lever_hash_long_c', lever_hash_long, lever_hash_long: write the whole name of one, if they differ" 'read-map = lever_hash_long_c[1]'
	# No key yet: that is known when the op runs.
	run -125 play late 'read-map = lever_hash[6]'
	[ "$(told late)" = "error harness: the guest's init: read-map: map 'lever_hash' has no key 6 at this time" ]
	# Where no such scheduler is, the file is refused.
	run -2 --separate-stderr ktstr-vm run --kernel "$KTSTR_TEST_KERNEL_ENTRY" --sched none --test late.test --out none
	[[ $stderr == *"test 'late' has op 'read-map', and scheduler 'none' is none of sched_ext" ]]
}
