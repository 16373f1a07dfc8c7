#!/usr/bin/env bats
# ktstr-gauntlet-compare(1), ktstr-gauntlet-stats(1): what the pages promise.
# shellcheck disable=SC2154 # run sets stderr
bats_require_minimum_version 1.5.0
load helper

setup() { cd "$BATS_TEST_TMPDIR" || return; }

# made FOLDER NAME VERDICT JQ-OBJECT: a result; the object is laid over it.
made() {
	mkdir -p "$1/$2"
	jq -n --arg name "$2" --arg verdict "$3" "{schema_version: 1, name: \$name, verdict: \$verdict,
		kernel: (\$name / \"/\")[0], scheduler: (\$name / \"/\")[1], preset: (\$name / \"/\")[3],
		flags: ((\$name / \"/\")[4] | if . == \"default\" then [] else . / \"+\" end),
		topology: \"1n2l4c1t\", seed: ((\$name / \"/s\")[-1] | tonumber), class: \"c\",
		reasons: (if \$verdict == \"pass\" then [] else [\"why\"] end), rerun: \"again --it\"} * ($4)" \
		>"$1/$2/result.json"
}

# gap MS: the stats of a run whose longest gap was so long.
gap() { echo "{stats: {total: {workers: 2}, cgroups: [{name: \"a\", max_gap_ms: $1}]}}"; }

compare() { ktstr-gauntlet compare "$@"; }

@test "compare: what got worse is told first, and fails" {
	made a k/s/t/own/default/virtual/s1 pass "$(gap 100)"
	made a k/s/u/own/default/virtual/s1 pass "$(gap 1000)"
	made a k/s/v/own/default/virtual/s1 pass "$(gap 7)"
	made b k/s/t/own/default/virtual/s1 pass "$(gap 600) * {inputs: {scheduler: \"x\"}}"
	made b k/s/u/own/default/virtual/s1 pass "$(gap 400)"
	made b k/s/v/own/default/virtual/s1 pass "$(gap 8)"
	run -1 --separate-stderr compare a b
	[ "$stderr" = "" ]
	[ "$output" = "A: a, 3 runs
B: b, 3 runs
inputs that differ, with the number of pairs: scheduler (1)

VARIANT  METRIC                                       A             B            DELTA  VERDICT
t        worst_gap_ms                               100           600  ms       +500 %  REGRESSION
u        worst_gap_ms                              1000           400  ms        -60 %  better
v        worst_gap_ms                                 7             8  ms      +14.3 %  changed

3 variants: 3 with differences
differences: 1 regressions, 1 improvements, 1 exact ones below the gates" ]
	run -0 compare --test '[uv]' a b
	run -0 compare a a --b-kernel k --a-kernel '*'
	[[ $output == *"3 variants: 3 without a difference that counts"*"differences: none"* ]]
}

@test "compare: a pass that became a failure is a regression, with its command" {
	local seed
	for seed in 1 2 3; do
		made a k/s/t/own/default/virtual/s$seed pass "{}"
		made b k/s/t/own/default/virtual/s$seed pass "{}"
	done
	made b k/s/t/own/default/virtual/s2 fail "{}"
	made a k/s/w/own/default/virtual/s1 fail "{}"
	made b k/s/w/own/default/virtual/s1 pass "{}"
	run -1 compare a b
	[[ $output == *"REGRESSION t: 3 of 3 passed, now 2 of 3
  s2: fail, c: why
  again: again --it"* ]]
	[[ $output == *"2 variants: 1 passed and do not any more, 1 pass now"* ]]
	run -1 compare --json a b
	[ "$(jq -c '.variants | map([.test, .outcome, .rerun])' <<<"$output")" = \
		'[["t","broke","again --it"],["w","fixed",null]]' ]
	made b k/s/t/own/default/virtual/s2 inconclusive "{}"
	run -3 compare a b
	[[ $output == *"undecided t: 3 of 3 passed, now 2 of 3"* ]]
}

@test "compare: under the real clock it gives an interval, and says when there are too few runs" {
	local seed
	for seed in 1 2 3 4; do
		made a k/s/t/own/default/real/s$seed pass "$(gap $((500 + seed)))"
		made b k/s/t/own/default/real/s$seed pass "$(gap $((1500 + seed)))"
	done
	run -3 compare a b
	[[ $output == *"too-few  4 and 4 runs, at least 5 are needed"* ]]
	made a k/s/t/own/default/real/s5 pass "$(gap 505)"
	made b k/s/t/own/default/real/s6 pass "$(gap 1505) * {host: {kernel: \"6.1\", cpus: 4}}"
	run -1 --separate-stderr compare a b
	[[ $output == *"REGRESSION  95 % of the step: +99"*" to +100"*", of 5 and 5 runs"* ]]
	first=$output
	run -1 compare a b
	[ "$output" = "$first" ]
	# Repeats may be folders as well.
	mkdir c && cp -R a c/1 && cp -R a c/2
	run -1 compare --json c b
	[ "$(jq -c '.variants[0] | .a.runs, .b.runs' <<<"$output" | paste -sd' ')" = "10 5" ]
	# Seeds are runs like any other, so each for itself has no partner.
	run -3 compare --no-average a b
	[[ $output == *"4 variants: "*"not compared: 1 runs in A alone, 1 runs in B alone"* ]]
	run -2 --separate-stderr compare --no-average c b
	[[ $stderr == "ktstr-gauntlet: --no-average: 'c' has k/s/t/own/default/real/s"*" twice" ]]
}

# host MODEL GOVERNOR: what ran the machine.
host() {
	echo "{host: {kernel: \"6.1\", cpus: 4, system: {cpu_model: \"$1\", governor: \"$2\", thp: null,
		memory_mib: 512, sched: {rt_runtime_us: \"950000\"}}}}"
}

@test "compare: what is not the same of the hosts is a line each, and decides nothing" {
	made a k/s/t/own/default/virtual/s1 pass "$(host A slow) * $(gap 100)"
	made a k/s/u/own/default/virtual/s1 pass "$(host A slow)"
	made b k/s/t/own/default/virtual/s1 pass "$(host B slow) * $(gap 100)"
	made b k/s/u/own/default/virtual/s1 pass "$(host B slow) * {host: {system: {memory_mib: null, sched: {rt_runtime_us: \"1\"}}}}"
	run -0 --separate-stderr compare a b
	[ "$stderr" = "" ]
	run -0 grep '^host ' <<<"$output"
	[ "$output" = "host cpu_model: A against B (2)
host memory_mib: 512 against unknown (1)
host sched.rt_runtime_us: 950000 against 1 (1)" ]
	run -0 --separate-stderr compare --json a b
	[ "$(jq -c '.hosts[0] | [.name, .a, .b, .pairs, .decisive]' <<<"$output")" = '["cpu_model","A","B",2,false]' ]
	run -0 compare a a --b-kernel k --a-kernel '*'
	[[ $output != *"host "* ]]
}

@test "compare: long values that differ only behind their begin are told apart" {
	local words
	words=$(printf 'word%.0s ' {1..30})
	made a k/s/t/own/default/virtual/s1 pass "{host: {system: {cmdline: \"${words}quiet\"}}} * $(gap 100)"
	made b k/s/t/own/default/virtual/s1 pass "{host: {system: {cmdline: \"${words}debug\"}}} * $(gap 100)"
	run -0 --separate-stderr compare a b
	run -0 grep '^host ' <<<"$output"
	[[ $output == "host cmdline: …"*" quiet against …"*" debug (1)" ]]
	[ ${#output} -lt 300 ]
}

@test "compare: the same hosts in another order are the same" {
	local seed
	for seed in 1 2 3 4; do
		made a k/s/t/own/default/real/s$seed pass "$(host A$((seed % 2)) slow) * $(gap 100)"
		made b k/s/t/own/default/real/s$seed pass "$(host A$((1 - seed % 2)) slow) * $(gap 100)"
	done
	run -0 --separate-stderr compare a b
	[ "$stderr" = "" ]
	[[ $output != *"host "* ]]
}

@test "compare: under the real clock a note tells that the hosts may be the cause" {
	local seed
	for seed in 1 2 3 4 5; do
		made a k/s/t/own/default/real/s$seed pass "$(host A slow) * $(gap $((500 + seed)))"
		made b k/s/t/own/default/real/s$seed pass "$(host B fast) * $(gap $((500 + seed))) * {host: {system: {thp: \"never\"}}}"
	done
	made b k/s/t/own/default/real/s6 pass "$(host C fast) * $(gap 502)"
	run -0 --separate-stderr compare a b
	[ "$stderr" = "ktstr-gauntlet: under the real clock, on hosts that differ in cpu_model, governor: what is better or worse may be the host's doing" ]
	[[ $output == *"host cpu_model: A against B, C (1)
host governor: slow against fast (1)
host thp: unknown against never, unknown (1)"* ]]
	run -0 --separate-stderr compare -q a b
	[ "$stderr" = "" ]
	# What no time depends on, and what is no text, is no cause.
	for seed in 1 2 3 4 5 6; do
		made b k/s/t/own/default/real/s$seed pass "$(host A slow) * $(gap 502) * {host: {system: {thp: [\"\u001b[31m\"]}}}"
	done
	run -0 --separate-stderr compare a b
	[ "$stderr" = "" ]
	[[ $output == *'host thp: unknown against ["'*"31m"* ]]
	[[ $output != *$'\e'* ]]
}

@test "compare: a metric that is measured on one side alone is told, and who lost one is undecided" {
	metric() { echo "{payloads: [{name: \"fio\", metrics: [{name: \"$1\", value: 5, better: \"higher\"}]}]}"; }
	made a k/s/t/own/default/virtual/s1 pass "$(metric iops) * $(gap 100)"
	made b k/s/t/own/default/virtual/s1 pass "$(gap 100)"
	run -3 compare a b
	[[ $output == *"differences: 1 not measured any more" ]]
	run -0 grep -E '^t +payload/fio/iops +5 +- +- +gone$' <<<"$output"
	run -3 compare --json a b
	[ "$(jq -c '.variants[0].metrics[0] | [.name, .a, .b, .change]' <<<"$output")" = '["payload/fio/iops",5,null,"gone"]' ]
	run -0 compare b a
	[[ $output == *"differences: 1 measured in B alone" ]]
	run -0 grep -E '^t +payload/fio/iops +- +5 +- +new$' <<<"$output"
}

@test "compare: flags that are declared in another order are the same flags" {
	made a k/s/t/own/fast+llc+steal/virtual/s1 pass "$(gap 100)"
	made a k/s/t/own/fast/virtual/s1 pass "$(gap 100)"
	made b k/s/t/own/llc+steal+fast/virtual/s1 pass "$(gap 100)"
	made b k/s/t/own/fast/virtual/s1 pass "$(gap 100)"
	run -0 compare a b
	[[ $output == *"2 variants: 2 without a difference that counts"* ]]
}

@test "compare: --all names the runs that have no partner" {
	made a k/s/t/own/default/virtual/s1 pass "{}"
	made b k/s/t/own/default/virtual/s1 pass "{}"
	made b k/s/t/own/default/virtual/s2 pass "{}"
	made a k/s/old/own/default/virtual/s1 pass "{}"
	run -0 compare a b
	[ "${lines[-1]}" = "not compared: 1 runs in A alone, 1 runs in B alone; --all names them" ]
	run -0 compare --all a b
	[ "${lines[-2]}" = "  A: k/s/old/own/default/virtual/s1" ]
	[ "${lines[-1]}" = "  B: k/s/t/own/default/virtual/s2" ]
}

@test "compare: each of the eight dimensions chooses a side" {
	made r 6.12/one/t/tiny-1llc/default/virtual/s1 pass \
		'{inputs: {kernel_commit: "aaaaaaa"}, host: {project_commit: "1111111", run_source: "ci"}, workers: [{type: "bursty"}]}'
	made r 6.13/two/t/tiny-2llc/fast+steal/virtual/s1 pass \
		'{inputs: {kernel_commit: "bbbbbbb"}, host: {project_commit: "2222222-dirty", run_source: "local"}, topology: "1n2l2c1t", workers: [{type: "cpu-spin"}, {type: "pipe-io"}]}'
	# What is not the same is in the name, and so is chosen along.
	local base=(--a-kernel 6.12 --b-kernel 6.13 --a-topology 1n2l4c1t --b-topology tiny-2llc)
	run -0 --separate-stderr compare "${base[@]}" r
	[[ $output == *"kernel: 6.12 against 6.13
scheduler: one against two
topology: tiny-1llc against tiny-2llc
flags: default against fast+steal"* ]]
	[ "$stderr" = "ktstr-gauntlet: B was run with changes that are in no commit: 2222222-dirty" ]
	run -0 compare "${base[@]}" --a-scheduler one --b-scheduler 't*' r
	run -0 compare "${base[@]}" --a-work-type bursty --b-work-type pipe-io r
	run -0 compare "${base[@]}" --b-flags steal --b-flags fast r
	run -0 compare "${base[@]}" --a-project-commit '1*' --b-project-commit '2*' r
	run -0 compare "${base[@]}" --a-kernel-commit aaaaaaa --b-kernel-commit 'b*' r
	run -0 compare "${base[@]}" --a-run-source ci --b-run-source local r
	run -2 compare "${base[@]}" --b-flags steal --b-flags other r
	run -2 --separate-stderr compare "${base[@]}" --scheduler two r
	[ "$stderr" = "ktstr-gauntlet: no result of 'r' is what A asks for; there is kernel 6.12, 6.13; scheduler one, two; topology tiny-1llc, tiny-2llc; flags default, fast+steal; work-type bursty, cpu-spin+pipe-io; project-commit 1111111, 2222222-dirty; kernel-commit aaaaaaa, bbbbbbb; run-source ci, local" ]
	# A machine is not compared with another one unless that was asked for.
	run -2 --separate-stderr compare --a-kernel 6.12 --b-kernel 6.13 r
	[ "$stderr" = "ktstr-gauntlet: nothing to compare: no variant of A is in B, under the same seed and clock" ]
}

@test "compare: a kernel's version is that of its builds, too" {
	made a 6.12.1/s/t/own/default/virtual/s1 pass "{}"
	made a 6.13/s/t/own/default/virtual/s1 pass "{}"
	made a 6.120/s/t/own/default/virtual/s1 pass "{}"
	run -0 compare --a-kernel 6.12 --b-kernel 6.13 a
	[[ $output == *"kernel: 6.12.1 against 6.13"* ]]
}

@test "compare: gates can be set, and a wrong policy is refused with its place" {
	made a k/s/t/own/default/virtual/s1 pass "$(gap 10000)"
	made b k/s/t/own/default/virtual/s1 pass "$(gap 11000)"
	run -0 compare a b
	run -1 compare --threshold 10 a b
	run -1 compare --threshold 10% a b
	run -0 compare --threshold 10.1 a b
	echo '{"default_percent": 90, "per_metric_percent": {"worst_gap_ms": 5}}' >p.json
	run -1 compare --policy p.json a b
	echo '{"per_metric_percent": {"max_dsq_depth": 5}}' >p.json
	run -2 --separate-stderr compare --policy p.json a b
	[ "$stderr" = "ktstr-gauntlet: p.json: per_metric_percent: no metric is named 'max_dsq_depth'" ]
	run -2 --separate-stderr compare --policy p.json --threshold 3 a b
	[ "$stderr" = "ktstr-gauntlet: compare: --threshold and --policy both say what counts; give one" ]
	run -2 --separate-stderr compare --threshold much a b
	[ "$stderr" = "ktstr-gauntlet: --threshold: 'much' is no percentage" ]
	run -2 --separate-stderr compare --policy none.json a b
	[ "$stderr" = "ktstr-gauntlet: cannot read 'none.json': No such file or directory" ]
}

@test "compare: what cannot be compared is refused" {
	made a k/s/t/own/default/virtual/s1 pass "{}"
	made b k/s/u/own/default/virtual/s1 pass "{}"
	mkdir empty
	run -2 --separate-stderr compare a
	[ "$stderr" = "ktstr-gauntlet: A and B are the same results; say what differs, as --a-kernel 6.12 --b-kernel 6.13" ]
	run -2 compare a ./a
	run -2 --separate-stderr compare a b
	[[ $stderr == *"nothing to compare: no variant of A is in B"* ]]
	run -2 --separate-stderr compare a empty
	[ "$stderr" = "ktstr-gauntlet: there is no result in 'empty'" ]
	run -2 compare a none
	run -2 compare
	run -2 compare a b c
	run -2 compare --metrics a b
	run -2 compare --kernel '' a b
	# What is no result is said, and left out.
	cp -R a c && mkdir c/x && echo '{' >c/x/result.json
	run -0 --separate-stderr compare a c
	[[ $stderr == "ktstr-gauntlet: 'c/x/result.json' is not a result of schema version 1: "*", leaving it out" ]]
	run -125 sh -c 'ktstr-gauntlet compare a c >/dev/full'
}

@test "compare: another machine of the test's own is not compared" {
	made a k/s/t/own/default/virtual/s1 pass "{}"
	made b k/s/t/own/default/virtual/s1 pass '{topology: "1n1l1c1t"}'
	run -3 compare a b
	[[ $output == *"1 variants: 1 have another machine of their own"* ]]
}

@test "compare: a variant that never became a machine is compared with its pass" {
	made a k/s/t/own/a+b/virtual/s1 pass '{workers: [{type: "bursty"}]}'
	run -0 ktstr-gauntlet record --identity ab --out b/k/s/t/own/a+b/virtual/s1 k/s/t/own/a+b/virtual/s1 -- false
	run -1 compare a b
	[[ $output == *"REGRESSION t: 1 of 1 passed, now 0 of 1"* ]]
}

@test "compare: many differences are cut short, and --all has them all" {
	python3 - <<-'END'
		import json, pathlib
		for side in "ab":
		    for i in range(100):
		        name = f"k/s/t{i}/own/default/virtual/s1"
		        folder = pathlib.Path(side, name)
		        folder.mkdir(parents=True)
		        (folder / "result.json").write_text(json.dumps({"schema_version": 1, "name": name, "seed": 1,
		            "verdict": "pass", "stats": {"total": {"workers": 1},
		            "cgroups": [{"max_gap_ms": 1000 if side == "a" else 3000}]}}))
	END
	run -1 compare a b
	[[ $output == *"... and 60 more; --all prints them"* ]]
	[ "$(grep -c REGRESSION <<<"$output")" = 40 ]
	run -1 compare --all a b
	[ "$(grep -c REGRESSION <<<"$output")" = 100 ]
}

@test "compare: the page's metrics are those that are known" {
	ktstr-gauntlet stats --metrics --json | jq -r '.metrics[] | "\(.name) \(.better) \(.gate) \(.gate_percent)"' >known
	[ "$(wc -l <known)" -ge 21 ]
	sed -n 's/^\.It Li \([a-z_0-9]*\) Ta \([a-z]*\) Ta \([0-9.]*\).* Ta \([0-9]*\) %$/\1 \2 \3 \4/p' \
		"$KTSTR_TOP/doc/ktstr-gauntlet-compare.1" | sed 's/0\.10 /0.1 /' | diff known -
}

@test "compare, stats: the pages list exactly the options of --help" {
	for name in compare stats; do
		page=$KTSTR_TOP/doc/ktstr-gauntlet-$name.1
		run -0 groff -mdoc -Tutf8 -ww -z "$page"
		[ -z "$output" ]
		ktstr-gauntlet $name --help | grep -oE '^ +(-[a-zA-Z], )?--[a-z-]+' | grep -oE -- '--[a-z-]+' | sort >told
		grep '^\.It Fl' "$page" | grep -oE 'Fl -[a-z-]+' | sed 's/Fl -/--/' | sort >listed
		[ -s told ]
		diff told listed
		run -0 ktstr-gauntlet $name --version
		[[ $output == "ktstr-gauntlet "* ]]
		run -2 ktstr-gauntlet $name --nonsense
	done
}

@test "stats: outliers, and means by test and topology" {
	local i
	for i in 1 2 3 4 5 6 7 8; do
		made r k/s/t$i/tiny-1llc/default/virtual/s1 pass "$(gap 10)"
		made r k/s/t$i/tiny-2llc/default/virtual/s1 pass "$(gap 12)"
	done
	made r k/s/slow/tiny-1llc/default/virtual/s1 pass "$(gap 500)"
	made r k/s/slow/tiny-2llc/default/virtual/s1 pass "$(gap 600)"
	made r k/s/bad/tiny-2llc/default/virtual/s1 fail "$(gap 9000)"
	run -0 ktstr-gauntlet stats r
	[[ $output == *"worst_gap_ms of slow: 550 ms, of all tests 70.8889; tiny-2llc"* ]]
	[[ $output != *"work-type"* ]]
	run -0 grep -E "^tiny-1llc +9 +0 +0 +0 +0 +- +64.44" <<<"$output"
	run -0 ktstr-gauntlet stats --json r
	[ "$(jq -c '[.runs, (.topology | length), (.test[] | select(.name == "bad") | .fail, .mean.worst_gap_ms)]' <<<"$output")" = '[19,2,1,null]' ]
	run -0 ktstr-gauntlet stats --values r
	[[ $output == *"topology        tiny-2llc"* ]]
	run -0 ktstr-gauntlet stats --topology tiny-1llc --test 't*' r
	[[ $output == "r: 8 runs
no test stands out by more than 2 sigma"* ]]
	run -2 ktstr-gauntlet stats --test none r
	run -2 ktstr-gauntlet stats
	run -2 ktstr-gauntlet stats --metrics r
	run -2 ktstr-gauntlet stats --metrics --values
	run -2 ktstr-gauntlet stats --a-kernel x r
}
