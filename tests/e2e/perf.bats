#!/usr/bin/env bats
# Performance mode: where QEMU's threads really are.
# shellcheck disable=SC2154,SC2317 # bats sets stderr; functions for until_true
bats_require_minimum_version 1.5.0
load ../helper
load project

setup() {
	needs_kernel
	cd "$BATS_TEST_TMPDIR" || return 1
	private_places
	reserve=(ktstr-lock cpus --no-wait --exclusive --topology 1n1l1c1t)
	"${reserve[@]}" -- env >reserved 2>why || skip "no LLC for a guest alone: $(cat why)"
	pin=$(sed -n 's/^KTSTR_PINNING=//p' reserved)
	service=$(sed -n 's/^KTSTR_SERVICE_CPU=//p' reserved)
	perf=(--perf --kernel "$KTSTR_TEST_KERNEL_ENTRY" --clock real --accel tcg --topology 1n1l1c1t --limit boot=150s)
}

@test "vm: performance mode puts QEMU's threads where ktstr-lock reserved CPUs" {
	# shellcheck disable=SC2016
	spawn env -u MAKEFLAGS "${reserve[@]}" -- ktstr-vm exec "${perf[@]}" -- \
		sh -c 'echo up; while :; do :; done' </dev/null >out 2>err
	vm=${spawned[0]}
	until_true grep -q up out
	qemu=$(pgrep -P "$vm")
	for task in "/proc/$qemu/task"/*; do
		allowed=$(sed -n 's/^Cpus_allowed_list:\t//p' "$task/status")
		policy=$(chrt -p "${task##*/}")
		case $(cat "$task/comm") in
		"CPU 0/TCG")
			vcpus=1
			[ "$allowed" = "$pin" ]
			grep -q 'without realtime' err || [[ $policy == *SCHED_FIFO* ]]
			;;
		*)
			[ "$allowed" = "$service" ]
			[[ $policy != *SCHED_FIFO* ]]
			;;
		esac
	done
	[ "$vcpus" = 1 ]
	kill -TERM "$vm"
	until_true nothing_runs
}

@test "vm: the result of performance mode tells what there was" {
	printf '[test]\nperformance = yes\nduration = 100ms\nsettle = 10ms\n[cgroup a]\nwork = cpu-spin workers=1\n' >t.test
	run -0 --separate-stderr "${reserve[@]}" -- ktstr-vm run "${perf[@]}" --test t.test --out out
	jq -e '.host.performance | map(select(.name == "pinning" or .name == "service-cpu").used) == [true, true]' out/result.json
	jq -e '.host.performance[] | select(.name == "cpu-pm") | .why == "the machine has no KVM"' out/result.json
	[[ $stderr == *"ktstr-vm: performance mode without cpu-pm: the machine has no KVM"* ]]
	jq -e '.rerun | startswith("ktstr-lock cpus --exclusive --topology 1n1l1c1t -- ktstr-vm run ") and contains(" --accel tcg --perf")' out/result.json
	jq -e '.host.noise.vcpus | length == 1' out/result.json
}
