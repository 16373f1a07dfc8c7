#!/usr/bin/env bats
# The calibration of presets: doc/turns.md.
# shellcheck disable=SC2154 # bats sets output
bats_require_minimum_version 1.5.0
load ../helper
load ../e2e/project

setup() { needs_kernel; }

@test "turns: the times of every preset of up to 32 CPUs are judged, of wider ones not" {
	command -v hyperfine >/dev/null || skip "needs hyperfine"
	run -0 "$KTSTR_TOP/bench/presets.sh"
	echo "$output"
	[ "$(grep -c ' pass$' <<<"$output")" -ge 11 ]
	[ "$(grep -c ' 64 .* inconclusive$' <<<"$output")" -ge 2 ]
}
