#!/usr/bin/env bats
# The messages that authors of .sched and .test files see. Each NAME.stderr is
# what "ktstr-gauntlet check" says about NAME.sched and NAME.test beside it.
# After an intended change: make check-diagnostics UPDATE=1, and read the diff.
bats_require_minimum_version 1.5.0
load helper

@test "diagnostics: every fixture says what is saved beside it" {
	local stderr name files count=0 bad=0
	cd "$KTSTR_TOP/tests/diagnostics" || return
	for stderr in *.stderr; do
		name=${stderr%.stderr}
		files=$(ls "$name.sched" "$name.test" 2>/dev/null || :)
		[ -n "$files" ] || {
			echo "$stderr has no file"
			return 1
		}
		# shellcheck disable=SC2086 # one or two names
		run -2 ktstr-gauntlet check $files
		diff -u "$stderr" - <<<"$output" || bad=1
		count=$((count + 1))
	done
	[ "$count" -gt 0 ]
	[ "$bad" -eq 0 ]
}

@test "diagnostics: every file has its saved messages" {
	local file
	cd "$KTSTR_TOP/tests/diagnostics" || return
	for file in *.sched *.test; do
		[ -s "${file%.*}.stderr" ] || {
			echo "$file has no ${file%.*}.stderr"
			return 1
		}
	done
}

@test "diagnostics: every refusal of the language is in a fixture" {
	cd "$KTSTR_TOP" || return
	cat tests/diagnostics/*.stderr >"$BATS_TEST_TMPDIR/saved"
	run -0 python3 tests/refusals.py tools/lib/spec/*.c <"$BATS_TEST_TMPDIR/saved"
	cd "$BATS_TEST_TMPDIR" || return
	# One that no fixture has is seen, and so is an empty list.
	printf 'diag_add(d, at, "a %%s %%" PRIu64\n " is new");\n' >new.c
	run -1 python3 "$KTSTR_TOP/tests/refusals.py" new.c <saved
	[ "${lines[0]}" = "new.c:1: no fixture says: a %s %lu is new" ]
	[ "${lines[1]}" = "1 refusals, 1 without a fixture" ]
	: >new.c
	run -1 python3 "$KTSTR_TOP/tests/refusals.py" new.c <saved
}

@test "diagnostics: each place is one, and its caret stands below it" {
	cd "$KTSTR_TOP/tests/diagnostics" || return
	run -0 python3 ../carets.py ./*.stderr
	[[ "${lines[-1]}" =~ ^[1-9][0-9]*' complaints' ]]
}
