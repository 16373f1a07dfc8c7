#!/usr/bin/env bats
# Schedulers with one fault each, and one without: see tests/zoo/README.md.
# shellcheck disable=SC2154 # bats sets output
bats_require_minimum_version 1.5.0
load ../helper
load ../e2e/project

@test "zoo: each fault is caught as its list says, and who has none is not accused" {
	needs_kernel
	run --separate-stderr "$KTSTR_TOP/tests/zoo/zoo.sh" "$BATS_TEST_TMPDIR/zoo"
	echo "$output"
	[ "$status" -eq 0 ]
}
