#!/usr/bin/env bats
# All calls of all commands of tests/failures/commands.bash fail in turn.
# shellcheck disable=SC2154 # run sets lines
bats_require_minimum_version 1.5.0
load ../helper

@test "failures: each call of each command fails once" {
	[ -z "${KTSTR_SAN:-}" ] || skip "needs the C library's own malloc(), without SAN="
	run "$KTSTR_TOP/tests/failures/failures.sh" "$BATS_TEST_TMPDIR"
	echo "$output" # shown if what follows fails
	[[ ${lines[-1]} =~ ^[0-9]+' commands, '([0-9]+)' failures injected, 0 violations'$ ]]
	[ "${BASH_REMATCH[1]}" -gt 10000 ]
}
