#!/usr/bin/env bats
# templates/ci with a real kernel, which a shared folder carries.
# shellcheck disable=SC2154 # bats sets lines
bats_require_minimum_version 1.5.0
load ../helper
load project

@test "ci: a kernel from a shared folder, the template's tests, and their report" {
	needs_kernel
	cd "$BATS_TEST_TMPDIR" || return
	key=$(jq -r .key "$KTSTR_TEST_KERNEL_ENTRY/metadata.json")
	unset KTSTR_REMOTE_CACHE KTSTR_REMOTE_KEY KTSTR_REMOTE_KEY_FILE KTSTR_CI_OUT
	KTSTR_CACHE_DIR=$(dirname "$KTSTR_TEST_KERNEL_ENTRY") run -0 ktstr-cache push "$key" --to share
	export KTSTR_CACHE_DIR=$PWD/kernels
	run -0 ktstr-cache pull "$key" --from share
	cp -R "$KTSTR_TOP/templates/scheduler" project
	cd project || return
	sed -i 's/^topology.*/topology = 1n1l2c1t/' ktstr/scx_mini.sched # a small machine
	KERNEL=$key KTSTR=$KTSTR_TOP KTSTR_TOOLS=$KTSTR_BUILD run -0 "$KTSTR_TOP/templates/ci/ktstr-ci.sh" TEST=fair-spin
	[[ "$output" == *"found in the cache ($key)"*"1 passed, 0 failed, 0 inconclusive, 0 skipped, 0 errors"* ]]
	run -0 python3 - ktstr-ci-out/junit.xml <<-'END'
		import sys, xml.etree.ElementTree as e
		r = e.parse(sys.argv[1]).getroot()
		print(len(list(r.iter("testcase"))), len(list(r.iter("failure"))))
	END
	[ "$output" = "1 0" ]
	grep fair-spin ktstr-ci-out/report.md
	run -0 tar -tzf ktstr-ci-out/results.tar.gz
	[[ "$output" == *"/fair-spin/own/default/virtual/s1/result.json"* ]]
}
