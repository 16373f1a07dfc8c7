/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/lib/spec/test.h"

#include <errno.h>

#include "tests/unit/t.h"
#include "tools/lib/words.h"

#define MS   1000000LL
#define CG   "[cgroup a]\n"
#define CG2  CG "[cgroup b]\n"
#define STEP CG2 "[step s]\n"

static struct test parse(const char *text)
{
	struct diag d = { 0 };
	struct test t;

	CHECK_INT(test_parse("dir/t.test", text, &d, &t), 0);
	if (d.count)
		printf("# %s\n", d.out.text);
	CHECK_INT(d.count, 0);
	return t;
}

TEST(the_least_test_has_the_defaults)
{
	struct test t = parse(CG);

	CHECK(strcmp(t.name, "t") == 0);
	CHECK(!t.scheduler && !t.description && !t.has_topology);
	CHECK_INT(t.duration_ns, 2000 * MS);
	CHECK_INT(t.settle_ns, 500 * MS);
	CHECK_INT(t.workers, 2);
	CHECK_INT(t.min_nodes, 1);
	CHECK_INT(t.max_nodes, 1);
	CHECK_INT(t.max_llcs, 12);
	CHECK_INT(t.max_cpus, 192);
	CHECK_INT(t.cgroup_count, 1);
	CHECK_INT(t.cgroup[0].work_count, 0);
	CHECK_INT(t.step_count, 1);
	CHECK(strcmp(t.step[0].name, "run") == 0);
	CHECK(t.step[0].hold.is_share && t.step[0].hold.share == 1);
	test_done(&t);
	test_done(&t);
}

TEST(reads_a_whole_test)
{
	struct test t = parse(
		"format = 1\n[test]\n"
		"description = halves of the machine change owner\n"
		"scheduler = qmap\ntopology = 2n4l4c2t\nduration = 4s\n"
		"settle = 0\nworkers = 3\nmemory = 2G\n"
		"min-nodes = 2\nmin-llcs = 2\nmin-cpus = 8\nmax-cpus = 64\n"
		"requires-smt = yes\nrequired-flags = a b\n"
		"required-flags = c\nexcluded-flags = d\ntags = x y\n"
		"args = -s '1 2'\nexpect = fail check-failed max-gap\n"
		"[cgroup left]\ncpuset = disjoint 0/2\n"
		"work = cpu-spin workers=4 nice=-5\nwork = pipe-io workers=2 "
		"spin=7\n"
		"[cgroup right]\ncpuset = overlap 1/2 0.25\n"
		"work = bursty workers=2 burst=20ms sleep=30ms policy=rr:9 "
		"affinity=cpus:0-1,4\n"
		"[cgroup top]\nwork = none\n"
		"[step one]\nswap-cpusets = left right\n"
		"set-cpuset = left range 0 0.5\nset-affinity = left random\n"
		"hold = 50%\n"
		"[cgroup top/late]\ncpuset = cpus 0-3\n"
		"[step two]\nclear-cpuset = left\nmove-tasks = left right\n"
		"stop-cgroup = right\nremove-cgroup = left\nhold = 250ms\n"
		"[check]\nisolation = yes\nmax-gap = none\n");

	CHECK(strcmp(t.scheduler, "qmap") == 0);
	CHECK_INT(t.topology.threads, 2);
	CHECK_INT(t.duration_ns, 4000 * MS);
	CHECK_INT(t.settle_ns, 0);
	CHECK_INT(t.memory_mib, 2048);
	CHECK_INT(t.min_nodes, 2);
	CHECK_INT(t.max_nodes, 64); /* lifted: it was not written */
	CHECK_INT(t.max_llcs, 12);
	CHECK(t.requires_smt);
	CHECK(strcmp(t.expect.class, "check-failed") == 0);
	CHECK(t.expect.has_check);
	CHECK_INT(t.expect.check, CHECK_MAX_GAP);
	CHECK_INT(words_count(t.required_flags), 3);
	CHECK_INT(words_count(t.tags), 2);
	CHECK(strcmp(t.extra_args[1], "1 2") == 0);
	CHECK_INT(t.cgroup_count, 3);
	CHECK_INT(t.cgroup[0].cpuset.kind, CPUSET_DISJOINT);
	CHECK_INT(t.cgroup[0].cpuset.of, 2);
	CHECK_INT(t.cgroup[0].work_count, 2);
	CHECK(amount_is_set(&t.cgroup[0].work[0].workers));
	CHECK_INT(t.cgroup[0].work[0].nice, -5);
	CHECK_INT(t.cgroup[0].work[1].type, WORK_PIPE_IO);
	CHECK_INT(t.cgroup[0].work[1].spin, 7);
	CHECK(t.cgroup[1].cpuset.from == 0.25);
	const struct work *w = t.cgroup[1].work;
	CHECK_INT(w->burst_ns, 20 * MS);
	CHECK_INT(w->sleep_ns, 30 * MS);
	CHECK_INT(w->policy, POLICY_RR);
	CHECK_INT(w->priority, 9);
	CHECK_INT(w->affinity.kind, AFFINITY_EXACT);
	CHECK_INT(CPU_COUNT(&w->affinity.exact), 3);
	CHECK(t.cgroup[2].empty);
	CHECK_INT(t.step_count, 2);
	CHECK_INT(t.step[0].op_count, 3);
	CHECK_INT(t.step[0].op[1].kind, OP_SET_CPUSET);
	CHECK(t.step[0].op[1].cpuset.to == 0.5);
	CHECK_INT(t.step[0].op[2].affinity.kind, AFFINITY_RANDOM);
	CHECK(t.step[0].hold.is_share && t.step[0].hold.share == 0.5);
	CHECK_INT(t.step[0].cgroup_count, 1);
	CHECK_INT(t.step[1].hold.ns, 250 * MS);
	CHECK(strcmp(t.step[1].op[1].other, "right") == 0);
	CHECK(t.check.value[CHECK_MAX_GAP].off);
	test_done(&t);
}

static const struct {
	const char *text, *want;
} bad[] = {
	/* sections and keys */
	{ "", "nothing would run" },
	{ "[cgroup a]\nwork = none\n", "nothing would run" },
	{ "[cgruop a]\n", "did you mean 'cgroup'?" },
	{ "[backdrop]\n" CG, "section 'backdrop' is not built yet" },
	{ "[test x]\n" CG, "[test] takes no name" },
	{ "[test]\n[test]\n" CG, "a second [test] section" },
	{ "[test]\nduratoin = 1s\n" CG, "did you mean 'duration'?" },
	{ "[test]\nworkloads = fio\n" CG, "'workloads' is not built yet" },
	{ "[test]\nduration = 1s\nduration = 2s\n" CG, "is given twice" },
	{ "[test]\nduration =\n" CG, "'duration' needs a value" },
	/* values of [test] */
	{ "[test]\nduration = 5\n" CG, "is a time with its unit" },
	{ "[test]\nduration = 9ms\n" CG, "is from 10ms to 1h, not '9ms'" },
	{ "[test]\nauto-repro = perhaps\n" CG, "is yes or no" },
	{ "[test]\nworkers = 0\n" CG, "is a number from 1 to 1024" },
	{ "[test]\nmemory = 512\n" CG, "with its unit M or G" },
	{ "[test]\nmemory = 1M\n" CG, "with its unit M or G" },
	{ "[test]\ntopology = 2n3l2c1t\n" CG, "3 LLCs cannot be divided" },
	{ "[test]\nmin-llcs = 4\nmax-llcs = 2\n" CG,
	  "min-llcs 4 is above max-llcs 2" },
	{ "[test]\nmin-llcs = 2\ntopology = 1n1l4c1t\n" CG,
	  "fewer than min-llcs 2" },
	{ "[test]\nrequires-smt = yes\ntopology = 1n1l4c1t\n" CG,
	  "a core with two threads online" },
	{ "[test]\nrequires-smt = yes\ntopology = 1n1l2c2t threads=1,1\n" CG,
	  "a core with two threads online" },
	{ "[test]\nrequires-smt = yes\ntopology = 1n1l2c2t offline=1,3\n" CG,
	  "a core with two threads online" },
	{ "[test]\nrequired-flags = a\nexcluded-flags = b a\n" CG,
	  "flag 'a' is both required and excluded" },
	{ "[test]\nrequired-flags = a a\n" CG, "flag 'a' is named twice" },
	{ "[test]\nscheduler = none\nrequired-flags = a\n" CG,
	  "'scheduler = none' has no flags" },
	{ "[test]\nscheduler = none\nargs = -x\n" CG, "takes no arguments" },
	{ "[test]\nscheduler = a/b\n" CG, "is the name of a .sched file" },
	{ "[test]\nexpect = maybe\n" CG, "is pass, or fail and the class" },
	/* cgroups */
	{ "[cgroup]\n", "a cgroup needs a name" },
	{ "[cgroup a.b]\n", "is no name of a cgroup" },
	{ "[cgroup ../a]\n", "is no name of a cgroup" },
	{ "[cgroup a//b]\n", "is no name of a cgroup" },
	{ CG CG, "a second cgroup 'a', the first is in line 1" },
	{ "[cgroup a/b]\n", "needs its parent first" },
	{ CG "[cgroup a/b]\n", "which has workers" },
	{ CG "work = none\nwork = mixed\n", "both 'work = none' and work" },
	{ CG "work = mixed\nwork = none\n", "both 'work = none' and work" },
	{ CG "cpuset = llc\n", "this cpuset is written 'llc I'" },
	{ CG "cpuset =\n", "a cpuset is missing" },
	{ CG "cpuset = llcs 1\n", "did you mean 'llc'?" },
	{ CG "cpuset = range 0.5 0.5\n", "a range ends above its start" },
	{ CG "cpuset = range 0.5 1.5\n", "a share is a number from 0 to 1" },
	{ CG "cpuset = range 0.5 .9\n", "a share is a number from 0 to 1" },
	{ CG "cpuset = disjoint 2/2\n", "this share is a number from 0 to 1" },
	{ CG "cpuset = disjoint 0/0\n", "the number of shares is a number" },
	{ CG "cpuset = disjoint 1\n", "a share is written I/OF" },
	{ CG "cpuset = overlap 0/2\n", "written 'overlap I/OF F'" },
	{ CG "cpuset = cpus 3-1\n", "is no list of CPUs" },
	{ CG "cpuset = cpus 9999\n", "is above 1023" },
	/* work */
	{ CG "work = cpu-spn\n", "did you mean 'cpu-spin'?" },
	{ CG "work = futex-fan-out\n", "the test's 'workers' is 2" },
	{ CG "work = sequence\n", "needs its phases" },
	{ CG "work = exec\n", "needs a program" },
	{ CG "work = exec once=yes 'a b\n", "quote is not closed" },
	{ CG "work = mixed mem=bind\n", "'bind' needs its nodes" },
	{ CG "work = mixed mem-flags=static\n", "'mem-flags' needs 'mem'" },
	{ CG "work = cache-yield size=1K stride=2000\n",
	  "the stride is larger than the memory" },
	{ CG "work =\n", "'work' needs a type" },
	{ CG "work = mixed workers\n", "option=value" },
	{ CG "work = mixed wrokers=1\n", "did you mean 'workers'?" },
	{ CG "work = mixed workers=0\n", "'workers' is a number" },
	{ CG "work = mixed workers=1 workers=2\n", "is given twice" },
	{ CG "work = mixed burst=1ms\n", "'mixed' has no 'burst'" },
	{ CG "work = bursty burst=0\n", "burst is from 10us to 1m" },
	{ CG "work = pipe-io workers=3\n", "of 3 workers some would be left" },
	{ "[test]\nworkers = 3\n" CG "work = pipe-io\n",
	  "the test's 'workers' is 3" },
	{ CG "work = mixed policy=fifo:0\n", "a number from 1 to 96" },
	{ CG "work = mixed policy=fifo:97\n", "a number from 1 to 96" },
	{ CG "work = mixed policy=batch:1\n", "has no priority" },
	{ CG "work = mixed policy=other\n", "unknown policy 'other'" },
	{ CG "work = mixed nice=20\n", "from -20 to 19" },
	{ CG "work = mixed nice=-21\n", "from -20 to 19" },
	{ CG "work = mixed nice=-\n", "from -20 to 19" },
	{ CG "work = mixed nice=1 policy=rr\n", "means nothing" },
	{ CG "work = mixed affinity=cpus:\n", "list of CPUs is empty" },
	{ CG "work = mixed affinity=sngle\n", "did you mean 'single'?" },
	/* steps */
	{ CG "[step]\n", "a step needs a name" },
	{ CG "[step a]\nhold = 1s\n[step a]\nhold = 1s\n",
	  "a second step 'a', the first is in line 2" },
	{ CG "[step a]\nhold = 1s\n[step b]\n", "step 'b' needs a hold" },
	{ STEP "hold = 0\n", "'hold' is from 1ms to 1h" },
	{ STEP "hold = 0%\n", "a share of the duration above 0%" },
	{ STEP "hold = half\n", "'hold' is a time with its unit" },
	{ STEP "hold = loop 1s\n", "this step has none" },
	{ STEP "hold = 1s\nstop-cgroup = a\n", "write 'stop-cgroup' above it" },
	{ STEP "run-payload = a\n", "there is no [payload a]" },
	{ STEP "stop-cgruop = a\n", "did you mean 'stop-cgroup'?" },
	{ STEP "swap-cpusets = a\n", "written 'swap-cpusets = CGROUP CGROUP'" },
	{ STEP "stop-cgroup =\n", "written 'stop-cgroup = CGROUP'" },
	{ STEP "set-cpuset = a\n", "a cpuset is missing" },
	{ STEP "move-tasks = a a\n", "with itself changes nothing" },
	{ STEP "set-affinity = a inherit\n", "changes nothing here" },
	/* what a step finds */
	{ STEP "stop-cgroup = c\n", "no cgroup 'c' at this point" },
	{ CG "[step s]\nstop-cgroup = late\n[cgroup late]\n",
	  "no cgroup 'late' at this point" },
	{ STEP "remove-cgroup = a\nstop-cgroup = a\n",
	  "cgroup 'a' is gone, line 4 removed it" },
	{ STEP "stop-cgroup = a\nset-affinity = a llc\n",
	  "'a' has no workers at this point" },
	{ STEP "move-tasks = a b\nmove-tasks = a b\n",
	  "'a' has no workers at this point" },
	{ STEP "swap-cpusets = a b\n", "'a' has no cpuset at this point" },
	{ STEP "clear-cpuset = a\n", "'a' has no cpuset at this point" },
	{ "[cgroup p]\nwork = none\n[cgroup p/c]\n" CG
	  "[step s]\nremove-cgroup = p\n",
	  "cannot be removed while 'p/c' is in it" },
	{ "[cgroup p]\nwork = none\n[cgroup p/c]\n" CG
	  "[step s]\nmove-tasks = a p\n",
	  "holds either children or processes" },
	{ CG "[check]\nisolation = yes\n", "no cgroup has a cpuset" },
	{ CG "[check]\nmax-spred = 1%\n", "did you mean 'max-spread'?" },
};

TEST(a_run_lasts_as_long_as_it_settles_and_holds)
{
	static const char text[] =
		"[test]\nduration = 2s\nsettle = 250ms\n[cgroup a]\n"
		"[step x]\nhold = 150%\n[step y]\nhold = 10s\n";
	struct diag d = { 0 };
	struct test t;

	CHECK_INT(test_parse("t.test", text, &d, &t), 0);
	CHECK_INT(d.count, 0);
	CHECK_INT(test_hold_ns(&t, &t.step[0]), 3000000000);
	CHECK_INT(test_run_ns(&t), 13250000000);
	test_done(&t);
	diag_done(&d);
}

TEST(complaints_name_the_cause)
{
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct diag d = { 0 };
		struct test t;

		CHECK_INT(test_parse("t.test", bad[i].text, &d, &t), 0);
		if (!strstr(str_text(&d.out), bad[i].want))
			printf("# wanted: %s\n# got: %s\n", bad[i].want,
			       str_text(&d.out));
		CHECK(d.count >= 1);
		CHECK(strstr(str_text(&d.out), bad[i].want));
		test_done(&t);
		diag_done(&d);
	}
}

/* One mistake, one complaint. */
TEST(nothing_is_complained_of_twice)
{
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct diag d = { 0 };
		struct test t;

		CHECK_INT(test_parse("t.test", bad[i].text, &d, &t), 0);
		if (d.count > 2)
			printf("# %s", d.out.text);
		CHECK(d.count <= 2);
		test_done(&t);
		diag_done(&d);
	}
}

TEST(all_complaints_come_at_once)
{
	struct diag d = { 0 };
	struct test t;

	CHECK_INT(test_parse("t.test",
			     "[test]\nduration = 5\nworkers = 0\n" CG
			     "work = x\n[step s]\nhold = 0%\n[step t]\n"
			     "stop-cgroup = b\n",
			     &d, &t),
		  0);
	CHECK_INT(d.count, 6);
	test_done(&t);
	diag_done(&d);
}

TEST(a_name_must_fit_into_a_variant)
{
	static const char *const path[] = { "a b.test", "-x.test", ".test",
					    "$x.test", "a:b.test" };

	for (size_t i = 0; i < sizeof(path) / sizeof(path[0]); i++) {
		struct diag d = { 0 };
		struct test t;

		CHECK_INT(test_parse(path[i], CG, &d, &t), 0);
		CHECK_INT(d.count, 1);
		test_done(&t);
		diag_done(&d);
	}
}

TEST(a_test_that_does_not_fit_is_told)
{
	static const struct {
		const char *text, *want; /* NULL: fits */
	} row[] = {
		{ CG "cpuset = llc 1\n", NULL },
		{ CG "cpuset = llc 2\n", "t.test:2:10: on 1n2l4c1t: there is "
					 "no LLC 2: the machine has 2" },
		{ CG "cpuset = disjoint 0/8\n", "cannot be shared among 8" },
		{ CG "cpuset = cpus 7-8\n", "the machine has no CPU 8" },
		{ CG "cpuset = llc 0\nwork = mixed affinity=cpus:4\n",
		  "no CPU of the affinity is in" },
		{ STEP "set-cpuset = a numa 1\n", "there is no NUMA node 1" },
		{ STEP "set-affinity = a cpus:8\n", "no CPU of the affinity" },
		{ STEP "[cgroup c]\ncpuset = llc 3\n", "there is no LLC 3" },
		{ "[cgroup p]\ncpuset = llc 0\nwork = none\n[cgroup p/c]\n"
		  "cpuset = llc 1\n",
		  "in the cpuset of 'p', its parent" },
	};
	struct topology m;

	CHECK_INT(topology_parse("1n2l4c1t", &m, NULL), 0);
	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		struct diag d = { 0 };
		struct test t;

		CHECK_INT(test_parse("t.test", row[i].text, &d, &t), 0);
		CHECK_INT(d.count, 0);
		test_check_fit(&t, &m, &d);
		if (d.count)
			printf("# %s\n", d.out.text);
		CHECK_INT(d.count, row[i].want != NULL);
		CHECK(!row[i].want || strstr(d.out.text, row[i].want));
		test_done(&t);
		diag_done(&d);
	}
}
