# SPDX-License-Identifier: GPL-2.0-or-later
# All tests that come with ktstr pass on EEVDF, or are left out with a reason,
# and come to the same result twice. doc/scenarios.md has more schedulers.
# SCENARIOS='basic stall cgroup-pipe-io' runs these categories or tests only.
# shellcheck disable=SC2154 # bats sets output
bats_require_minimum_version 1.5.0
load ../helper
load ../e2e/project

setup_file() {
	export PROJECT=$BATS_FILE_TMPDIR/p
	[ -z "${KTSTR_TEST_KERNEL_ENTRY:-}" ] || scenario_project "$PROJECT"
}

setup() {
	needs_kernel
	cd "$PROJECT" || return 1
}

# all_steady: one line for each variant: a hash of what must not change.
all_steady() {
	local name
	while read -r name _; do
		echo "$(steady "$name") $name"
	done <ktstr-out/variants
}

@test "scenarios: each passes on EEVDF, or is left out and said so" {
	run -0 kmake -s ktstr-scenarios TEST="${SCENARIOS:-}"
	selected=${#lines[@]}
	run kmake -k -j2 ktstr-test TOPOLOGY=1n2l2c1t
	echo "$output" # shown if what follows fails
	[ "$status" -eq 0 ]
	ran=$(wc -l <ktstr-out/variants)
	left_out=$(grep -c "^ktstr-gauntlet: test '.*' is not run on 1 of the machines selected, because of its" <<<"$output" || :)
	more=$(sed -n 's/^ktstr-gauntlet: \([0-9]*\) more tests are not run on some .*/\1/p' <<<"$output")
	left_out=$((left_out + ${more:-0}))
	[[ $output == *"$ran passed, 0 failed, 0 inconclusive, 0 skipped, 0 errors"* ]]
	[ "$((ran + left_out))" -eq "$selected" ]
	[ -n "${SCENARIOS:-}" ] || [ "$ran" -ge 75 ]
}

@test "scenarios: a second run comes to the same results, worker for worker" {
	[ -s ktstr-out/variants ]
	all_steady >first
	[ "$(wc -l <first)" -eq "$(wc -l <ktstr-out/variants)" ]
	run -0 kmake -k -j2 ktstr-test TOPOLOGY=1n2l2c1t RERUN=all
	all_steady >second
	diff first second
}
