#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0-or-later
# host-sched.sh - "ktstr-vm host" in a guest with a scheduler of sched_ext in
# charge. Prints a line "NAME: WHAT" for each thing that host-sched.bats asks for.
# shellcheck shell=dash
cd /tmp || exit 1
scx=/sys/kernel/sched_ext

# until_true CONDITION...
until_true() {
	n=0
	until "$@"; do
		n=$((n + 1))
		[ $n -lt 400 ] || return 1
		sleep 0.05
	done
}
is() { [ "$(cat $scx/state)" = "$1" ]; }
# begin SCHEDULER: in the background; it is in charge, $sched is its pid.
begin() {
	"/opt/$1" >"$1.log" 2>&1 &
	sched=$!
	until_true is enabled
}
# leave: it ends in good order.
leave() {
	kill -INT $sched
	until_true is disabled
}
# play NAME LINE...: a test of that name, played; its exit status.
play() {
	name=$1
	shift
	printf '%s\n' '[test]' 'settle = 10ms' "$@" '[cgroup a]' 'work = bursty workers=3 burst=5ms sleep=1ms' \
		'[check]' 'max-spread = none' >"$name.test"
	ktstr-vm host --test "$name.test" --out "$name" >"$name.out" 2>"$name.err"
	status=$?
	echo "$name: $status $(tail -n +2 "$name.err" | tr '\n' '|')"
	echo "$name-json: $(tr -d '\n' <"$name/result.json")"
}
# meanwhile COMMAND...: when the workers of the test run.
meanwhile() {
	until_true at_work
	sleep 0.2
	"$@"
}
at_work() { [ "$(grep -lx ktstr-worker /proc/[0-9]*/comm 2>/dev/null | wc -l)" -ge 3 ]; }
again() {
	kill -INT $sched
	until_true is disabled
	/opt/scx_mini >again.log 2>&1 &
	until_true is enabled
}

begin scx_mini
play stays 'duration = 300ms'
play for-it 'duration = 100ms' 'scheduler = mini'
play for-other 'duration = 100ms' 'scheduler = other'
play for-none 'duration = 100ms' 'scheduler = none'
meanwhile kill -9 $sched &
play killed 'duration = 1s'
wait
until_true is disabled
begin scx_mini
meanwhile again &
play restarted 'duration = 2s'
kill -INT "$(pidof scx_mini)"
until_true is disabled
begin scx_forgets
play forgets 'duration = 3s'
until_true is disabled
begin scx_forgets
play expected 'duration = 3s' 'expect = fail stalled'
until_true is disabled
begin scx_forgets
play not-expected 'duration = 3s' 'expect = fail scx-error'
