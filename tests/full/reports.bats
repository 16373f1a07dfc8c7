#!/usr/bin/env bats
# Reports as the kernel's own tools read them.
# shellcheck disable=SC2154 # bats sets stderr
bats_require_minimum_version 1.5.0
load ../helper

setup() { cd "$BATS_TEST_TMPDIR" || return; }

# made NAME VERDICT CLASS
made() {
	mkdir -p "r/$1"
	jq -n --arg name "$1" --arg verdict "$2" --arg class "$3" '{schema_version: 1, name: $name, verdict: $verdict,
		class: $class, reasons: ["ok 9 x", "# Subtest: y", "1..3", "KTAP version 1"], rerun: "again"}' >"r/$1/result.json"
}

@test "gauntlet: the kernel's kunit_parser.py reads the KTAP" {
	tarball=${KTSTR_TEST_KERNEL_SOURCE:-none}
	[ -f "$tarball" ] || skip "needs a kernel's tarball: KTSTR_TEST_KERNEL_SOURCE"
	tar -xf "$tarball" --wildcards --strip-components=4 '*/tools/testing/kunit/kunit_p*.py'
	made k/s/t/own/default/virtual/s1 pass ok
	made k/s/t/own/default/virtual/s2 fail check-failed
	made k/s/t/own/default/virtual/s3 skip unsupported
	made k/s/t/own/default/virtual/s4 inconclusive host-noise
	made k/s/t/own/default/virtual/s5 error guest-panic
	made 'k/s/# SKIP t/own/default/virtual/s1' fail died
	run -1 ktstr-gauntlet report --format ktap r
	echo "$output" >report.ktap
	run -0 python3 -c '
import kunit_parser
with open("report.ktap") as lines:
    counts = kunit_parser.parse_run_tests(lines).counts
print("counts", counts.passed, counts.failed, counts.skipped, counts.crashed, counts.errors)'
	echo "$output"
	[[ $output == *"counts 1 4 1 0 0"* ]]
}
