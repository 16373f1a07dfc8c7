/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests that are followed beforehand: what is right, and what a machine lacks.
 * What is refused everywhere stands in tests/diagnostics. */
#include "tests/unit/t.h"
#include "tools/lib/spec/test.h"

#define TWO "[cgroup a]\ncpuset = llc 0\n[cgroup b]\ncpuset = llc 1\n"

/* What is said about @text on 1n2l4c1t; NULL: nothing. */
static void check(const char *text, const char *want)
{
	struct topology machine;
	struct diag d = { 0 };
	struct test t;

	CHECK_INT(topology_parse("1n2l4c1t", &machine, NULL), 0);
	CHECK_INT(test_parse("t.test", text, &d, &t), 0);
	if (d.count)
		printf("# %s\n", str_text(&d.out));
	CHECK_INT(d.count, 0);
	test_check_fit(&t, &machine, &d);
	if (d.count != (want != NULL) ||
	    (want && !strstr(str_text(&d.out), want)))
		printf("# of '%s': %s\n", text, str_text(&d.out));
	CHECK_INT(d.count, want != NULL);
	CHECK(!want || strstr(str_text(&d.out), want));
	test_done(&t);
	diag_done(&d);
}

TEST(cgroups_of_ops_come_and_go)
{
	check("[cgroup a]\n[cgroup x]\nstart = op\ncopies = cpus\n"
	      "[step s]\nadd-cgroup = x\nremove-cgroup = x-3\n"
	      "add-cgroup = x\nstop-cgroup = x-3\nremove-cgroup = x\n"
	      "add-cgroup = x-1\nstop-cgroup = x\n",
	      NULL);
	check("[cgroup p]\nwork = none\n[cgroup p/x]\nstart = op\n"
	      "[step s]\nadd-cgroup = p/x\nremove-cgroup = p/x\n"
	      "spawn = p cpu-spin\n",
	      NULL);
}

TEST(a_loop_finds_again_what_it_found)
{
	check(TWO "[cgroup x]\nstart = op\n[step s]\nadd-cgroup = x\n"
		  "move-tasks = x a\nstop-cgroup = a\nspawn = a mixed\n"
		  "remove-cgroup = x\nswap-cpusets = a b\nfreeze = b\n"
		  "thaw = b\nhold = loop 10ms\n",
	      NULL);
	check(TWO "[step s]\nclear-cpuset = a\nset-cpuset = a llc 1\n"
		  "offline-cpus = llc 1\nonline-cpus = llc 1\n"
		  "hold = loop 10ms 50%\n",
	      NULL);
}

TEST(what_leaves_no_cpu_is_refused)
{
	check("[cgroup p]\ncpuset = cpus 0-3\nwork = none\n[cgroup p/c]\n"
	      "cpuset = cpus 2-3\n[step s]\nset-cpuset = p cpus 0-2\n",
	      NULL);
	check("[cgroup p]\ncpuset = cpus 0-3\nwork = none\n[cgroup p/c]\n"
	      "cpuset = cpus 2-3\n[step s]\nset-cpuset = p cpus 0-1\n",
	      "this leaves no CPU to cgroup 'p/c', which is below");
	check("[cgroup p]\ncpuset = cpus 0-3\nwork = none\n[cgroup p/c]\n"
	      "[step s]\nset-cpuset = p/c cpus 4-5\n",
	      "no CPU of this is in the cpuset of 'p', its parent");
	check(TWO "[step s]\nswap-cpusets = a b\nset-affinity = a cpus:4\n"
		  "set-affinity = b cpus:3\n",
	      NULL);
	check(TWO "[step s]\nswap-cpusets = a b\nset-affinity = a cpus:3\n",
	      "no CPU of the affinity is in the cgroup's cpuset");
}

TEST(cpus_that_are_offline_are_followed)
{
	/* The kernel lends what it has. */
	check("[cgroup a]\ncpuset = cpus 3\n[step s]\noffline-cpus = cpus 3\n"
	      "set-affinity = a cpus:2\n",
	      NULL);
	check("[cgroup a]\n[step s]\noffline-cpus = cpus 3\n"
	      "set-affinity = a cpus:3\n",
	      "no CPU of the affinity");
	check("[cgroup a]\n[step s]\noffline-cpus = cpus 3\n"
	      "online-cpus = range 0 1\nset-affinity = a cpus:3\n",
	      NULL);
	check("[cgroup a]\n[step s]\noffline-cpus = cpus 8\n",
	      "the machine has no CPU 8");
	check("[cgroup a]\n[step s]\noffline-cpus = range 0 1\n",
	      "CPU 0 is among these");
}

TEST(a_machine_bounds_workers_and_copies)
{
	check("[cgroup a]\ncopies = 64*cpus\nwork = cpu-spin workers=4\n",
	      NULL);
	check("[cgroup a]\ncopies = 64*cpus+1\n", "'copies' is 513");
	check("[cgroup a]\ncopies = 64*cpus\nwork = cpu-spin workers=4\n"
	      "[step s]\nspawn-host = cpu-spin workers=1\n",
	      "has 2049 workers, and 2048 is the most");
	check("[cgroup a]\ncopies = usable\ncpuset = each\n"
	      "work = cpu-spin workers=llcs\n",
	      NULL);
}

TEST(times_of_loops_and_waits_count)
{
	static const char text[] =
		"[test]\nduration = 2s\nsettle = 0\n[cgroup a]\n"
		"[step x]\nwait = 100ms\nhold = 400ms\n"
		"[step y]\nwait = 10ms\nhold = loop 50ms 25%\n"
		"[step z]\nwait = 20ms\nhold = loop 30ms\n";
	struct diag d = { 0 };
	struct test t;

	CHECK_INT(test_parse("t.test", text, &d, &t), 0);
	CHECK_INT(d.count, 0);
	CHECK_INT(t.step[1].hold.loop_ns, 50000000);
	CHECK_INT(test_hold_ns(&t, &t.step[1]), 500000000);
	/* What 500 ms and 500 ms leave of the duration. */
	CHECK_INT(test_hold_ns(&t, &t.step[2]), 1000000000);
	/* And one turn's waits, which may begin at the very end. */
	CHECK_INT(test_run_ns(&t), 2030000000);
	test_done(&t);
	diag_done(&d);
}
