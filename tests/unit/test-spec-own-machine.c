/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The machine of a test that is run by itself. */
#include "tests/unit/t.h"
#include "tools/lib/spec/test.h"

/* What a test with those lines in [test] has on a scheduler with that machine.
 */
static void check_own(const char *lines, const char *base, const char *want)
{
	struct topology sched, own;
	struct diag d = { 0 };
	char text[256], got[TOPOLOGY_TEXT_SIZE];
	struct test t;

	snprintf(text, sizeof(text), "[test]\n%s\n[cgroup a]\n", lines);
	CHECK_INT(test_parse("t.test", text, &d, &t), 0);
	CHECK_INT(d.count, 0);
	if (base)
		CHECK_INT(topology_parse(base, &sched, NULL), 0);
	own = test_own_topology(&t, base ? &sched : NULL);
	topology_format(&own, got);
	if (strcmp(got, want) != 0)
		printf("# got %s, want %s\n", got, want);
	CHECK(strcmp(got, want) == 0);
	test_done(&t);
	diag_done(&d);
}

TEST(it_is_the_tests_own_the_schedulers_or_the_least)
{
	check_own("", NULL, "1n1l2c1t");
	check_own("", "1n2l4c1t", "1n2l4c1t");
	check_own("topology = 2n4l2c2t", "1n2l4c1t", "2n4l2c2t");
}

TEST(it_is_as_wide_as_the_minima_ask_for)
{
	check_own("min-llcs = 2", NULL, "1n2l2c1t");
	check_own("min-nodes = 2", NULL, "2n2l2c1t");
	check_own("min-nodes = 2\nmin-llcs = 3", NULL, "2n4l2c1t");
	check_own("min-cpus = 2", NULL, "1n1l2c1t");
	check_own("min-cpus = 3", NULL, "1n1l3c1t");
	check_own("min-cpus = 5\nmin-llcs = 2", NULL, "1n2l3c1t");
	check_own("requires-smt = yes", NULL, "1n1l2c2t");
	check_own("min-cpus = 8\nrequires-smt = yes", NULL, "1n1l4c2t");
	check_own("min-cpus = 9", "1n2l4c1t", "1n2l5c1t");
	check_own("min-cpus = 8", "1n2l4c1t", "1n2l4c1t");
}

TEST(a_machine_with_details_stays_as_it_is)
{
	check_own("min-llcs = 4", "1n2l4c1t memory=1G",
		  "1n2l4c1t memory=1024M");
}

TEST(no_machine_is_wider_than_there_are)
{
	check_own("min-nodes = 63\nmin-llcs = 512", NULL, "1n1l2c1t");
	check_own("min-cpus = 512", NULL, "1n1l512c1t");
}
