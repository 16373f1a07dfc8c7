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

@test "diagnostics: every message of the language is in a fixture" {
	local words missing=0
	cd "$KTSTR_TOP" || return
	for words in "is given twice" "stands before the first section" "is yes or no" \
		"quote is not closed" "is no name of a" "is named twice" "unknown key" \
		"unknown section" "unknown work type" "is not built yet" "did you mean" \
		"cannot be divided" "is above max-llcs" "both required and excluded" \
		"holds either children or processes" "some would be left over" "works in groups of 2, and" \
		"at this point" "line 15 removed it" "nothing would run" "has nothing to judge" \
		"on 1n2l4c1t:"; do
		grep -qF -- "$words" tests/diagnostics/*.stderr || {
			echo "no fixture says: $words"
			missing=1
		}
	done
	[ "$missing" -eq 0 ]
}
