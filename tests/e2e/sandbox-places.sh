# SPDX-License-Identifier: GPL-2.0-or-later
# Checks of sandbox-guest.sh: where the cgroup is, and what is in effect there.
# shellcheck shell=dash disable=SC2016,SC2086,SC2154 # code for other shells; words; sandbox-guest.sh has them

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
	in_group $cg/p/job env KTSTR_MEMS=1 ktstr-sandbox --cpus 3 -- sh -c "$show" >$lines 2>&1
	like "^ktstr-sandbox: no cpuset cgroup (cpuset-differs: cpuset.mems.effective is '0', not '1')"
	has 'allowed 3'
	has 'nodes 0'
	no_groups
	status=0
	in_group $cg/p/job env KTSTR_MEMS=1 ktstr-sandbox --strict --cpus 3 -- echo ran >$lines 2>&1 || status=$?
	[ $status = 125 ]
	like 'cpuset-differs.*--strict; one of these helps'
	no_groups
	# what is asked for by name is had, or it is an error
	status=0
	in_group $cg/p/job ktstr-sandbox --cpus 3 --mems 1 -- echo ran >$lines 2>&1 || status=$?
	[ $status = 2 ]
	like '^ktstr-sandbox: NUMA nodes 1 cannot be had: this process may use 0$'
	[ -z "$(cat $cg/p/job/cgroup.subtree_control)" ]
}

the_caller_stays_in_its_own_cgroup() {
	new_parent p
	in_group $cg/p/job sh -c 'ktstr-sandbox --strict --cpus 1 -- true; cat /proc/self/cgroup' >$lines
	has 0::/p/job
}
