#!/usr/bin/env bats
# ktstr-gauntlet(1): what the manual page promises.
# shellcheck disable=SC2154,SC2016 # run sets stderr; '$' is meant as it stands
bats_require_minimum_version 1.5.0
load helper

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	mkdir -p ktstr build entry
	echo binary >build/scx_qmap
	echo '{"version": "6.12"}' >entry/metadata.json
	echo init >init
	cat >ktstr/qmap.sched <<-'END'
		[scheduler]
		binary = build/scx_qmap
		topology = 1n2l4c1t
		args = -v
		[flag llc]
		args = -l
		[flag steal]
		requires = llc
		[flag fast]
	END
	cat >ktstr/swap.test <<-'END'
		[test]
		min-llcs = 2
		required-flags = steal
		tags = cpuset quick
		[cgroup left]
		cpuset = disjoint 0/2
		[cgroup right]
		cpuset = disjoint 1/2
		[step swap]
		swap-cpusets = left right
		[check]
		max-spread = 20%
	END
	printf '[test]\nscheduler = none\n[cgroup a]\n' >ktstr/plain.test
	# A machine that needs no machine: it passes, and says what it was told.
	cat >vm <<-'END'
		#!/bin/sh
		echo run >>count
		for arg; do printf '%s\n' "$arg"; done >args
		while [ $# -gt 0 ]; do
			case $1 in
			--out) out=$2 ;;
			--identity) identity=$2 ;;
			esac
			shift
		done
		[ ! -e sabotage ] || . ./sabotage
		name=${out#*/}
		printf '{"schema_version": 1, "name": "%s", "identity": "%s", "verdict": "%s",
			"class": "%s", "reasons": ["because <it> & that"], "rerun": "again",
			"timings": {"boot_s": 1.25, "run_s": 2}}' \
			"$name" "$identity" "${verdict:-pass}" "${class:-}" >"$out/result.json"
	END
	chmod +x vm
}

plan() {
	ktstr-gauntlet plan --vm-command ./vm --lock-command '' --kernel 6.12=entry \
		--init init --variants variants.list "$@" >plan.mk
}

run_plan() { make -s -f plan.mk ktstr-run-all; }

# The process of the file "pid" does not run; nobody may have waited for it yet.
gone() { ! grep -qs '^State:[[:space:]]*[^XZ[:space:]]' "/proc/$(cat pid)/status"; }

result() { # result FOLDER NAME VERDICT [CLASS]
	mkdir -p "$1/$2"
	printf '{"schema_version": 1, "name": "%s", "identity": "ab", "verdict": "%s", "class": "%s",
		"reasons": ["because <it> & that"], "rerun": "ktstr-vm run x",
		"timings": {"boot_s": 1.25, "run_s": 2}}' "$2" "$3" "${4:-}" >"$1/$2/result.json"
}

# --- check, show

@test "gauntlet: check is silent about files that are right" {
	run -0 --separate-stderr ktstr-gauntlet check ktstr/*.sched ktstr/*.test
	[ "$output$stderr" = "" ]
}

@test "gauntlet: check shows all mistakes at once and exits 2" {
	printf '[cgroup a]\nwork = cpu-spn\nwrok = mixed\n' >bad.test
	run -2 --separate-stderr ktstr-gauntlet check bad.test
	[ "$output" = "" ]
	[ "$stderr" = "bad.test:2:8: unknown work type 'cpu-spn'
  work = cpu-spn
         ^~~~~~~
  did you mean 'cpu-spin'?
bad.test:3:1: unknown key 'wrok'
  wrok = mixed
  ^~~~
  did you mean 'work'?" ]
}

@test "gauntlet: check looks at tests together with their declarations" {
	sed -i 's/= steal/= steel/' ktstr/swap.test
	run -0 ktstr-gauntlet check ktstr/swap.test
	run -2 --separate-stderr ktstr-gauntlet check ktstr/swap.test ktstr/qmap.sched
	[[ $stderr == *"swap.test:3:18: scheduler 'qmap' declares no flag 'steel'"* ]]
	[[ $stderr == *"did you mean 'steal'?"* ]]
	printf '[test]\nscheduler = qmpa\n[cgroup a]\n' >ktstr/other.test
	run -2 --separate-stderr ktstr-gauntlet check ktstr/other.test ktstr/qmap.sched
	[[ $stderr == *"scheduler 'qmpa' is not declared by any file given"* ]]
	[[ $stderr == *"did you mean 'qmap'?"* ]]
}

@test "gauntlet: a required flag that pulls in an excluded one is refused" {
	sed -i 's/^tags.*/excluded-flags = llc/' ktstr/swap.test
	run -2 --separate-stderr ktstr-gauntlet check ktstr/swap.test ktstr/qmap.sched
	[[ $stderr == *"excludes flag 'llc', which its required flags need"* ]]
}

@test "gauntlet: a cpuset that cannot fit the test's machine is refused" {
	sed -i 's/cpuset = disjoint 0.2/cpuset = llc 2/' ktstr/swap.test
	run -2 --separate-stderr ktstr-gauntlet list --sched ktstr/qmap.sched ktstr/swap.test
	[[ $stderr == *"on 1n2l4c1t: there is no LLC 2: the machine has 2"* ]]
	sed -i '/topology/d' ktstr/qmap.sched
	run -2 --separate-stderr ktstr-gauntlet list --sched ktstr/qmap.sched ktstr/swap.test
	[[ $stderr == *"the machine 1n1l2c1t of scheduler 'qmap' is too small"* ]]
}

@test "gauntlet: a file that cannot be read exits 2 with the reason" {
	run -2 --separate-stderr ktstr-gauntlet check no.test
	[ "$stderr" = "ktstr-gauntlet: cannot read 'no.test': No such file or directory" ]
	run -2 --separate-stderr ktstr-gauntlet check init
	[ "$stderr" = "ktstr-gauntlet: 'init' ends neither in .sched nor in .test" ]
	printf '[cgroup a]\n\0' >nul.test
	run -2 --separate-stderr ktstr-gauntlet check nul.test
	[ "$stderr" = "nul.test:2:1: a NUL byte: this is no text file" ]
}

@test "gauntlet: show tells who set each check" {
	run -0 ktstr-gauntlet show --sched ktstr/qmap.sched ktstr/swap.test
	[ "${lines[0]}" = "test swap, scheduler qmap, machine 1n2l4c1t, profile llc+steal" ]
	[[ $output == *"max-spread   20%      test "* ]]
	[[ $output == *"max-gap      2000ms   default "* ]]
	run -0 ktstr-gauntlet show --json --sched ktstr/qmap.sched ktstr/swap.test
	[ "$(jq -c '.checks[2] | [.name, .limit == 20, .unit, .layer]' <<<"$output")" = '["max-spread",true,"percent","test"]' ]
}

# --- list

@test "gauntlet: list prints a variant on the test's own machine by default" {
	run -0 ktstr-gauntlet list --sched ktstr/qmap.sched ktstr/swap.test ktstr/plain.test
	[ "$output" = "kernel/qmap/swap/own/llc+steal/virtual/s1
kernel/none/plain/own/default/virtual/s1" ]
	run -0 ktstr-gauntlet list --json --sched ktstr/qmap.sched ktstr/swap.test
	[ "$(jq -c '[.topology, .flags, .seed]' <<<"$output")" = '["1n2l4c1t",["llc","steal"],1]' ]
}

@test "gauntlet: a test without scheduler runs on all that are declared" {
	sed -i /required-flags/d ktstr/swap.test
	cp ktstr/qmap.sched ktstr/other.sched
	run -0 ktstr-gauntlet list --sched ktstr/qmap.sched --sched ktstr/other.sched --sched none --clock real ktstr/swap.test --topology 1n2l2c1t
	[ "$output" = "kernel/qmap/swap/1n2l2c1t/default/real/s1
kernel/other/swap/1n2l2c1t/default/real/s1
kernel/none/swap/1n2l2c1t/default/real/s1" ]
}

@test "gauntlet: profiles are all sets of flags that hold what they require" {
	run -0 ktstr-gauntlet list --sched ktstr/qmap.sched --profile '*' ktstr/swap.test
	[ "$output" = "kernel/qmap/swap/own/llc+steal/virtual/s1
kernel/qmap/swap/own/llc+steal+fast/virtual/s1" ]
	sed -i /required-flags/d ktstr/swap.test
	run -0 ktstr-gauntlet list --sched ktstr/qmap.sched --profile '*' ktstr/swap.test
	[ "$(cut -d/ -f5 <<<"$output" | paste -sd' ')" = "default llc llc+steal fast llc+fast llc+steal+fast" ]
	run -0 ktstr-gauntlet list --sched ktstr/qmap.sched --profile 'llc*fast' ktstr/swap.test
	[ "${#lines[@]}" -eq 2 ]
	run -2 --separate-stderr ktstr-gauntlet list --sched ktstr/qmap.sched --profile slow ktstr/swap.test
	[ "$stderr" = "ktstr-gauntlet: no variant is selected" ]
}

@test "gauntlet: six flags with one dependency give 48 profiles" {
	printf '[scheduler]\nbinary = x\n' >six.sched
	printf '[flag %s]\n' llc borrow rebal reject-pin no-ctrl >>six.sched
	printf '[flag steal]\nrequires = llc\n' >>six.sched
	printf '[cgroup a]\n' >a.test
	run -0 ktstr-gauntlet list --sched six.sched --profile '*' a.test
	[ "${#lines[@]}" -eq 48 ]
}

@test "gauntlet: presets outside a test's limits are left out, and a note says so" {
	run -0 --separate-stderr ktstr-gauntlet list --sched ktstr/qmap.sched --preset '*' ktstr/swap.test
	[ "$(cut -d/ -f4 <<<"$output" | head -n 3 | paste -sd' ')" = "own tiny-2llc odd-3llc" ]
	[[ $output != *numa* ]]
	[[ $stderr == *"test 'swap' is not run on "*" of the machines selected"* ]]
	run -0 --separate-stderr ktstr-gauntlet list -q --sched ktstr/qmap.sched --preset 'tiny-*' ktstr/swap.test
	[ "$stderr" = "" ]
	run -0 --separate-stderr ktstr-gauntlet list -v --sched ktstr/qmap.sched --preset 'tiny-*' ktstr/swap.test
	[[ $stderr == *"test 'swap' is not run on tiny-1llc, which its limits exclude"* ]]
	run -2 --separate-stderr ktstr-gauntlet list --sched ktstr/qmap.sched --preset tiny-3llc ktstr/swap.test
	[[ $stderr == *"no preset is named 'tiny-3llc', did you mean 'tiny-1llc'?" ]]
}

@test "gauntlet: tags, kernels and seeds select in the order given" {
	run -0 ktstr-gauntlet list --sched ktstr/qmap.sched --tag 'qu*' --kernel b --kernel a=entry --seed 7 --seed 3 ktstr/*.test
	[ "$output" = "b/qmap/swap/own/llc+steal/virtual/s7
b/qmap/swap/own/llc+steal/virtual/s3
a/qmap/swap/own/llc+steal/virtual/s7
a/qmap/swap/own/llc+steal/virtual/s3" ]
}

@test "gauntlet: what it does not understand exits 2 with a sentence" {
	local -A wanted=(
		["list"]="list takes TEST...; see --help"
		["lst x"]="no command is named 'lst', did you mean 'list'?; see --help"
		["compare a b"]="'compare' is not built yet"
		["shard 1/4"]="'shard' is not built yet"
		["check --seed 1 x"]="'check' has no option --seed"
		["list --seed -1 x"]="--seed: '-1' is no number from 0 to 4294967295"
		["list --clock slow x"]="--clock: 'slow' is neither virtual nor real"
		["list --topology 1n x"]="--topology: '1n' is no topology: write nodes, LLCs in all, cores per LLC, threads per core as 1n2l4c1t"
		["list --topology 1n1l2c1t --topology 01n1l2c1t x"]="--topology: 1n1l2c1t is given twice"
		["list --kernel a/b x"]="--kernel: 'a/b' is no label: letters, digits, '-', '_', '+' and '.'"
		["report --format yaml x"]="--format: no format is named 'yaml'"
		["-q"]="a command is missing; see --help"
	)
	for words in "${!wanted[@]}"; do
		# shellcheck disable=SC2086 # words
		run -2 --separate-stderr ktstr-gauntlet $words
		[ "$stderr" = "ktstr-gauntlet: ${wanted[$words]}" ] || {
			echo "$words: $stderr"
			return 1
		}
	done
}

# --- plan, record

@test "gauntlet: a plan runs each variant once, until its inputs change" {
	plan --sched ktstr/qmap.sched --seed 1 --seed 2 ktstr/*.test
	run_plan
	[ "$(wc -l <count)" -eq 4 ]
	run_plan
	[ "$(wc -l <count)" -eq 4 ]
	touch build/scx_qmap ktstr/swap.test
	plan --sched ktstr/qmap.sched --seed 1 --seed 2 ktstr/*.test
	run_plan
	[ "$(wc -l <count)" -eq 4 ]
	echo other >build/scx_qmap
	plan --sched ktstr/qmap.sched --seed 1 --seed 2 ktstr/*.test
	run_plan
	[ "$(wc -l <count)" -eq 6 ]
	run -0 ktstr-gauntlet report --variants variants.list results
	[ "${lines[-1]}" = "4 passed, 0 failed, 0 inconclusive, 0 skipped, 0 errors" ]
}

@test "gauntlet: each input of a variant is part of its identity" {
	local before after
	plan --sched ktstr/qmap.sched ktstr/swap.test
	before=$(cut -d' ' -f2 variants.list)
	for file in build/scx_qmap ktstr/qmap.sched ktstr/swap.test entry/metadata.json init vm; do
		cp "$file" saved
		echo '# more' >>"$file"
		plan --sched ktstr/qmap.sched ktstr/swap.test
		after=$(cut -d' ' -f2 variants.list)
		[ "$before" != "$after" ] || {
			echo "$file does not count"
			return 1
		}
		cp saved "$file"
	done
	plan --sched ktstr/qmap.sched ktstr/swap.test
	[ "$before" = "$(cut -d' ' -f2 variants.list)" ]
}

@test "gauntlet: ktstr-vm gets the whole variant" {
	plan --sched ktstr/qmap.sched --preset smt-2llc --seed 5 ktstr/swap.test
	run_plan
	read -r name identity <variants.list
	[ "$name" = 6.12/qmap/swap/smt-2llc/llc+steal/virtual/s5 ]
	[ "$(paste -sd' ' args)" = "run --kernel entry --kernel-label 6.12 --sched ktstr/qmap.sched --test ktstr/swap.test --preset smt-2llc --topology 1n2l2c2t --profile llc+steal --clock virtual --seed 5 --identity $identity --init init --out results/$name" ]
}

@test "gauntlet: a failure is kept for reading, does not stop make, and runs again" {
	plan ktstr/plain.test
	echo 'verdict=fail class=check-failed' >sabotage
	run_plan
	run -1 ktstr-gauntlet report --variants variants.list results
	rm sabotage
	run_plan
	[ "$(wc -l <count)" -eq 2 ]
	run -0 ktstr-gauntlet report --variants variants.list results
}

@test "gauntlet: going back to inputs that passed before runs them again after a failure" {
	plan ktstr/plain.test
	run_plan
	echo 'verdict=fail' >sabotage
	echo '# more' >>init
	plan ktstr/plain.test
	run_plan
	rm sabotage
	echo init >init
	plan ktstr/plain.test
	run -125 ktstr-gauntlet report --variants variants.list results
	[[ $output == *"no result: the one there is was made from other inputs"* ]]
	run_plan
	[ "$(wc -l <count)" -eq 3 ]
	run -0 ktstr-gauntlet report --variants variants.list results
}

@test "gauntlet: a machine that breaks leaves an error as the result" {
	plan ktstr/plain.test
	echo 'exit 125' >sabotage
	run_plan
	run -125 ktstr-gauntlet report --variants variants.list results
	[[ $output == *"'./vm' ended with exit status 125 and left no result"* ]]
	echo 'kill -SEGV $$' >sabotage
	run_plan
	run -125 ktstr-gauntlet report --variants variants.list results
	[[ $output == *"'./vm' died of signal 11 (Segmentation fault) and left no result"* ]]
	[[ $output == *"again: ./vm run --kernel entry"* ]]
}

@test "gauntlet: what a command said last is in the error, and on standard error" {
	run -0 --separate-stderr ktstr-gauntlet record --identity ab --out r/x k/s/t/own/default/virtual/s1 -- \
		sh -c 'echo one >&2; printf "two \033[31m\n\n" >&2; exit 2'
	[ "$(jq -r '.reasons[0]' r/x/result.json)" = "'sh' ended with exit status 2 and left no result: two ?[31m" ]
	[ "$stderr" = $'one\ntwo \033[31m' ]
}

@test "gauntlet: record ends with its command, not with what that left behind" {
	run -0 timeout 5 ktstr-gauntlet record --identity ab --out r/x k/s/t/own/default/virtual/s1 -- \
		sh -c 'sleep 30 3>&- >/dev/null & echo $! >pid; exit 3'
	kill "$(cat pid)"
}

@test "gauntlet: a command that is not there leaves an error as the result" {
	run -0 ktstr-gauntlet record --identity ab --out r/x k/s/t/own/default/virtual/s1 -- ./none
	[ "$(jq -r '.verdict, .class, .test, .seed' r/x/result.json | paste -sd' ')" = "error harness t 1" ]
	[ "$(jq -r '.reasons[0]' r/x/result.json)" = "'./none' ended with exit status 127 and left no result: ktstr-gauntlet: cannot run './none': No such file or directory" ]
}

@test "gauntlet: a run that somebody stops leaves no result" {
	run -143 ktstr-gauntlet record --identity ab --out r/x k/s/t/own/default/virtual/s1 -- \
		sh -c 'kill -TERM $$'
	[ ! -e r/x/result.json ]
	run -130 ktstr-gauntlet record --identity ab --out r/x k/s/t/own/default/virtual/s1 -- sh -c 'exit 130'
	[ ! -e r/x/result.json ]
}

@test "gauntlet: the command ends when record is killed" {
	spawn ktstr-gauntlet record --identity ab --out r/x k/s/t/own/default/virtual/s1 -- \
		sh -c 'echo $$ >pid; exec sleep 60'
	until_true test -s pid
	kill -KILL "${spawned[0]}"
	until_true gone
}

@test "gauntlet: the command ends when make is killed" {
	plan ktstr/plain.test
	echo 'echo $$ >pid; exec sleep 60' >sabotage
	spawn make -s -f plan.mk ktstr-run-all
	until_true test -s pid
	kill -KILL "${spawned[0]}"
	until_true gone
	[ ! -e results/6.12/none/plain/own/default/virtual/s1/result.json ]
}

@test "gauntlet: a plan copes with blanks, dollars and hashes in paths" {
	mkdir -p 'a $b #c'
	cp ktstr/plain.test 'a $b #c/plain.test'
	cp vm 'a $b #c/v m'
	ktstr-gauntlet plan --vm-command "'./a \$b #c/v m' --flag 'it'\\''s'" --lock-command '' \
		--kernel '6.12=entry' --init init --out 'r $x #y' 'a $b #c/plain.test' >plan.mk
	run_plan
	[ "$(sed -n 1,2p args | paste -sd' ')" = "--flag it's" ]
	grep -qx 'a $b #c/plain.test' args
	[ -e 'r $x #y/6.12/none/plain/own/default/virtual/s1/result.json' ]
	run_plan
	[ "$(wc -l <count)" -eq 1 ]
	run -2 --separate-stderr ktstr-gauntlet plan --vm-command ./vm --init init --out 'a:b' ktstr/plain.test
	[[ $stderr == *"make cannot have a target in 'a:b', because of the character ':'"* ]]
}

@test "gauntlet: a plan locks one CPU under the virtual clock, and leaves it to the lock under the real one" {
	ktstr-gauntlet plan --vm-command ./vm --kernel 6.12=entry --init init ktstr/plain.test >plan.mk
	grep -q -- '-- ktstr-lock cpus --die-with-parent --cap 1 -- ./vm run' plan.mk
	ktstr-gauntlet plan --vm-command ./vm --kernel 6.12=entry --init init --clock real ktstr/plain.test >plan.mk
	grep -q -- '-- ktstr-lock cpus --die-with-parent -- ./vm run' plan.mk
}

@test "gauntlet: a plan names what it cannot read" {
	rm build/scx_qmap
	run -2 --separate-stderr ktstr-gauntlet plan --vm-command ./vm --kernel 6.12=entry --init init --sched ktstr/qmap.sched ktstr/swap.test
	[ "$stderr" = "ktstr-gauntlet: cannot read the scheduler's binary 'build/scx_qmap': No such file or directory" ]
	run -2 --separate-stderr ktstr-gauntlet plan --vm-command ./vm --kernel 6.12 --init init ktstr/plain.test
	[ "$stderr" = "ktstr-gauntlet: kernel '6.12' needs its entry: --kernel 6.12=DIR" ]
	run -2 --separate-stderr ktstr-gauntlet plan --vm-command ./vm --kernel 6.12=entry ktstr/plain.test
	[ "$stderr" = "ktstr-gauntlet: --init is missing: the guest's init" ]
}

# --- report

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
	[[ $output == *"| fail | $name/s2 | 3.25 s | check-failed: because &lt;it> &amp; that |"* ]]
	run -1 ktstr-gauntlet report --format github r
	[[ $output == *"::error title=$name/s2::fail, check-failed%0Abecause <it> & that%0Aagain: ktstr-vm run x"* ]]
}

@test "gauntlet: a folder without results is not a success" {
	mkdir empty
	run -2 --separate-stderr ktstr-gauntlet report empty
	[ "$stderr" = "ktstr-gauntlet: there is no result in 'empty'" ]
	run -2 ktstr-gauntlet report none
	: >list
	run -2 ktstr-gauntlet report --variants list empty
}

@test "gauntlet: a full disk is not a success" {
	result r k/s/t/own/default/virtual/s1 pass
	run -125 sh -c 'ktstr-gauntlet report r >/dev/full'
	run -125 sh -c 'ktstr-gauntlet list ktstr/plain.test >/dev/full'
}

# --- documents

@test "gauntlet: the manual lists the options of --help" {
	ktstr-gauntlet --help | grep -oE -- '--[a-z-]+' | sort -u >help.list
	sed -n 's/^\.It .*Fl -\([a-z-]*\).*/--\1/p' "$KTSTR_TOP/doc/ktstr-gauntlet.1" | sort -u >man.list
	diff -u help.list man.list
}
