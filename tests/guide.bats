#!/usr/bin/env bats
# doc/guide.md: its blocks marked "sh run" work as written, in one shell.
# shellcheck disable=SC2154 # bats sets stderr
bats_require_minimum_version 1.5.0
load helper

@test "guide: the runnable blocks work, and tell what the guide says" {
	[ -n "${KTSTR_TEST_KERNEL_ENTRY:-}" ] || skip "needs a kernel: KTSTR_TEST_KERNEL_ENTRY"
	[ "$(jq -r .key "$KTSTR_TEST_KERNEL_ENTRY/metadata.json")" = "${KTSTR_TEST_KERNEL_ENTRY##*/}" ] ||
		skip "needs a kernel that the cache keeps: KTSTR_TEST_KERNEL_ENTRY"
	cd "$BATS_TEST_TMPDIR"
	awk '/^```sh run$/ { on = 1; n++; print "echo block " n; next }
	     /^```$/ { on = 0 }
	     on { print }
	     END { print "echo end of " n " blocks" }' "$KTSTR_TOP/doc/guide.md" >blocks.sh
	# Programs are there already, and so is the kernel: its key names it.
	export KTSTR=$KTSTR_TOP KTSTR_TOOLS=$KTSTR_BUILD
	export KTSTR_CACHE_DIR=${KTSTR_TEST_KERNEL_ENTRY%/*} KERNEL=${KTSTR_TEST_KERNEL_ENTRY##*/}
	mkdir empty && cd empty
	run -0 --separate-stderr bash -eu ../blocks.sh
	echo "$output" "$stderr"
	[ "${lines[-1]}" = "end of 8 blocks" ]

	# What each block is there for.
	[[ $output == *"block 2"*"fail "*"check-failed: max-gap: "*"0 passed, 1 failed"*"exit status 2"*"block 3"* ]]
	[[ $output == *"block 3"*"max-gap: cgroup 'busy': a worker did not run on for "*"slice 5000 us"*"block 4"* ]]
	[[ $output == *"block 4"*"1 passed, 0 failed"*"block 5"*"1 passed, 0 failed"*"2 passed, 0 failed"*"block 6"* ]]
	[[ $output == *"block 6"*"ktstr-out/results/"*"/scx_mini/soon/own/short/virtual/s"*"/result.json"*"block 7"* ]]
	[[ $output == *"block 7"*"exit status 2"*"block 8"* ]]
	[[ $output == *"block 8"*"0 passed, 1 failed"*"exit status 2"*"REGRESSION soon"*" passed, now "*"again: "*"exit status 2"* ]]
	[[ $stderr == *"did you mean 'cpu-spin'?"* ]]

	# The page of results has every field of one.
	for field in $(jq -r 'keys[]' mine/ktstr-out/results/*/scx_mini/soon/own/short/virtual/s1/result.json); do
		grep -E "^\| .*\`${field}[].[\`]" "$KTSTR_TOP/doc/results.md"
	done
}
