#!/usr/bin/env bats
# ktstr-gauntlet(1): what the manual page promises on reports.
# shellcheck disable=SC2154,SC2016 # run sets stderr; '$' is meant as it stands
bats_require_minimum_version 1.5.0
load helper
load gauntlet

@test "gauntlet: report's table says once what does not vary" {
	result r 6.12/qmap/a/own/default/virtual/s1 pass
	result r 6.12/qmap/b/own/default/virtual/s1 fail check-failed
	NO_COLOR=1 run -1 ktstr-gauntlet report r
	[ "$output" = "all: SCHEDULER qmap, KERNEL 6.12, PRESET own, PROFILE default, CLOCK virtual, SEED s1
TEST  VERDICT            TIME  WHY
a     pass             3.25 s
b     fail             3.25 s  check-failed: because <it> & that

fail 6.12/qmap/b/own/default/virtual/s1: check-failed
  because <it> & that
  again: ktstr-vm run x

1 passed, 1 failed, 0 inconclusive, 0 skipped, 0 errors" ]
}

@test "gauntlet: what could not be judged is in the table with its reason, and counts for itself" {
	result r 6.12/qmap/a/own/default/virtual/s1 pass
	result r 6.12/qmap/b/own/default/virtual/s1 inconclusive host-noise
	result r 6.12/qmap/c/own/default/virtual/s1 inconclusive kernel-log
	NO_COLOR=1 run -3 ktstr-gauntlet report r
	[ "$output" = "all: SCHEDULER qmap, KERNEL 6.12, PRESET own, PROFILE default, CLOCK virtual, SEED s1
TEST  VERDICT            TIME  WHY
a     pass             3.25 s
b     inconclusive     3.25 s  host-noise: because <it> & that
c     inconclusive     3.25 s  kernel-log: because <it> & that

inconclusive 6.12/qmap/b/own/default/virtual/s1: host-noise
  because <it> & that
  again: ktstr-vm run x

inconclusive 6.12/qmap/c/own/default/virtual/s1: kernel-log
  because <it> & that
  again: ktstr-vm run x

1 passed, 0 failed, 2 inconclusive, 0 skipped, 0 errors" ]
}

@test "gauntlet: verdicts have colours on a terminal, and none with NO_COLOR" {
	command -v script >/dev/null || skip "needs script(1)"
	result r k/s/t/own/default/virtual/s1 pass
	run -0 script -qec 'env -u NO_COLOR ktstr-gauntlet report r' /dev/null
	[[ $output == *$'\033[32mpass'* ]]
	run -0 script -qec 'NO_COLOR=1 ktstr-gauntlet report r' /dev/null
	[[ $output == *pass* && $output != *$'\033'* ]]
}

@test "gauntlet: report's exit code is that of the worst verdict" {
	local name=k/s/t/own/default/virtual
	result r $name/s1 skip
	run -4 ktstr-gauntlet report r
	result r $name/s2 pass
	run -0 ktstr-gauntlet report r
	result r $name/s3 inconclusive host-noise
	run -3 ktstr-gauntlet report r
	result r $name/s4 error harness
	run -125 ktstr-gauntlet report r
	result r $name/s5 fail died
	run -1 ktstr-gauntlet report r
	[ "${lines[-1]}" = "1 passed, 1 failed, 1 inconclusive, 1 skipped, 1 errors" ]
}

@test "gauntlet: a result that is missing, damaged, foreign or of other inputs is an error" {
	local name=k/s/t/own/default/virtual
	result r $name/s1 pass
	printf '%s ab\n' $name/s1 >list
	run -0 ktstr-gauntlet report --variants list r
	printf '%s cd\n' $name/s1 >list
	run -125 ktstr-gauntlet report --variants list r
	[[ $output == *"made from other inputs"* ]]
	printf '%s\n' $name/s2 >list
	run -125 ktstr-gauntlet report --variants list r
	[[ $output == *"harness: no result"* ]]
	local text
	for text in '' '{' '[]' '"x"' '{"schema_version": 2, "name": "x", "verdict": "pass"}' \
		'{"schema_version": 1, "name": "x", "verdict": "great"}' \
		'{"schema_version": 1, "verdict": "pass"}' \
		'{"schema_version": 1, "name": 7, "verdict": "pass"}' \
		'{"schema_version": 1, "name": "x", "verdict": "pass", "name": "y"}' \
		"$(printf '%0100000d' 0 | tr 0 '[')"; do
		printf '%s' "$text" >r/$name/s1/result.json
		run -125 ktstr-gauntlet report r
		[[ $output == *"'r/$name/s1/result.json' is not a result of schema version 1"* ]]
	done
	result r $name/s1 pass
	mv r/$name/s1 r/$name/s3
	printf '%s\n' $name/s3 >list
	run -125 ktstr-gauntlet report --variants list r
	[[ $output == *"is another variant's"* ]]
}

@test "gauntlet: a list that names no variants is refused with the line" {
	result r k/s/t/own/default/virtual/s1 pass
	printf '\nk/s/t/own/default/virtual/s1 ab\nk/s/t\e[1m ab\n' >list
	run -2 --separate-stderr ktstr-gauntlet report --variants list r
	[ "$stderr" = "ktstr-gauntlet: list:3: 'k/s/t?[1m' is no variant's name: it has 3 parts, KERNEL/SCHEDULER/TEST/PRESET/PROFILE/CLOCK/sSEED has 7" ]
	printf 'k/s/t/own/default/virtual/s1 ab\n\0' >list
	run -2 --separate-stderr ktstr-gauntlet report --variants list r
	[ "$stderr" = "ktstr-gauntlet: 'list' has a NUL byte: this is no text file" ]
}

@test "gauntlet: a pipe where a result should be keeps nobody waiting" {
	local name=k/s/t/own/default/virtual/s1
	mkdir -p r/$name
	mkfifo r/$name/result.json
	echo "$name ab" >list
	run -125 timeout 20 ktstr-gauntlet report --variants list r
	[[ $output == *"harness: cannot read 'r/$name/result.json': it is no file"* ]]
	run -0 timeout 20 ktstr-gauntlet select --failed --results r <list
	run -0 timeout 20 ktstr-gauntlet select --budget 1000 --results r <list
	run -2 timeout 20 ktstr-gauntlet shrink r/$name
	[ "$output" = "ktstr-gauntlet: cannot read 'r/$name/result.json': it is no file" ]
}

@test "gauntlet: what a result says cannot reach the terminal or break a format" {
	mkdir -p r/x
	printf '{"schema_version": 1, "name": "k/s/\\u001b[31mt # SKIP/own/default/virtual/s1", "verdict": "fail",
		"class": "<&\\">", "reasons": ["a\\u001b]0;x\\u0007\\nok 2 - b | c ]]>", 7, null], "rerun": {}, "timings": 3}' \
		>r/x/result.json
	for format in table tap ktap json junit markdown github; do
		run -1 ktstr-gauntlet report --format $format r
		[[ $output != *$'\033'* && $output != *$'\a'* ]]
		[ "$(grep -c '^ok 2' <<<"$output")" -eq 0 ]
	done
	ktstr-gauntlet report --format junit r >junit.xml || :
	grep -q 'type="&lt;&amp;&quot;&gt;"' junit.xml
}

@test "gauntlet: report writes TAP, KTAP, JSON, JUnit, markdown and annotations" {
	local name=k/s/t/own/default/virtual
	result r $name/s1 pass
	result r $name/s2 fail check-failed
	result r $name/s3 skip
	run -1 ktstr-gauntlet report --format tap r
	[ "$output" = "TAP version 14
1..3
ok 1 - $name/s1
not ok 2 - $name/s2
  ---
  verdict: fail
  class: \"check-failed\"
  reasons:
    - \"because <it> & that\"
  rerun: \"ktstr-vm run x\"
  ...
ok 3 - $name/s3 # SKIP because <it> & that" ]
	run -1 ktstr-gauntlet report --format ktap r
	[ "${lines[0]}" = "KTAP version 1" ]
	[[ $output == *"# fail: check-failed"*"not ok 2 $name/s2"* ]]
	run -1 ktstr-gauntlet report --json r
	[ "$(jq -c '.tally' <<<"$output")" = '{"pass":1,"fail":1,"inconclusive":0,"skip":1,"error":0}' ]
	[ "$(jq -r '.variants[1] | .test, .verdict, .seconds, .result.identity' <<<"$output" | paste -sd' ')" = "t fail 3.25 ab" ]
	run -1 ktstr-gauntlet report --format junit r
	[[ $output == *'<testsuite name="ktstr" tests="3" failures="1" errors="0" skipped="1" time="9.750">'* ]]
	[[ $output == *'<failure message="check-failed: because &lt;it&gt; &amp; that" type="check-failed">'* ]]
	run -1 ktstr-gauntlet report --format markdown r
	[[ $output == *"| fail | $name (1/3 passed) | 9.75 s | seed 2: check-failed: because &lt;it> &amp; that |"* ]]
	run -1 ktstr-gauntlet report --format github r
	[[ $output == *"::error title=$name/s2::fail, check-failed; 1/3 seeds passed%0Abecause <it> & that%0Aagain: ktstr-vm run x"* ]]
}

@test "gauntlet: a folder without results is not a success" {
	mkdir empty
	run -2 --separate-stderr ktstr-gauntlet report empty
	[ "$stderr" = "ktstr-gauntlet: there is no result in 'empty'" ]
	run -2 ktstr-gauntlet report none
	: >list
	run -2 ktstr-gauntlet report --variants list empty
}

@test "gauntlet: results behind a link are read" {
	result r k/s/t/own/default/virtual/s1 pass
	ln -s r link
	run -0 ktstr-gauntlet report link
	[[ $output == *"1 passed, 0 failed"* ]]
}

@test "gauntlet: a result that goes while a report is written is none" {
	local i name=own/default/virtual/s1
	for i in {100..500}; do result r "k/s/t$i/$name" pass; done
	mkfifo pipe
	spawn sh -c 'ktstr-gauntlet report --json r >pipe; echo $? >status'
	exec 4<pipe
	# All of them are read by now, and there is less room in a pipe.
	read -r -N 1 -u 4 first
	rm -r r/k/s/t500
	jq -c '.tally.pass, (.variants[-1] | .name, .verdict, .result)' <<<"$first$(cat <&4)" >told
	until_true test -s status
	[ "$(cat status)" -eq 0 ]
	[ "$(cat told)" = "401
\"k/s/t500/$name\"
\"pass\"
null" ]
}

@test "gauntlet: a full disk is not a success" {
	result r k/s/t/own/default/virtual/s1 pass
	run -125 sh -c 'ktstr-gauntlet report r >/dev/full'
	run -125 sh -c 'ktstr-gauntlet list ktstr/plain.test >/dev/full'
}
