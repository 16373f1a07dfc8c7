#!/usr/bin/env bats
# However a run is ended: nothing of it goes on, holds or shows, and the next
# command works.
# shellcheck disable=SC2154,SC2317 # spawned is the helper's; functions for until_true
bats_require_minimum_version 1.5.0
load ../helper
load project

setup() {
	needs_kernel
	private_places
	new_project "$BATS_TEST_TMPDIR/p"
	rm ktstr/*
	for test in first second; do
		printf '[test]\nduration = 100ms\n[cgroup a]\nwork = cpu-spin workers=2\n' >ktstr/$test.test
	done
	second=ktstr-out/results/k/none/second/own/default/virtual/s1
}

run_all() { kmake ktstr-test KTSTR_PROGS= "$@"; }

# start [ARG...]: run the second test, until its machine runs. Bash has its
# background jobs ignore SIGINT.
start() {
	# So long that it cannot end by itself before we have seen it.
	sed -i 's/100ms/1000s/' ktstr/second.test
	spawn env --default-signal=INT KTSTR_TEST_MARK="$BATS_TEST_TMPDIR" make --no-print-directory \
		KTSTR="$KTSTR_TOP" KTSTR_TOOLS="$KTSTR_BUILD" KTSTR_PROGS= ktstr-test TEST=second "$@" >log 2>&1
	session=${spawned[-1]}
	until_true machine_runs
	! nothing_runs
}
machine_runs() { pgrep -s "$session" -f '^qemu-system' >/dev/null; }

# ended WHO: nothing is left, and nothing says that the second test has passed.
ended() {
	until_true nothing_runs || return 1
	sed -i 's/1000s/100ms/' ktstr/second.test
	nothing_left || { echo "after $1"; return 1; }
	! compgen -G "$second/passed-*" || return 1
	[ ! -e "$second/result.json" ] || [ "$(jq -r .verdict "$second/result.json")" = error ]
}

@test "kills: Ctrl-C ends all of it, and the next run makes only what is missing" {
	run -0 run_all TEST=first
	before=$(stat -c %y ktstr-out/results/k/none/first/own/default/virtual/s1/passed-*)
	start
	kill -INT -- "-$session"
	ended Ctrl-C
	[ ! -e "$second/result.json" ]
	grep -q '^make: \*\*\*' log
	run -0 run_all
	[[ $output == *"2 passed, 0 failed, 0 inconclusive, 0 skipped, 0 errors"* ]]
	[ "$before" = "$(stat -c %y ktstr-out/results/k/none/first/own/default/virtual/s1/passed-*)" ]
}

@test "kills: SIGTERM to make ends all of it" {
	start
	kill -TERM "$session"
	ended SIGTERM
	[ ! -e "$second/result.json" ]
}

@test "kills: after kill -9 of any process nothing runs, holds or shows" {
	start
	count=$(pgrep -s "$session" | wc -l)
	# Two makes, record, ktstr-vm and QEMU at least.
	[ "$count" -ge 5 ]
	for ((n = 1; n <= count; n++)); do
		pid=$(pgrep -s "$session" | sed -n "${n}p")
		who="kill -9 of $(tr '\0' ' ' <"/proc/$pid/cmdline" | cut -c 1-60)"
		kill -KILL "$pid"
		ended "$who"
		start
	done
	kill -KILL -- "-$session"
	ended "kill -9 of all"
	run -0 run_all TEST=second
	[[ $output == *"1 passed, 0 failed, 0 inconclusive, 0 skipped, 0 errors"* ]]
}

@test "kills: a machine that is killed is an error, and the next run tries again" {
	start
	kill -KILL "$(pgrep -s "$session" -f '^qemu-system')"
	ended "kill -9 of QEMU"
	[ "$(jq -r '.verdict + " " + .class + " " + .reasons[0]' "$second/result.json")" = "error qemu QEMU died of signal 9 (Killed)" ]
	grep -q "0 passed, 0 failed, 0 inconclusive, 0 skipped, 1 errors" log
	run -0 run_all TEST=second
}

@test "kills: with make -j, Ctrl-C ends all machines" {
	start -j3 KTSTR_SEEDS='1 2 3'
	three() { [ "$(pgrep -s "$session" -cf '^qemu-system')" = 3 ]; }
	until_true three
	kill -INT -- "-$session"
	ended Ctrl-C
	[ -z "$(find ktstr-out/results -name result.json)" ]
}
