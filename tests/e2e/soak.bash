# shellcheck shell=bash disable=SC2154 # bats sets status and output

# soak: KTSTR_SOAK_* say how long, and which; its lines are shown.
soak() {
	run "$KTSTR_TOP/tests/soak/soak.sh" "$BATS_TEST_TMPDIR/soak"
	[ "$status" != 4 ] || skip "$output"
	echo "$output"
}
