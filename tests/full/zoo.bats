#!/usr/bin/env bats
# Schedulers with one fault each, and five without: see tests/zoo/README.md.
bats_require_minimum_version 1.5.0
load ../helper
load ../e2e/project

# play LEVEL: the matrix is shown whatever comes out.
play() {
	ZOO_JOBS=$(nproc) "$KTSTR_TOP/tests/zoo/zoo.sh" "$1" "$BATS_FILE_TMPDIR/zoo" 2>"$BATS_TEST_TMPDIR/log" ||
		{ tail -n 40 "$BATS_TEST_TMPDIR/log"; return 1; }
}

@test "zoo: smoke catches each of its faults with three seeds, and accuses nobody" {
	needs_kernel
	play smoke
}

@test "zoo: the whole list catches each fault, and accuses nobody" {
	needs_kernel
	play full
}
