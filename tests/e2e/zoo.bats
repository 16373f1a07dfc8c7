#!/usr/bin/env bats
# The zoo's scheduler with one fault at a time: see tests/zoo/README.md.
# shellcheck disable=SC2154 # bats sets stderr
bats_require_minimum_version 1.5.0
load ../helper
load project

@test "zoo: faults of several kinds are caught by their words, and who has none is not accused" {
	needs_kernel
	"$KTSTR_TOP/tests/zoo/zoo.sh" tiny "$BATS_FILE_TMPDIR/zoo" 2>"$BATS_TEST_TMPDIR/log" ||
		{ tail -n 40 "$BATS_TEST_TMPDIR/log"; return 1; }
}

@test "zoo: a fault comes at load, after a time or by chance, and all are listed" {
	cd "$BATS_TEST_TMPDIR" || return
	zoo=$BATS_FILE_TMPDIR/zoo/build/scx_zoo
	[ -x "$zoo" ] || skip "needs a kernel: KTSTR_TEST_KERNEL_ENTRY"
	"$zoo" --list | cut -d' ' -f1 | sort >there
	grep -v '^#' "$KTSTR_TOP/tests/zoo/faults.list" | cut -d' ' -f1 | sed 's/+.*//' | sort -u >listed
	diff there listed
	[ "$(wc -l <listed)" -ge 24 ]
	run -2 --separate-stderr "$zoo" --fault reject --after 1
	[ "$stderr" = "scx_zoo: --after: 'reject' shows when the scheduler is loaded, or never" ]
	run -2 --separate-stderr "$zoo" --fault stalled
	[ "$stderr" = "scx_zoo: there is no fault 'stalled'; see --list" ]
	run -2 --separate-stderr "$zoo" --fault stall --chance 0
	[ "$stderr" = "scx_zoo: --chance: '0' is not a number from 1 to 100" ]
	run -2 --separate-stderr "$KTSTR_TOP/tests/zoo/zoo.sh" huge x
	[ "$stderr" = "zoo.sh: LEVEL is tiny, smoke or full, not 'huge'" ]
}
