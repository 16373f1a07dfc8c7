#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0-or-later
# guest.sh SEED ROUNDS - sandboxes in a machine of 2n4l1c1t, and what may happen to
# them where there are cgroups with cpusets and a clock that may be set. Prints a line
# "fault KIND" for each round, and "violation: WHAT" for what does not hold behind it.
# shellcheck shell=dash disable=SC1091,SC2013,SC2086,SC2154,SC2317 # in the guest; pids; sandbox-common.sh has them
busybox --install -s /bin
. /sandbox-common.sh
seed=$1 rounds=$2
export KTSTR_LOCK_DIR=/tmp/locks
mkdir /tmp/tree /tmp/locks

# The same numbers for the same seed in each shell there is.
draw() {
	seed=$(((seed * 1103515245 + 12345) % 2147483648))
	drawn=$((seed / 65536 % $1))
}

violation() { echo "violation: $kind, $what: $*"; }
lock_is_free() { ktstr-lock source /tmp/tree --no-wait -- true 2>/dev/null; }

# Somebody clears the cgroup away while the work goes on.
take_away() {
	group=$(groups)
	for pid in $(cat "$group/cgroup.procs"); do
		echo "$pid" >$cg/cgroup.procs
	done
	rmdir "$group"
} 2>/dev/null

disturb() {
	case $1 in
	0) kind=kill what='kill -9 of the guardian' && kill -9 $guardian ;;
	1) kind=kill what='kill -9 of the init' && kill -9 "$init" ;;
	2) kind=kill what='kill -9 of the command' && kill -9 "$command" ;;
	3) kind=cgroup what='the group is taken away' && take_away && kill -9 $guardian ;;
	4) kind=cgroup what='cgroup.kill' && echo 1 >"$(groups)/cgroup.kill" ;;
	5) kind=cgroup what='frozen, then kill -9 of the guardian' && echo 1 >"$(groups)/cgroup.freeze" && kill -9 $guardian ;;
	6) kind=cgroup what='other CPUs' && echo 0 >"$(groups)/cpuset.cpus" && kill -9 "$command" ;;
	7) kind=clock what='two days back' && date -s "@$(($(date +%s) - 172800))" >/dev/null && kill -9 "$init" ;;
	8) kind=stop what='SIGSTOP of the guardian, kill -9 of the init' && kill -STOP $guardian && kill -9 "$init" && kill -CONT $guardian ;;
	esac
}

round=0
while [ $round -lt "$rounds" ]; do
	round=$((round + 1)) kind='' what=start
	start_work ktstr-lock source /tmp/tree -- 2>/tmp/err || violation "it did not start: $(tail -n 1 /tmp/err)"
	draw 9
	disturb "$drawn" || violation "it could not be done"
	echo "fault $kind"
	until_true nothing_runs >/dev/null || violation "these still run: $(sleepers)"
	until_true lock_is_free >/dev/null || violation "its lock is held"
	ktstr-sandbox --strict --cpus 2-3 -- true || violation "the next sandbox fails"
	no_groups || violation "left behind: $(groups)"
done
