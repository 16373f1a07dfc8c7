#!/usr/bin/env bats
# The real clock: what the host's noise does to verdicts.
# shellcheck disable=SC2154 # bats sets stderr
bats_require_minimum_version 1.5.0
load ../helper
load ../e2e/project

setup() {
	needs_kernel
	cd "$BATS_TEST_TMPDIR" || return 1
	machine=(--kernel "$KTSTR_TEST_KERNEL_ENTRY" --clock real --accel tcg --topology 1n1l2c1t --limit boot=150s)
	# What no machine does, and what every machine does.
	printf '[test]\nduration = 300ms\nsettle = 50ms\n[cgroup a]\nwork = cpu-spin workers=2\n[check]\n' >strict.test
	sed -e 's,^work,cpuset = llc 0\n&,' -e '$a max-gap = none\nmax-spread = none\nnot-starved = no\nisolation = yes' strict.test >lax.test
	echo 'max-gap = 1us' >>strict.test
}

@test "vm: under the real clock a machine with a thread for each CPU runs a test" {
	ktstr-vm doctor | grep -q '^ok  *threads ' || skip "QEMU is older than 8.1"
	run -0 --separate-stderr ktstr-vm run "${machine[@]}" --test lax.test --out out
	jq -e '.host.noise | .one_thread == false and (.vcpus | length == 2 and all(.run_ns > 0))' out/result.json
}

@test "vm: a failed timing check on a busy host is inconclusive, with the numbers, and is run again" {
	# Two busy CPUs of the guest and two spinners on one of the host.
	local cpu=$(($(nproc --all) - 1))
	taskset -c "$cpu" true || skip "CPU $cpu is not for us"
	for _ in 1 2; do
		spawn taskset -c "$cpu" sh -c 'while :; do :; done'
	done
	KTSTR_RETRIES=1 run -0 --separate-stderr ktstr-gauntlet record --identity ab --out out \
		k/none/strict/own/default/real/s1 -- taskset -c "$cpu" ktstr-vm run -q "${machine[@]}" \
		--kernel-label k --identity ab --test strict.test --out out
	jq -e '.verdict == "inconclusive" and .class == "host-noise" and .host.attempt == 2' out/result.json
	jq -e '.reasons[0] | test("^the host was busy: (CPU [01] of the guest|the guest.s CPUs, on one thread,) waited for the host.s in [0-9.]+ % of the time, 2.0 are the limit")' out/result.json
	jq -e '.checks[] | select(.name == "max-gap") | .ok == false and .judged == false' out/result.json
	[[ $output == "  AGAIN   k/none/strict/own/default/real/s1 ("*"the host was busy"*"  INCONCLUSIVE k/"*", attempt 2)"* ]]
	[ ! -e out/passed-ab ]
}
