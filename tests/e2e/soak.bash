# shellcheck shell=bash
# soak.bash - rounds of random faults, for bats: see tests/soak/soak.sh.

# soak: KTSTR_SOAK_* say how long, and which; its lines are shown.
soak() {
	run "$KTSTR_TOP/tests/soak/soak.sh" "$BATS_TEST_TMPDIR/soak"
	[ "$status" != 4 ] || skip "$output"
	echo "$output"
}
