# SPDX-License-Identifier: GPL-2.0-or-later
# Checks of sandbox-guest.sh: how it ends, by itself, by kills, and in the way of
# others.
# shellcheck shell=dash disable=SC2016,SC2086,SC2154 # code for other shells; words; sandbox-guest.sh has them

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
