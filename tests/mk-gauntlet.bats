#!/usr/bin/env bats
# make ktstr-gauntlet, as doc/mk.md tells of it; ktstr-vm is a stand-in, since the
# machines are not the point here.
# shellcheck disable=SC2154,SC2016,SC2030,SC2031 # run sets stderr; "$" is meant as it stands
bats_require_minimum_version 1.5.0
load helper
load gauntlet

setup_file() { unset MAKEFLAGS; }

project() {
	mproject
	plain=6.12/none/plain/own/default/virtual
	unset PRESET PROFILE TOPOLOGY TEST RERUN KERNEL V KTSTR_SEEDS KTSTR_SHARD KTSTR_LEVEL KTSTR_BUDGET_SECS KTSTR_LAUNCH
}

tally() { tail -n 1; }

@test "mk: ktstr-gauntlet runs all machines and profiles, ktstr-test each test's own" {
	project
	run -0 mmake ktstr-test
	[ "${lines[-1]}" = "2 passed, 0 failed, 0 inconclusive, 0 skipped, 0 errors" ]
	mmake ktstr-list >own
	[ "$(wc -l <own)" = 2 ]
	mmake ktstr-list PRESET='*' PROFILE='*' >all 2>/dev/null
	[ "$(grep -c /swap/own/ all)" = 2 ]
	[ "$(wc -l <all)" -gt 20 ]
	run -0 mmake -j2 ktstr-gauntlet PRESET='own *2llc'
	[ "${lines[-1]}" = "$(grep -cE '/own/|2llc/' all) passed, 0 failed, 0 inconclusive, 0 skipped, 0 errors" ]
	# What ktstr-test ran is not run again, and both profiles were.
	[ "$(wc -l <count)" = "$(grep -cE '/own/|2llc/' all)" ]
	[ -e ktstr-out/results/6.12/qmap/swap/own/llc+steal+fast ]
	run -0 mmake ktstr-gauntlet PRESET=own PROFILE='*fast' TEST=swap
	[ "${lines[-1]}" = "1 passed, 0 failed, 0 inconclusive, 0 skipped, 0 errors" ]
}

@test "mk: seeds are ranges, and nothing selected is a failure" {
	project
	run -0 mmake -j2 ktstr-test TEST=plain KTSTR_SEEDS='1..5 9'
	[ "${lines[-1]}" = "6 passed, 0 failed, 0 inconclusive, 0 skipped, 0 errors" ]
	run -2 --separate-stderr mmake ktstr-gauntlet PRESET=none
	[[ $stderr == *"--preset: no preset is named 'none'"* ]]
	run -2 --separate-stderr mmake ktstr-gauntlet TEST=none
	[[ $stderr == *"no test is named 'none'"* ]]
	# No word of a setting is the shell's.
	for setting in KTSTR_SEEDS KTSTR_CLOCK PRESET TOPOLOGY PROFILE KTSTR_BUDGET_SECS KTSTR_LEVEL KTSTR_SHARD KTSTR_RETRIES; do
		run -2 --separate-stderr mmake ktstr-test TEST=plain "$setting=x;touch pwned;'"
		[[ $stderr == "ktstr-gauntlet: "*"x;touch"* ]] || { echo "$setting: $stderr" && false; }
		[ ! -e pwned ]
	done
	run -2 --separate-stderr mmake ktstr-test RERUN=some
	[[ $stderr == *"RERUN knows 'all' and 'failed', not 'some'"* ]]
}

@test "mk: shards are disjoint and together all; levels and budgets leave some out" {
	project
	mmake ktstr-list PRESET='*' PROFILE='*' 2>/dev/null | sort >all
	for k in 1 2 3; do
		mmake ktstr-list PRESET='*' PROFILE='*' KTSTR_SHARD=$k/3 2>/dev/null >part
		[ -s part ]
		cat part >>parts
	done
	sort parts | diff all -
	mmake ktstr-list PRESET='*' PROFILE='*' KTSTR_LEVEL=smoke 2>/dev/null >smoke
	[ "$(wc -l <smoke)" -lt "$(wc -l <all)" ]
	run -0 mmake -j2 ktstr-gauntlet KTSTR_LEVEL=smoke KTSTR_SHARD=1/2
	[[ ${lines[-1]} == *" passed, 0 failed, 0 inconclusive, 0 skipped, 0 errors" ]]
	sort -u smoke >sorted
	run -0 comm -23 <(cut -d' ' -f1 ktstr-out/variants | sort) sorted
	[ -z "$output" ]
	run -2 mmake ktstr-gauntlet KTSTR_SHARD=4/3
	run -2 mmake ktstr-gauntlet KTSTR_BUDGET_SECS=-1
	run -0 mmake -j2 ktstr-gauntlet KTSTR_BUDGET_SECS=30
	[ "$(wc -l <ktstr-out/variants)" -lt "$(wc -l <all)" ]
}

@test "mk: computers that have seen other results still share one choice" {
	project
	mmake -j2 ktstr-gauntlet PRESET='*2llc' >/dev/null
	mv ktstr-out other
	mkdir ktstr-out
	cp -R other/kernels ktstr-out/
	# What ran here took long, and there nothing did.
	find other -name result.json -exec sed -i 's/"run_s": 2/"run_s": 20/' {} +
	args=(PRESET='*' PROFILE='*' KTSTR_BUDGET_SECS=60)
	mmake ktstr-list "${args[@]}" KTSTR_SHARD=1/2 KTSTR_OUT=other 2>/dev/null >one
	mmake ktstr-list "${args[@]}" KTSTR_SHARD=2/2 2>/dev/null >two
	mmake ktstr-list "${args[@]}" 2>/dev/null | sort >all
	[ -s one ] && [ -s two ]
	sort one two | diff all -
	# Of what failed each runs its own part again, as it had it.
	echo 'verdict=fail' >sabotage
	run -2 mmake -j2 ktstr-gauntlet PRESET=own PROFILE='*' KTSTR_SHARD=1/2
	cut -d' ' -f1 ktstr-out/variants | sort >first
	run -2 mmake -j2 ktstr-gauntlet PRESET=own PROFILE='*' KTSTR_SHARD=1/2 RERUN=failed
	cut -d' ' -f1 ktstr-out/variants | sort | diff first -
}

@test "mk: a budget chooses among the sets of 40 flags, without going through them" {
	project
	printf '[flag f%d]\n' {1..40} >>ktstr/qmap.sched
	run -0 --separate-stderr mmake ktstr-list TEST=swap PRESET=own PROFILE='*' KTSTR_BUDGET_SECS=40
	[ "${#lines[@]}" -ge 2 ] && [ "${#lines[@]}" -le 12 ]
	[[ $stderr == *"ktstr: flags make too many variants for KTSTR_BUDGET_SECS to choose among; it takes sets of flags in which each two meet"* ]]
	run -0 mmake -j2 ktstr-gauntlet TEST=swap PRESET=own KTSTR_BUDGET_SECS=40
	[[ ${lines[-1]} == *" passed, 0 failed, 0 inconclusive, 0 skipped, 0 errors" ]]
	run -2 --separate-stderr mmake ktstr-gauntlet TEST=swap PRESET=own
	[[ $stderr == *" variants are selected, more than "*"; choose fewer"* ]]
	# A pattern says which, and is not put aside.
	run -0 --separate-stderr mmake ktstr-list TEST=swap PRESET=own PROFILE='llc+steal+f1?' KTSTR_BUDGET_SECS=100
	[ "${#lines[@]}" = 10 ]
}

@test "mk: RERUN=failed runs what did not pass the last time, and says when there is none" {
	project
	echo 'case $out in */s2) verdict=fail ;; esac' >sabotage
	run -2 mmake ktstr-test TEST=plain KTSTR_SEEDS=1..3
	[ "$(wc -l <count)" = 3 ]
	rm sabotage
	echo '# more' >>init
	run -0 mmake ktstr-test TEST=plain KTSTR_SEEDS=1..3 RERUN=failed
	[ "$(wc -l <count)" = 4 ]
	[ "${lines[-1]}" = "1 passed, 0 failed, 0 inconclusive, 0 skipped, 0 errors" ]
	run -2 --separate-stderr mmake ktstr-test TEST=plain KTSTR_SEEDS=1..3 RERUN=failed
	[[ $stderr == *"ktstr-gauntlet: "*"failed"* ]]
	[ "$(wc -l <count)" = 4 ]
	run -0 mmake ktstr-test TEST=plain KTSTR_SEEDS=1..3 RERUN=all
	[ "$(wc -l <count)" = 7 ]
}

@test "mk: V=2 says why, -n shows what would run and writes nothing" {
	project
	run -0 mmake -n ktstr-test TEST=plain V=2
	[[ $output == *"ktstr-gauntlet: $plain/s1: first time"* ]]
	[[ $output == *"ktstr-gauntlet record "*" -- ktstr-lock cpus "*" ktstr-vm run "*"$plain/s1"* ]]
	[ "$(ls ktstr-out)" = kernels ]
	[ ! -e count ]
	run -0 mmake ktstr-test TEST=plain V=2
	[[ $output == *"ktstr-gauntlet: $plain/s1: first time"* ]]
	run -0 mmake -n ktstr-test TEST=plain
	[[ $output != *"ktstr-gauntlet record"* ]]
	echo '# more' >>ktstr/plain.test
	run -0 mmake ktstr-test TEST=plain V=2
	[[ $output == *"ktstr-gauntlet: $plain/s1: test changed"* ]]
	# Before there is a kernel: the command that would find out.
	rm ktstr-out/kernels/list
	run -0 mmake -n ktstr-test TEST=plain
	[[ $output == *"test-run.sh"* ]]
}

@test "mk: -j, -k and -O: all run whatever fails, and lines of one stay together" {
	project
	echo 'case $out in */s[13]) verdict=fail ;; */s2) exit 125 ;; esac' >sabotage
	run -2 mmake -j4 -k -O ktstr-test TEST=plain KTSTR_SEEDS=1..6
	[[ $output == *"3 passed, 2 failed, 0 inconclusive, 0 skipped, 1 errors"* ]]
	for seed in 1 3; do
		[[ $output == *"  FAIL    $plain/s$seed ["*$'\n'"          because "* ]]
	done
	[ "$(grep -c '^  PASS' <<<"$output")" = 3 ]
	[ "$(wc -l <count)" = 6 ]
}

# The third variant of six does not end. Waits until it runs.
begin() {
	echo '[ "$(wc -l <count)" != 3 ] || { echo $$ >pid; exec tail -f /dev/null; }' >sabotage
	rm -f pid count
	spawn env --default-signal=INT make --no-print-directory ktstr-gauntlet TEST=plain PRESET=own KTSTR_SEEDS=1..6 >log 2>&1
	until_true test -s pid
}
# Afterwards all that has passed stays, and the others run.
resumes() {
	until_true gone
	[ "$(find ktstr-out/results -name 'passed-*' | wc -l)" = 2 ]
	rm sabotage
	run -0 mmake ktstr-gauntlet TEST=plain PRESET=own KTSTR_SEEDS=1..6 V=2
	[[ $output == *": the last run was stopped"* ]]
	[ "$(grep -c ': first time' <<<"$output")" = 3 ]
	[ "${lines[-1]}" = "6 passed, 0 failed, 0 inconclusive, 0 skipped, 0 errors" ]
	[ "$(wc -l <count)" = 7 ]
}

@test "mk: after Ctrl-C the next make runs what had not ended" {
	project
	begin
	kill -INT -- "-${spawned[-1]}"
	resumes
}

@test "mk: after kill -9 the next make runs what had not ended" {
	project
	begin
	kill -KILL "${spawned[-1]}"
	resumes
}

@test "mk: KTSTR_LAUNCH starts each variant, in another folder and network namespace" {
	project
	unshare -n true 2>/dev/null || skip "needs the right to make a network namespace"
	# Nothing of the environment comes through but what the command brings along.
	cat >launch <<-"END"
		#!/bin/sh
		echo "$1" >>launched
		cd / && exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/ unshare -n "$@"
	END
	chmod +x launch
	echo 'echo "$PWD $(readlink /proc/self/ns/net) $KTSTR_ATTEMPT ${MAKEFLAGS-none}" >>where' >sabotage
	run -0 mmake -j2 ktstr-test TEST=plain KTSTR_SEEDS=1..3 KTSTR_LAUNCH="$PWD/launch"
	[ "${lines[-1]}" = "3 passed, 0 failed, 0 inconclusive, 0 skipped, 0 errors" ]
	[ "$(wc -l <where)" = 3 ]
	# And their template.
	[ "$(wc -l <launched)" = 4 ]
	run -1 grep -F "$(readlink /proc/self/ns/net)" where
	[ "$(cut -d' ' -f1,3,4 where | sort -u)" = "$PWD 1 none" ]
	# What passed is up to date without it as well, and the command that is told has none.
	run -0 mmake ktstr-test TEST=plain KTSTR_SEEDS=1..3
	[ "$(wc -l <count)" = 3 ]
	echo 'exit 125' >sabotage
	run -2 mmake ktstr-test TEST=plain KTSTR_SEEDS=4 KTSTR_LAUNCH="$PWD/launch"
	[[ $output == *"again: "*"ktstr-lock "*"ktstr-vm run "* && $output != *"/launch"* ]]
	run -2 --separate-stderr mmake ktstr-test TEST=plain KTSTR_SEEDS=4 KTSTR_LAUNCH="sh -c '"
	[[ $stderr == *"--launch: 'sh -c '' has a quote that is not closed"* ]]
}

@test "mk: what a make left that was killed while it noted the sources goes with the next" {
	project
	mkdir -p ktstr-out bin
	# It kills the shells that called it, the outermost first.
	cat >bin/mv <<-'END'
		#!/bin/sh
		pids='' pid=$PPID
		while name=$(ps -o comm= "$pid") && { [ "$name" = sh ] || [ "$name" = test-run.sh ]; }; do
			pids="$pid $pids"
			pid=$(ps -o ppid= "$pid" | tr -d ' ')
		done
		kill -KILL $pids
	END
	chmod +x bin/mv
	PATH=$PWD/bin:$PATH run ! mmake ktstr-list
	compgen -G 'ktstr-out/sources.new*'
	run -0 mmake ktstr-list
	run ! compgen -G 'ktstr-out/sources.new*'
	[ -s ktstr-out/sources ]
}

@test "mk: REPRO=0 runs without the watched run of a failure, which depends on nothing else" {
	project
	run -0 --separate-stderr mmake -n ktstr-test TEST=plain
	[[ $output == *" run -q "*"/$plain/s1"* && $output != *"--no-repro"* ]]
	run -0 --separate-stderr mmake -n ktstr-test TEST=plain REPRO=0
	[[ $output == *" run -q "*" --no-repro --out "*"/$plain/s1"* ]]
	run -0 --separate-stderr mmake -n ktstr-test TEST=plain REPRO=1
	[[ $output == *" run -q "* && $output != *"--no-repro"* ]]
	run -0 mmake ktstr-test TEST=plain
	[ "$(wc -l <count)" = 1 ]
	# What has passed has passed.
	run -0 mmake ktstr-test TEST=plain REPRO=0
	[ "$(wc -l <count)" = 1 ]
	for word in no '0 1' 2; do
		run -2 --separate-stderr mmake ktstr-test TEST=plain REPRO="$word"
		[[ $stderr == *"ktstr: REPRO knows 0 and 1, not '$word'"* ]]
	done
}
