#!/usr/bin/env bats
# ktstr-gauntlet(1): reports as programs of others read them.
# shellcheck disable=SC2154,SC2016 # run sets stderr; '$' is meant as it stands
bats_require_minimum_version 1.5.0
load helper
load gauntlet

# One result of each verdict, and a failure that tries to break every format.
all_verdicts() {
	local name=k/s/t/own/default/virtual
	result r $name/s1 pass
	result r $name/s2 fail check-failed
	result r $name/s3 skip unsupported
	result r $name/s4 inconclusive host-noise
	result r $name/s5 error guest-panic
	mkdir -p r/x
	printf '{"schema_version": 1, "name": "k/s/# SKIP \\u001b[31m | `<b> ::error::/own/default/virtual/s1",
		"verdict": "fail", "class": "<&\\">]]>", "rerun": "x --y \\u0007 # TODO",
		"reasons": ["ok 9 - a\\u001b]0;x\\u0007\\nok 9 - b | c ]]> \\ufffe\\uffff \\u0085 \\u2028 %%0A::", "# Subtest: x"]}' \
		>r/x/result.json
}

# report FORMAT >FILE, whatever the verdicts are.
report() { ktstr-gauntlet report --format "$1" r || [ $? -eq 1 ]; }

@test "gauntlet: prove reads the TAP: two failures of ours are not ok, a skip is" {
	all_verdicts
	# Perl 5.36 knows version 13; 14 adds nothing to what is printed here.
	report tap | sed '1s/14/13/' >report.tap
	run -1 prove -v -e cat report.tap
	[[ $output == *"Tests: 6 Failed: 4)"* ]]
	[[ $output == *"Failed tests:  2, 4-6"* ]]
	[[ $output != *"Parse errors"* ]]
	run -0 perl -MTAP::Parser -e '
		my $p = TAP::Parser->new({ source => "report.tap" });
		my ($ok, $skip, $yaml) = (0, 0, 0);
		while (my $r = $p->next) {
			$ok++ if $r->is_test && $r->is_ok;
			$skip++ if $r->is_test && $r->has_skip;
			$yaml++ if $r->is_yaml;
			die "a todo" if $r->is_test && $r->has_todo;
			die $r->raw if $r->is_unknown;
		}
		die join ", ", $p->parse_errors if $p->parse_errors;
		print "$ok $skip $yaml ", $p->tests_run, "\n";'
	[ "$output" = "2 1 4 6" ]
}

@test "gauntlet: the JUnit XML is valid, and tells failure, error and skipped apart" {
	all_verdicts
	report junit >junit.xml
	schema=$KTSTR_TOP/tests/data/junit.xsd
	run -0 xmllint --noout --schema "$schema" junit.xml
	# The schema is one that finds something.
	for wrong in 's/ time="3.250"/ time="3 s"/' 's/<skipped/<skip/' 's/ type="check-failed"//' 's/ failures="2"/ failures="two"/'; do
		sed "$wrong" junit.xml >wrong.xml
		run -3 xmllint --noout --schema "$schema" wrong.xml
	done
	run ! grep -P '[\x00-\x08\x0b-\x1f\x7f]' junit.xml
	number() { xmllint --xpath "string($1)" junit.xml; }
	[ "$(number 'count(//testcase)')" = 6 ]
	[ "$(number 'count(//failure)')" = 2 ]
	[ "$(number 'count(//error)')" = 2 ]
	[ "$(number 'count(//skipped)')" = 1 ]
	[ "$(number '//testsuite/@errors')" = 2 ]
	[ "$(number '//testsuite/@failures')" = 2 ]
	[ "$(number '//testsuite/@skipped')" = 1 ]
	[[ $(number '//testcase[@name="k/s/t/own/default/virtual/s2"]/failure') == *"again: ktstr-vm run x"* ]]
	[ "$(number '//testcase[@name="k/s/t/own/default/virtual/s4"]/error/@type')" = inconclusive ]
}

@test "gauntlet: python's junitparser reads the JUnit XML" {
	/usr/bin/python3 -c 'import junitparser' 2>/dev/null || skip "needs python3-junitparser"
	all_verdicts
	report junit >junit.xml
	run -0 /usr/bin/python3 -c '
from junitparser import Error, Failure, JUnitXml, Skipped
kinds = [type(case.result[0]) if case.result else None for suite in JUnitXml.fromfile("junit.xml") for case in suite]
print(*(kinds.count(kind) for kind in (None, Failure, Error, Skipped)))'
	[ "$output" = "1 2 2 1" ]
}

@test "gauntlet: python reads the JSON, whole and line by line" {
	all_verdicts
	report json >report.json
	report jsonl >report.jsonl
	run -0 python3 -c '
import json
whole = json.load(open("report.json"))
lines = [json.loads(line) for line in open("report.jsonl")]
assert lines == whole["variants"], "they differ"
assert all(line["result"]["verdict"] == line["verdict"] for line in lines)
assert not any(ord(c) < 32 for line in lines for reason in line["reasons"] for c in reason)
print(len(lines), *whole["tally"].values())'
	[ "$output" = "6 1 2 1 1 1" ]
}

@test "gauntlet: cmark-gfm makes one table of the markdown, and no other element" {
	command -v cmark-gfm >/dev/null || skip "needs cmark-gfm"
	all_verdicts
	report markdown >report.md
	run -0 cmark-gfm -e table report.md
	[ "$(grep -c '<tr>' <<<"$output")" = 3 ]
	[ "$(grep -c '<td>\|<td ' <<<"$output")" = 8 ]
	[ "$(grep -cE '<(b|a|code|em|strong|h[1-6]|img)[ >]' <<<"$output")" = 0 ]
	[[ $output == *"<td>k/s/t/own/default/virtual (1/5 passed)</td>"* ]]
	[[ $output == *"<td>k/s/# SKIP ?[31m | \`&lt;b&gt; ::error::/own/default/virtual/s1</td>"* ]]
	[[ $output == *"1 passed, 2 failed, 1 inconclusive, 1 skipped, 1 errors"* ]]
}

@test "gauntlet: each annotation is one line, and ends where it should" {
	all_verdicts
	report github >lines
	# As the runner reads it: a command, properties, two colons, a message.
	[ "$(grep -cE '^::(error|warning|notice) title=[^:,]*::' lines)" = 2 ]
	[ "$(grep -c '^::' lines)" = 2 ]
	[ "$(wc -l <lines)" = 3 ]
	[[ $(<lines) == *"::error title=k/s/t/own/default/virtual/s2::fail, check-failed; 1/5 seeds passed%0A"* ]]
}

@test "gauntlet: seeds of a variant are one row, told with the seed that failed" {
	local seed
	for seed in {1..50}; do
		result r "k/s/t/own/default/virtual/s$seed" pass
	done
	result r k/s/t/own/default/virtual/s17 fail check-failed
	result r k/s/u/own/default/virtual/s1 pass
	NO_COLOR=1 run -1 ktstr-gauntlet report r
	[ "$output" = "all: SCHEDULER s, KERNEL k, PRESET own, PROFILE default, CLOCK virtual
TEST  VERDICT          PASSED       TIME  WHY
t     fail              49/50   162.50 s  seed 17: check-failed: because <it> & that
u     pass                1/1     3.25 s

fail k/s/t/own/default/virtual/s17: check-failed
  because <it> & that
  again: ktstr-vm run x

50 passed, 1 failed, 0 inconclusive, 0 skipped, 0 errors" ]
	result r k/s/t/own/default/virtual/s3 error guest-panic
	result r k/s/t/own/default/virtual/s20 fail died
	NO_COLOR=1 run -1 ktstr-gauntlet report r
	[[ $output == *"47/50   162.50 s  seed 17 and 1 more: check-failed: because"* ]]
	# Each failure has its command.
	[ "$(grep -c '^  again: ' <<<"$output")" = 3 ]
}

@test "gauntlet: a table of thousands has the failures first, then a row for each test" {
	python3 - <<-'END'
		import json, pathlib
		for i in range(1500):
		    name = f"k/s/t{i % 30}/p{i // 30}/default/virtual/s1"
		    folder = pathlib.Path("r", name)
		    folder.mkdir(parents=True)
		    verdict = "fail" if i % 300 == 7 else "skip" if i < 300 else "pass"
		    (folder / "result.json").write_text(json.dumps({"schema_version": 1, "name": name,
		        "verdict": verdict, "class": "c", "reasons": ["why"], "rerun": "again"}))
	END
	NO_COLOR=1 run -1 ktstr-gauntlet report r
	[ "${#lines[@]}" -lt 300 ]
	[[ ${lines[1]} == TEST*PRESET*VERDICT* ]]
	for i in {2..6}; do
		[[ ${lines[i]} == *" fail "* ]]
	done
	[[ ${lines[7]} == *" skip "* ]]
	[[ $output == *"... and 244 more rows"* ]]
	[[ $output == *"264 more did not pass; --all tells them too"* ]]
	run -0 grep -cE '^t[0-9]+ +[0-9]+ +[0-9]+ +0 +[0-9]+ +0$' <<<"$output"
	[ "$output" = 30 ]
	NO_COLOR=1 run -1 ktstr-gauntlet report --all r
	[ "$(grep -c 'k/s/t' <<<"$output")" = 304 ]
	[ "$(grep -c ' pass ' <<<"$output")" = 1196 ]
	# A forge's page has a limit.
	ktstr-gauntlet report --format markdown r >report.md || [ $? -eq 1 ]
	[ "$(wc -c <report.md)" -lt 40000 ]
	grep -q '^| t7 | ' report.md
}

@test "gauntlet: a command that is printed begins with the programs' folder, where that is in no PATH" {
	result r k/s/t/own/default/virtual/s1 fail died
	KTSTR_RERUN_PATH='out/my tools' run -1 ktstr-gauntlet report r
	[[ $output == *"  again: PATH='out/my tools':\$PATH ktstr-vm run x"* ]]
}
