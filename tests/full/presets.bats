#!/usr/bin/env bats
# The machines that have names: doc/presets.md.
# shellcheck disable=SC2154,SC2016 # bats sets output; backticks of markdown
bats_require_minimum_version 1.5.0
load ../helper
load ../e2e/project

setup() { needs_kernel; }

@test "presets: each boots as it is told, or is skipped with the reason that doc/presets.md has" {
	command -v hyperfine >/dev/null || skip "needs hyperfine"
	run -0 "$KTSTR_TOP/bench/boots.sh"
	echo "$output"
	[ "$(grep -c '| attested, [0-9]* s |$' <<<"$output")" -ge 35 ]
	# Seconds are this machine's, and large ones are booted by hand; the rest of the row is not.
	while read -r row; do
		row=${row%attested, *}
		grep -qF "${row%QEMU builds it |}" "$KTSTR_TOP/doc/presets.md" || {
			echo "doc/presets.md has no $row"
			return 1
		}
	done < <(grep '^|' <<<"$output")
}
