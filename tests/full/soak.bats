#!/usr/bin/env bats
# Two minutes of "make soak"; see tests/soak/soak.sh.
# shellcheck disable=SC2154 # bats sets output
bats_require_minimum_version 1.5.0
load ../helper
load ../e2e/project

soak() {
	run "$KTSTR_TOP/tests/soak/soak.sh" "$BATS_TEST_TMPDIR/soak"
	[ "$status" != 4 ] || skip "$output"
	echo "$output"
}

@test "soak: random faults for two minutes, and all holds behind each" {
	needs_kernel
	KTSTR_SOAK_SECS=120 soak
	[ "$status" = 0 ]
	[[ ${lines[-1]} =~ ^rounds\ [1-9][0-9]*,\ faults\ [1-9][0-9]*\ \(.*\),\ violations\ 0$ ]]
	[ -z "$(ls -A "$BATS_TEST_TMPDIR/soak/world")" ]
}

@test "soak: a seed and a round's number are that round again" {
	needs_kernel
	local first
	KTSTR_SOAK_SEED=7 KTSTR_SOAK_ROUND=3 KTSTR_SOAK_FAULTS=stop soak
	[ "$status" = 0 ]
	first=${lines[1]}
	KTSTR_SOAK_SEED=7 KTSTR_SOAK_ROUND=3 KTSTR_SOAK_FAULTS=stop soak
	[[ ${first%%;*} == "round 3: "* ]]
	[ "${first%%;*}" = "${lines[1]%%;*}" ]
}
