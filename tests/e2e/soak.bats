#!/usr/bin/env bats
# Two minutes of "make soak": tests/full/soak.bats shows that it would see what is wrong.
# shellcheck disable=SC2154 # bats sets output and lines
bats_require_minimum_version 1.5.0
load ../helper
load project
load soak

@test "soak: random faults for two minutes, and all holds behind each" {
	needs_kernel
	KTSTR_SOAK_SECS=120 soak
	[ "$status" = 0 ]
	[[ ${lines[-1]} =~ ^rounds\ [1-9][0-9]*,\ faults\ [1-9][0-9]*\ \(.*\),\ violations\ 0$ ]]
	[ -z "$(ls -A "$BATS_TEST_TMPDIR/soak/world")" ]
}
