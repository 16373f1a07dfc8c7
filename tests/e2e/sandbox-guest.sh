#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0-or-later
# sandbox-guest.sh - ktstr-sandbox in a guest that has cgroup v2, cpuset and two
# nodes: the real programs on a real kernel. TAP on standard output.
#
# Machine: 2n4l1c1t, so CPUs 0-1 are on node 0 and CPUs 2-3 on node 1. A check
# is a function of sandbox-places.sh or sandbox-ends.sh, run in a shell of its own
# with -eu; its name is what it shows. "skip REASON" ends it. sandbox.bats has a
# test for each.
# shellcheck shell=dash disable=SC1091,SC2016,SC2034,SC2086,SC2154,SC2317 # code for other shells; words; called by name
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
. /sandbox-common.sh
. /sandbox-places.sh
. /sandbox-ends.sh

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
