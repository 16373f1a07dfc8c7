# SPDX-License-Identifier: GPL-2.0-or-later
# What scripts share that play with ktstr-sandbox in a guest of four CPUs, 0-1 on node
# 0 and 2-3 on node 1.
# shellcheck shell=dash disable=SC2016,SC2034,SC2086,SC2154 # code for other shells; words; variables of who includes it
cg=/sys/fs/cgroup
lines=/tmp/lines
# by its path: busybox has another one
user="/usr/bin/setpriv --reuid 65534 --regid 65534 --clear-groups"

skip() {
	echo "skip: $*"
	exit 77
}

sandbox() { ktstr-sandbox -v "$@" 2>&1; }

# A group with a cpuset of its own, in which $1/job is the caller's.
new_parent() {
	echo +cpuset >$cg/cgroup.subtree_control
	mkdir -p "$cg/$1/job"
}
# Give it, not what is around it, to the user.
give() {
	chown 65534 "$1" "$1/cgroup.procs" "$1/cgroup.threads" "$1/cgroup.subtree_control"
}

# What the command sees: its group, and what is in effect there.
show='g=$(sed s/^0::// /proc/self/cgroup)
	echo "group ${g%/*} ${g##*/}" | sed "s/ktstr-sandbox-.*/ours/"
	echo "cpus $(cat /sys/fs/cgroup$g/cpuset.cpus.effective)"
	echo "mems $(cat /sys/fs/cgroup$g/cpuset.mems.effective)"
	echo "type $(cat /sys/fs/cgroup$g/cgroup.type)"
	sed -n "s/^Cpus_allowed_list:./allowed /p; s/^Mems_allowed_list:./nodes /p" /proc/self/status'
has() {
	grep -qxF -- "$1" $lines || {
		echo "no line: $1"
		cat $lines
		return 1
	}
}
like() {
	grep -q -- "$1" $lines || {
		echo "nothing like: $1"
		cat $lines
		return 1
	}
}
lacks() { ! grep -F -- "$1" $lines; }
groups() { find $cg -name 'ktstr-sandbox-*'; }
no_groups() { [ -z "$(groups)" ]; }
with_namespaces() { [ -e /proc/self/ns/pid ] || skip "needs a kernel with PID namespaces"; }
with_user_namespaces() { [ -e /proc/self/ns/user ] || skip "needs a kernel with user namespaces"; }
no_namespaces() {
	[ ! -e /proc/sys/user/max_pid_namespaces ] || echo 0 >/proc/sys/user/max_pid_namespaces
}

until_true() {
	for i in $(seq 100); do
		"$@" && return 0
		sleep 0.01
	done
	echo "still false after 1 s: $*"
	return 1
}
mark=$((100000 + $$)) # a time to sleep that nobody else has
sleepers() { ps -o pid,args | awk -v m="$mark" '$2 == "sleep" && $3 == m { print $1 }'; }
five_run() { [ "$(sleepers | wc -l)" -ge 5 ]; }
nothing_runs() { [ -z "$(sleepers)" ]; }
child_of() { ps -o pid,ppid | awk -v p="$1" '$2 == p { print $1; exit }'; }
# Several generations, one in a session of its own, also in threads' eyes.
left="sleep $mark & setsid sleep $mark & (sh -c 'sleep $mark & sleep $mark') & sleep 0.2"
work="$left; sleep $mark; :"
# Start it: $guardian, $init, $command. Words before are those of a caller.
start_work() {
	"$@" ktstr-sandbox --strict --cpus 2-3 --mems 1 -- sh -c "$work" &
	guardian=$!
	until_true five_run
	[ "$(tr '\0' ' ' </proc/$guardian/cmdline | cut -d' ' -f1)" = ktstr-sandbox ]
	init=$(child_of $guardian)
	command=$(child_of "$init")
	[ -n "$init" ] && [ -n "$command" ] && [ -n "$(groups)" ]
}
# All is gone within 1 s; the group at the latest by the next sandbox.
all_ends() {
	until_true nothing_runs
	"$@" ktstr-sandbox --strict --cpus 2-3 -- true
	no_groups
}
