#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0-or-later
# sandbox-guest.sh - ktstr-sandbox in a guest that has cgroup v2, cpuset and two
# nodes: the real programs on a real kernel. TAP on standard output.
#
# Machine: 2n4l1c1t, so CPUs 0-1 are on node 0 and CPUs 2-3 on node 1. A check
# is a function below, run in a shell of its own with -eu; its name is what it
# shows. "skip REASON" ends it. sandbox.bats has a test for each.
# shellcheck shell=dash disable=SC2016,SC2086,SC2317 # code for other shells; words; called by name
checks='
under_the_root_CPUs_and_nodes_are_in_effect
beside_the_caller_in_its_parent
a_user_gets_a_place_in_a_parent_that_is_his
a_threaded_child_where_the_parent_is_not_ours
beside_a_threaded_caller_the_group_is_threaded
a_partition_s_CPUs_are_had_inside_it
without_delegation_it_is_said_and_affinity_serves
where_there_is_no_cpuset_it_is_said
narrower_nodes_are_a_warning_and_with_strict_an_error
the_caller_stays_in_its_own_cgroup
what_is_left_in_the_group_is_killed
what_is_left_in_a_threaded_group_is_killed
what_was_moved_into_the_group_is_killed_with_it
groups_that_the_command_made_go_with_ours
a_sandbox_in_a_sandbox_has_its_own_group
groups_of_nested_sandboxes_are_swept
only_groups_of_dead_makers_are_swept
kill_of_the_guardian
kill_of_the_init
kill_of_the_command
kill_of_the_guardian_without_namespaces
kill_of_the_init_without_namespaces
kill_of_the_command_without_namespaces
kill_of_guardian_and_init_at_once_without_namespaces
kill_of_guardian_and_init_at_once_in_a_threaded_group
kill_of_a_user_s_guardian
kill_of_a_user_s_init
a_frozen_group_ends_as_well
a_cpuset_that_is_changed_meanwhile_is_said
a_group_that_is_taken_away_is_no_hang
a_write_that_hangs_is_given_up
the_plan_of_ktstr_lock_is_what_is_in_effect
the_cgroup_is_gone_before_the_lock_is_free
'
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

under_the_root_CPUs_and_nodes_are_in_effect() {
	sandbox --strict --cpus 2-3 --mems 1 -- sh -c "$show" >$lines
	has 'group  ours'
	has 'cpus 2-3'
	has 'mems 1'
	has 'allowed 2-3'
	has 'nodes 1'
	has 'type domain'
	no_groups
	cat $cg/cgroup.subtree_control >$lines
	lacks cpuset # as it was before
	sandbox --strict --cpus 1 -- sh -c "$show" >$lines
	has 'cpus 1'
	has 'mems 0-1'
}

beside_the_caller_in_its_parent() {
	new_parent p
	in_group $cg/p/job ktstr-sandbox --strict --cpus 0,2 --mems 0-1 -- sh -c "$show" >$lines
	has 'group /p ours'
	has 'cpus 0,2'
	has 'mems 0-1'
	has 'type domain'
}

a_user_gets_a_place_in_a_parent_that_is_his() {
	new_parent u
	give $cg/u
	give $cg/u/job
	in_group $cg/u/job $user ktstr-sandbox --strict --cpus 3 --mems 1 -- sh -c "id -u; $show" >$lines
	has 65534
	has 'group /u ours'
	has 'cpus 3'
	has 'mems 1'
}

# A caller, as a user whose own group is his and nothing else.
threaded_caller() {
	new_parent q
	echo +cpuset >$cg/q/cgroup.subtree_control
	give $cg/q/job
}
threaded="in_group $cg/q/job $user"
a_threaded_child_where_the_parent_is_not_ours() {
	threaded_caller
	$threaded ktstr-sandbox --strict --cpus 2-3 --mems 1 -- sh -c "$show" >$lines
	has 'group /q/job ours'
	has 'type threaded'
	has 'cpus 2-3'
	has 'mems 1'
	has 'nodes 1'
	[ -z "$(cat $cg/q/job/cgroup.subtree_control)" ] # as it was before
	[ "$(cat $cg/q/job/cgroup.type)" = domain ]
}

beside_a_threaded_caller_the_group_is_threaded() {
	threaded_caller
	$threaded ktstr-sandbox --strict --cpus 2-3 -- \
		ktstr-sandbox --strict --cpus 2 -- sh -c "$show" >$lines
	has 'group /q/job ours'
	has 'type threaded'
	has 'cpus 2'
}

a_partition_s_CPUs_are_had_inside_it() {
	new_parent part
	rmdir $cg/part/job
	echo 2-3 >$cg/part/cpuset.cpus
	echo root >$cg/part/cpuset.cpus.partition
	[ "$(cat $cg/part/cpuset.cpus.partition)" = root ]
	in_group $cg/part ktstr-sandbox --strict --cpus 3 -- sh -c "$show" >$lines
	has 'group /part ours'
	has 'cpus 3'
}

without_delegation_it_is_said_and_affinity_serves() {
	new_parent u
	in_group $cg/u/job $user ktstr-sandbox --cpus 3 --mems 1 -- grep -h . /proc/self/status /proc/self/numa_maps >$lines 2>/tmp/err
	cat /tmp/err
	[ "$(wc -l </tmp/err)" = 1 ]
	grep -q 'no cpuset cgroup (permission-denied: .*CPU affinity and memory policy instead$' /tmp/err
	like '^Cpus_allowed_list:.3$'
	like ' bind:1 '
	status=0
	in_group $cg/u/job $user ktstr-sandbox --strict --cpus 3 -- echo ran >$lines 2>/tmp/err || status=$?
	[ $status = 125 ]
	lacks ran
	grep -q 'no cpuset cgroup (permission-denied: .*Delegate=' /tmp/err
}

where_there_is_no_cpuset_it_is_said() {
	mkdir -p $cg/n/job # nobody passes cpuset on, nobody may
	in_group $cg/n/job $user ktstr-sandbox --cpus 3 -- sh -c "$show" >$lines 2>&1
	like '^ktstr-sandbox: no cpuset cgroup (no-cpuset-controller: '
	has 'allowed 3'
}

narrower_nodes_are_a_warning_and_with_strict_an_error() {
	new_parent p
	echo 0 >$cg/p/cpuset.mems
	in_group $cg/p/job ktstr-sandbox --cpus 3 --mems 1 -- sh -c "$show" >$lines 2>&1
	like "^ktstr-sandbox: no cpuset cgroup (cpuset-differs: cpuset.mems.effective is '0', not '1')"
	has 'allowed 3'
	has 'nodes 0'
	no_groups
	status=0
	in_group $cg/p/job ktstr-sandbox --strict --cpus 3 --mems 1 -- echo ran >$lines 2>&1 || status=$?
	[ $status = 125 ]
	like 'cpuset-differs.*--strict; one of these helps'
	no_groups
	[ -z "$(cat $cg/p/job/cgroup.subtree_control)" ]
}

the_caller_stays_in_its_own_cgroup() {
	new_parent p
	in_group $cg/p/job sh -c 'ktstr-sandbox --strict --cpus 1 -- true; cat /proc/self/cgroup' >$lines
	has 0::/p/job
}

what_is_left_in_the_group_is_killed() {
	no_namespaces
	status=0
	sandbox --strict --cpus 1 -- sh -c "$left; exit 7" || status=$?
	[ $status = 7 ]
	nothing_runs
	no_groups
}

what_is_left_in_a_threaded_group_is_killed() {
	no_namespaces
	threaded_caller
	status=0
	$threaded ktstr-sandbox --strict --cpus 1 -- sh -c "$left; exit 7" || status=$?
	[ $status = 7 ]
	nothing_runs
	no_groups
}

# No child of ours: cgroup.kill, or the list of a threaded group, has it.
what_was_moved_into_the_group_is_killed_with_it() {
	threaded_caller
	for caller in '' "$threaded"; do
		$caller sleep $mark &
		rm -f /tmp/started
		$caller ktstr-sandbox --strict --cpus 1 -- sh -c ": >/tmp/started; sleep 0.5" &
		until_true test -e /tmp/started
		sleepers >"$(groups)/cgroup.procs"
		wait $!
		nothing_runs
		no_groups
	done
}

groups_that_the_command_made_go_with_ours() {
	sandbox --strict --cpus 1 -- sh -c "cd $cg\$(sed s/^0::// /proc/self/cgroup) &&
		mkdir -p a/b/c d && sleep $mark & sleep 0.1
		cd $cg\$(sed s/^0::// /proc/self/cgroup); echo \$! >a/b/cgroup.procs; echo 1 >a/b/cgroup.freeze"
	nothing_runs
	no_groups
}

a_sandbox_in_a_sandbox_has_its_own_group() {
	ktstr-sandbox --strict --cpus 2-3 -- sh -c "$show
		ktstr-sandbox --strict --cpus 3 --mems 1 -- sh -c '$show' | sed 's/^/inner /'" >$lines
	has 'cpus 2-3'
	has 'inner cpus 3'
	has 'inner mems 1'
	no_groups
}

# The maker of the inner group is in a PID namespace that ends with the outer.
groups_of_nested_sandboxes_are_swept() {
	start_work ktstr-sandbox --strict --cpus 2-3 --
	[ "$(groups | wc -l)" = 2 ]
	kill -9 $guardian
	all_ends
}

only_groups_of_dead_makers_are_swept() {
	ns=$(stat -Lc %i /proc/self/ns/pid 2>/dev/null || echo 0)
	start=$(cut -d' ' -f22 /proc/1/stat)
	mkdir "$cg/ktstr-sandbox-1-$start-$ns" "$cg/ktstr-sandbox-1-$((start + 1))-$ns" \
		"$cg/ktstr-sandbox-99999999-1-$ns" $cg/ktstr-sandbox-x
	ktstr-sandbox --strict --cpus 1 -- true
	groups | sort >$lines
	rmdir "$cg/ktstr-sandbox-1-$start-$ns" $cg/ktstr-sandbox-x
	has "$cg/ktstr-sandbox-1-$start-$ns"
	has "$cg/ktstr-sandbox-x"
	[ "$(wc -l <$lines)" = 2 ]
}

kill_of_the_guardian() {
	with_namespaces
	start_work
	kill -STOP "$init" # the kernel does it, not the init
	kill -9 $guardian
	all_ends
}
kill_of_the_init() {
	with_namespaces
	start_work
	kill -9 "$init"
	until_true no_groups # its guardian removes it
	all_ends
}
kill_of_the_command() {
	with_namespaces
	start_work
	kill -9 "$command"
	until_true no_groups
	all_ends
}
kill_of_the_guardian_without_namespaces() {
	no_namespaces
	start_work
	kill -9 $guardian
	all_ends
}
kill_of_the_init_without_namespaces() {
	no_namespaces
	start_work
	kill -9 "$init"
	until_true no_groups
	all_ends
}
kill_of_the_command_without_namespaces() {
	no_namespaces
	start_work
	kill -9 "$command"
	until_true no_groups
	all_ends
}
# Some may survive this; the next sandbox, or its sweep, kills them.
kill_of_guardian_and_init_at_once_without_namespaces() {
	no_namespaces
	start_work
	kill -STOP "$init"
	kill -9 $guardian "$init"
	ktstr-sandbox --strict --cpus 2-3 -- true
	no_groups
	nothing_runs
}
kill_of_guardian_and_init_at_once_in_a_threaded_group() {
	no_namespaces
	threaded_caller
	start_work $threaded
	[ "$(cat $cg/q/job/ktstr-sandbox-*/cgroup.type)" = threaded ]
	kill -STOP "$init"
	kill -9 $guardian "$init"
	$threaded ktstr-sandbox --strict --cpus 2-3 -- true
	no_groups
	nothing_runs
}
users_caller() {
	with_user_namespaces
	new_parent u
	give $cg/u
	give $cg/u/job
}
users="in_group $cg/u/job $user"
kill_of_a_user_s_guardian() {
	users_caller
	start_work $users
	kill -STOP "$init"
	kill -9 $guardian
	all_ends $users
}
kill_of_a_user_s_init() {
	users_caller
	start_work $users
	kill -9 "$init"
	until_true no_groups
	all_ends $users
}

a_frozen_group_ends_as_well() {
	start_work
	echo 1 >"$(groups)/cgroup.freeze"
	until_true grep -q 'frozen 1' "$(groups)/cgroup.events"
	kill -9 $guardian
	# without a namespace it is the init that would have to kill, frozen too
	[ -e /proc/self/ns/pid ] || ktstr-sandbox --strict --cpus 2-3 -- true
	all_ends
	start_work
	echo 1 >"$(groups)/cgroup.freeze"
	kill -9 "$init"
	until_true no_groups
	all_ends
}

a_cpuset_that_is_changed_meanwhile_is_said() {
	new_parent p
	in_group $cg/p/job ktstr-sandbox --strict --cpus 2-3 -- \
		sh -c "echo 3 >$cg/p/cpuset.cpus; $show" >$lines 2>&1
	has 'cpus 3'
	has "ktstr-sandbox: the cgroup was changed while the command ran: cpuset.cpus.effective is '3', not '2-3'"
	no_groups
}

a_group_that_is_taken_away_is_no_hang() {
	ktstr-sandbox --strict --cpus 2-3 -- sh -c "g=$cg\$(sed s/^0::// /proc/self/cgroup)
		for p in \$(cat \$g/cgroup.procs); do echo \$p >$cg/cgroup.procs; done 2>/dev/null
		echo \$\$ >$cg/cgroup.procs; rmdir \$g && echo away" >$lines
	has away
	no_groups
}

a_write_that_hangs_is_given_up() {
	new_parent p
	mkfifo /tmp/fifo # nobody reads it: who writes waits in open(2)
	while :; do echo cpu >/tmp/fifo; done &
	mount --bind /tmp/fifo $cg/p/cgroup.subtree_control
	mount --bind /tmp/fifo $cg/p/job/cgroup.subtree_control
	status=0 before=$(cut -d. -f1 /proc/uptime)
	in_group $cg/p/job ktstr-sandbox --cpus 3 -- sh -c "$show" >$lines 2>&1 || status=$?
	after=$(cut -d. -f1 /proc/uptime)
	kill $!
	umount $cg/p/cgroup.subtree_control $cg/p/job/cgroup.subtree_control
	[ $status = 0 ]
	[ $((after - before)) -lt 20 ] # of the guest's clock; 2 are given
	like 'no cpuset cgroup (subtree-control-refused: cannot pass cpuset on in .*: Connection timed out)'
	has 'allowed 3'
	no_groups
}

the_plan_of_ktstr_lock_is_what_is_in_effect() {
	KTSTR_LOCK_DIR=/tmp/locks ktstr-lock cpus --cap 2 -- ktstr-sandbox --strict -- \
		sh -c "echo \$KTSTR_CPUS; echo \$KTSTR_MEMS; $show" >$lines
	has "cpus $(sed -n 1p $lines)"
	has "mems $(sed -n 2p $lines)"
	[ "$(sed -n 1p $lines)" = 0-1 ] # the two LLCs of one node
	[ "$(sed -n 2p $lines)" = 0 ]
}

the_cgroup_is_gone_before_the_lock_is_free() {
	mkdir -p /tmp/tree
	ktstr-lock source /tmp/tree -- ktstr-sandbox --strict --cpus 1 -- \
		sh -c "$left; : >/tmp/started; sleep 0.5" &
	until_true test -e /tmp/started
	echo "find $cg -name 'ktstr-sandbox-*'; ps -o args" >/tmp/look
	ktstr-lock source /tmp/tree -- sh /tmp/look >$lines 2>/dev/null
	lacks ktstr-sandbox-
	lacks "sleep $mark"
}

# Back to how the machine was; what a check left behind is its failure.
clean() {
	left=$(groups)
	for i in $(sleepers); do kill -9 "$i"; done
	[ ! -e /proc/sys/user/max_pid_namespaces ] || echo 1000 >/proc/sys/user/max_pid_namespaces
	for i in 1 2 3; do
		find $cg -depth -mindepth 1 -type d -exec rmdir {} + 2>/dev/null
	done
	echo -cpuset >$cg/cgroup.subtree_control
	rm -rf /tmp/fifo /tmp/started
	[ -z "$left" ] || {
		echo "left behind: $left"
		return 1
	}
}

if [ "${1-}" = run ]; then
	set -eu
	s=0
	trap 's=$?; clean || s=1; exit $s' EXIT
	"$2"
	exit
fi
busybox --install -s /bin
# The caller's group is its first word; it becomes the rest.
cat >/bin/in_group <<'END'
#!/bin/busybox sh
echo $$ >"$1/cgroup.procs" && shift && exec "$@"
END
chmod 755 /bin/in_group
checks=$(echo "$checks" | grep -- "${1-.}") # a word: only those with it
echo "1..$(echo "$checks" | grep -c .)"
n=0
for name in $checks; do
	n=$((n + 1))
	status=0
	sh "$0" run "$name" >/tmp/log 2>&1 || status=$?
	words=$(echo "$name" | tr _ ' ')
	case $status in
	0) echo "ok $n - $words" ;;
	77) echo "ok $n - $words # skip $(sed -n 's/^skip: //p' /tmp/log)" ;;
	*)
		echo "not ok $n - $words"
		echo "exit status $status" | cat - /tmp/log | sed 's/^/# /'
		;;
	esac
done
echo "# done"
