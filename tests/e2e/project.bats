#!/usr/bin/env bats
# The main job in a scheduler project: make ktstr-test, and again.
# shellcheck disable=SC2154 # bats sets stderr
bats_require_minimum_version 1.5.0
load ../helper
load project

# One project for all, so that the scheduler is compiled as seldom as can be: the
# tests and what came of them are new each time.
setup() {
	needs_kernel
	if [ -d "$BATS_FILE_TMPDIR/p" ]; then
		cd "$BATS_FILE_TMPDIR/p" || return
	else
		new_project "$BATS_FILE_TMPDIR/p"
	fi
	rm -rf ktstr ktstr-out/results ktstr-out/variants ktstr-out/plan.mk
	cp -R "$KTSTR_TOP/templates/scheduler/ktstr" .
	fair=k/scx_mini/fair-spin/own/default/virtual/s1
}

# runs: how many machines have been started for results that are there now.
stamps() { find ktstr-out/results -name 'passed-*' -printf '%p %T@\n' | sort; }

@test "project: the template passes, and a second run starts no machine" {
	run -0 --separate-stderr kmake ktstr-test
	[ "${lines[-1]}" = "4 passed, 0 failed, 0 inconclusive, 0 skipped, 0 errors" ]
	stamps >before
	[ "$(wc -l <before)" = 4 ]
	run -0 --separate-stderr kmake ktstr-test
	[ "${lines[-1]}" = "4 passed, 0 failed, 0 inconclusive, 0 skipped, 0 errors" ]
	stamps >after
	diff before after

	# Touching changes nothing; another content runs its own variants again.
	touch ktstr/*.test
	run -0 kmake ktstr-test
	stamps >after
	diff before after
	echo '# changed' >>ktstr/fair-spin.test
	run -0 kmake ktstr-test
	stamps >after
	run -1 diff before after
	[ "$(grep -c '^[<>]' <<<"$output")" = 2 ]
	[[ $output == *fair-spin* ]]

	# A rebuilt but equal scheduler runs nothing; a changed one all.
	mv after before
	rm -rf build ktstr-out/bpf
	run -0 kmake ktstr-test
	stamps >after
	diff before after

	# RERUN=all runs what TEST selects.
	run -0 kmake ktstr-test TEST='fair-*' RERUN=all
	stamps >after
	run -1 diff before after
	[ "$(grep -c '^[<>]' <<<"$output")" = 2 ]
}

@test "project: a failing test fails make, all run, and the reason is told" {
	sed -i 's/max-gap .*/max-gap = 1us/' ktstr/fair-spin.test
	run ! kmake ktstr-test TEST='fair-* cpuset-*'
	[[ $output == *"1 passed, 1 failed, 0 inconclusive, 0 skipped, 0 errors"* ]]
	[ "$(result .class "$fair")" = check-failed ]
	[[ $(result '.reasons[0]' "$fair") == "max-gap: cgroup '"*"': a worker did not run on for "* ]]
	run ! compgen -G "ktstr-out/results/$fair/passed-*"
	# The command that it names gives the same verdict.
	run -0 result .rerun "$fair"
	run -1 env PATH="$KTSTR_BUILD:$PATH" bash -c "$output --out again"
	[ "$(jq -r .verdict again/result.json)" = fail ]
	# And the next make tries again.
	run ! kmake ktstr-test TEST='fair-*'
	[[ $output == *"0 passed, 1 failed"* ]]
}

@test "project: runs are identical; another seed differs" {
	run -0 kmake ktstr-progs
	for _ in 1 2; do
		run -0 kmake ktstr-test TEST=bursty-wakeups RERUN=all
		steady k/scx_mini/bursty-wakeups/own/default/virtual/s1 >>hashes
	done
	[ "$(wc -l <hashes)" = 2 ]
	[ "$(sort -u hashes | wc -l)" = 1 ]
	run -0 kmake ktstr-test TEST=bursty-wakeups KTSTR_SEEDS=2
	first=$(result .workers[0].units k/scx_mini/bursty-wakeups/own/default/virtual/s1)
	other=$(result .workers[0].units k/scx_mini/bursty-wakeups/own/default/virtual/s2)
	[ "$first" != "$other" ]
}

@test "project: two makes at once take turns, each with its own plan" {
	run -0 kmake ktstr-progs
	# On one lock, taken here: nobody has to be quick.
	spawn flock ktstr-out/lock sh -c ': >held && exec tail -f /dev/null'
	holder=$!
	until_true test -e held
	spawn make --no-print-directory KTSTR="$KTSTR_TOP" KTSTR_TOOLS="$KTSTR_BUILD" ktstr-test TEST='fair-*' >one 2>&1
	one=$!
	spawn make --no-print-directory KTSTR="$KTSTR_TOP" KTSTR_TOOLS="$KTSTR_BUILD" ktstr-test TEST='bursty-*' >two 2>&1
	two=$!
	for log in one two; do
		until_true grep -qx "ktstr: another make runs tests in 'ktstr-out'; waiting for it" "$log"
	done
	[ ! -e ktstr-out/plan.mk ]
	kill -- "-$holder"
	wait "$one"
	wait "$two"
	[ "$(grep -c PASS one)" = 1 ]
	grep -q '^  PASS .*/fair-spin/' one
	grep -q '^  PASS .*/bursty-wakeups/' two
	for log in one two; do
		[ "$(tail -n 1 "$log")" = "1 passed, 0 failed, 0 inconclusive, 0 skipped, 0 errors" ]
	done
}

@test "project: the profile of a flag is run by what a test requires" {
	printf '%s\n' '[test]' 'duration = 200ms' 'required-flags = per-llc' '[cgroup a]' 'work = cpu-spin workers=8' \
		'[check]' 'max-spread = none' >ktstr/llc.test
	run -0 kmake ktstr-test TEST=llc
	[ "$(result '.flags[0]' k/scx_mini/llc/own/per-llc/virtual/s1)" = per-llc ]
}

# The last one: it removes what the others share.
@test "project: ktstr-list, -report, -help and -doctor" {
	run -0 --separate-stderr kmake ktstr-list
	[ "${#lines[@]}" = 4 ]
	[ "${lines[2]}" = "$fair" ]
	cp -R "$KTSTR_TOP/tests/data/fake-kernel" linux
	run -0 --separate-stderr kmake ktstr-list KERNEL=linux TEST='fair-*'
	[ "${#lines[@]}" = 1 ]
	[[ $output == linux_*/"${fair#*/}" || $output == linux/"${fair#*/}" ]]
	run -2 kmake ktstr-list KERNEL=none-such
	[[ $output == "ktstr-cache: kernel 'none-such': there is no such path, "* ]]
	run ! kmake ktstr-report
	[[ $output == *"nothing has run yet"* ]]
	run -0 --separate-stderr kmake ktstr-help
	[[ $output == *"ktstr-test "* ]]
	run -0 kmake ktstr-doctor
	run -0 kmake ktstr-clean
	[ ! -e ktstr-out ]
}
