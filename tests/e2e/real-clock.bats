#!/usr/bin/env bats
# The real clock: a test runs, and a boot that hangs is ended; tests/full has more.
# shellcheck disable=SC2154 # bats sets stderr
bats_require_minimum_version 1.5.0
load ../helper
load project

setup() {
	needs_kernel
	cd "$BATS_TEST_TMPDIR" || return 1
	machine=(--kernel "$KTSTR_TEST_KERNEL_ENTRY" --clock real --accel "tcg,thread=single" --topology 1n1l2c1t)
	cat >lax.test <<-'E'
	[test]
	duration = 300ms
	settle = 50ms
	[cgroup a]
	cpuset = llc 0
	work = cpu-spin workers=2
	[check]
	max-gap = none
	max-spread = none
	not-starved = no
	isolation = yes
	E
}

@test "vm: under the real clock a machine whose CPUs share a thread runs a test" {
	# A busy host boots slowly, and the clock is its own.
	run -0 --separate-stderr ktstr-vm run "${machine[@]}" --test lax.test --out out --limit boot=150s
	jq -e '.clock == "real" and .accelerator == "tcg" and .verdict == "pass"' out/result.json
	# What they ran and waited is known, and how they took turns was measured.
	jq -e '.host.noise | .one_thread and (.vcpus | length == 1 and all(.run_ns > 0)) and .wall_ns > 300000000 and .guest_steal_ns == 0' out/result.json
	jq -e '.calibration | .ran and .max_gap_ns > 0 and (.units_per_s_per_cpu | length == 2)' out/result.json
	[[ $(jq -r .rerun out/result.json) == *" --accel tcg,thread=single"* ]]
}

@test "vm: under the real clock a boot that hangs is ended soon after its limit" {
	printf '#include <unistd.h>\nint main(void) { for (;;) pause(); }\n' | "${CC:-cc}" -static -o never -x c -
	run --separate-stderr ktstr-vm run "${machine[@]}" --test lax.test --out out --init ./never --limit boot=1s --timeout 600
	# The second one where the host withheld its CPUs.
	case $status in
	125) [ "$(jq -r .class out/result.json)" = boot-hang ] ;;
	3) [ "$(jq -r .class out/result.json)" = host-noise ] ;;
	*) return 1 ;;
	esac
	[[ $(jq -r '.reasons[0]' out/result.json) == "the guest was not ready after "*" s of the host's time; --limit boot= gives it more" ]]
}
