#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0-or-later
# host-guest.sh - "ktstr-vm host" in a guest, which is a host with cgroup v2 and
# 4 CPUs. Prints a line "NAME: WHAT" for each thing that host.bats asks for.
# shellcheck shell=dash
cgroups=/sys/fs/cgroup
cd /tmp || exit 1

# play NAME LINE...: a test of that name, played; its exit status.
play() {
	name=$1
	shift
	printf '%s\n' '[test]' 'settle = 10ms' "$@" >"$name.test"
	ktstr-vm host --test "$name.test" --out "$name" >"$name.out" 2>"$name.err"
	status=$?
	echo "$name: $status $(tail -n 1 "$name.err")"
}
left() { find $cgroups -maxdepth 1 -name 'ktstr*' | wc -l; }
workers() { grep -lx ktstr-worker /proc/[0-9]*/comm 2>/dev/null | wc -l; }
# until CONDITION...
until_true() {
	n=0
	until "$@"; do
		n=$((n + 1))
		[ $n -lt 200 ] || return 1
		sleep 0.05
	done
}
work='work = cpu-spin workers=2'
# begin NAME: a long one in the background; its workers run, $pid is its own.
begin() {
	printf '%s\n' '[test]' 'duration = 100s' 'sysctl = vm.overcommit_ratio=33' '[cgroup a]' "$work" >"$1.test"
	ktstr-vm host --test "$1.test" --out "$1" >"$1.out" 2>&1 &
	pid=$!
	until_true is_at_work
}
is_at_work() { [ "$(workers)" -ge 2 ]; }
is_quiet() { [ "$(workers)" = 0 ]; }
is_gone() { [ "$(left)" = 0 ] && is_quiet; }

ratio() { cat /proc/sys/vm/overcommit_ratio; }

before=$(cat $cgroups/cgroup.subtree_control)
play pass 'duration = 200ms' '[cgroup a]' 'cpuset = llc 0' "$work" '[cgroup b]' 'cpuset = llc 1' "$work" \
	'[check]' 'isolation = yes'
echo "left: $(left)"
[ "$before" = "$(cat $cgroups/cgroup.subtree_control)" ] && echo "control: as before"
echo "json: $(tr -d '\n' <pass/result.json)"
play fail 'duration = 100ms' '[cgroup a]' "$work" '[check]' 'max-gap = 1us'
play wide 'duration = 100ms' 'min-cpus = 5' 'topology = 1n1l5c1t' '[cgroup a]' "$work"
play llc 'duration = 100ms' 'topology = 1n4l1c1t' '[cgroup a]' 'cpuset = llc 3' "$work"
play lacking 'duration = 100ms' 'sysctl = kernel.no_such=1' '[cgroup a]' "$work"
play words 'duration = 100ms' 'kargs = a=1' '[cgroup a]' "$work"
play hotplug 'duration = 100ms' '[cgroup a]' "$work" '[step s]' 'offline-cpus = cpus 1' 'hold = 100%'
/usr/bin/setpriv --reuid 65534 ktstr-vm host --test pass.test --out none 2>user.err
echo "user: $? $(cat user.err)"

begin killed
echo "during: $(ratio)"
kill -9 "$pid"
until_true is_gone && echo "killed: gone"
echo "afterwards: $(ratio)"
begin engine
kill -9 "$(grep -lx ktstr-init /proc/[0-9]*/comm | cut -d/ -f3 | grep -vx 1)"
wait "$pid"
echo "engine: $? $(grep -c 'the engine died of signal 9 (Killed)' engine.out) $(left)"
begin both
kill -9 "$(grep -lx ktstr-guard /proc/[0-9]*/comm | cut -d/ -f3)" "$pid"
until_true is_quiet && echo "both: quiet, $(left) left"
echo "unguarded: $(ratio)"
play again 'duration = 100ms' '[cgroup a]' "$work"
echo "after: $(left)"
echo "put-back: $(ratio) $(find /run/ktstr -type f | wc -l)"
umount $cgroups
play none 'duration = 100ms' '[cgroup a]' "$work"
