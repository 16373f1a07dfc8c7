/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/lib/spec/amount.h"
#include "tools/lib/spec/cpuset.h"

#include <errno.h>
#include <string.h>

#include "tests/unit/t.h"
#include "tools/lib/spec/cpuset.h"

/* 2n4l2c2t */
static const struct amount_machine machine = { .cpus = 16,
					       .usable = 15,
					       .llcs = 4,
					       .nodes = 2,
					       .llc_cpus = 4,
					       .workers = 3 };

/* The value of @text, or a negative errno value. */
static long long value(const char *text)
{
	struct amount a;
	struct why why = { .text = "" };
	size_t offset = 0;
	uint64_t v = 0;
	int r = amount_parse(text, &a, &offset, &why);

	if (r == 0)
		r = amount_eval(&a, &machine, &v, &why);
	if (r < 0)
		CHECK(why.text[0]);
	return r < 0 ? r : (long long)v;
}

TEST(numbers_and_names)
{
	CHECK_INT(value("0"), 0);
	CHECK_INT(value("1000000"), 1000000);
	CHECK_INT(value("cpus"), 16);
	CHECK_INT(value("usable"), 15);
	CHECK_INT(value("llcs"), 4);
	CHECK_INT(value("nodes"), 2);
	CHECK_INT(value("llc-cpus"), 4);
	CHECK_INT(value("workers"), 3);
}

TEST(operators_bind_as_usual_and_from_the_left)
{
	CHECK_INT(value("2+3*4"), 14);
	CHECK_INT(value("(2+3)*4"), 20);
	CHECK_INT(value("20-5-3"), 12);
	CHECK_INT(value("100/10/5"), 2);
	CHECK_INT(value("2*7/4"), 3);
	CHECK_INT(value("cpus-1"), 15);
	CHECK_INT(value("llcs-llc-cpus"), 0);
	CHECK_INT(value("llc-cpus-1"), 3);
}

TEST(division_rounds_down)
{
	CHECK_INT(value("7/2"), 3);
	CHECK_INT(value("(1-4)/2+2"), 0);
	CHECK_INT(value("10+(0-4)/2"), 8);
	CHECK_INT(value("7/0"), -ERANGE);
	CHECK_INT(value("7/(llcs-4)"), -ERANGE);
}

TEST(min_and_max)
{
	CHECK_INT(value("min(cpus-1,64)"), 15);
	CHECK_INT(value("max(8,3*(cpus-1))"), 45);
	CHECK_INT(value("8*max(4,llc-cpus-1)"), 32);
	CHECK_INT(value("max(1,workers/5)*5"), 5);
	CHECK_INT(value("min(max(1,2),max(3,min(4,5)))"), 2);
}

TEST(values_have_bounds)
{
	unsigned int n = 7;
	struct amount a;
	size_t offset;
	struct why why;

	CHECK_INT(value("1-2"), -ERANGE);
	CHECK_INT(value("1000000*1000000*1000000"), -ERANGE);
	CHECK_INT(value("0-1000000*1000000*1000000*1000000"), -ERANGE);
	CHECK_INT(amount_parse("cpus*2", &a, &offset, NULL), 0);
	CHECK_INT(amount_eval_in(&a, &machine, "'workers'", 1, 31, &n, &why),
		  -ERANGE);
	CHECK(strcmp(why.text, "'workers' is 32, not from 1 to 31") == 0);
	CHECK_INT(n, 7);
	CHECK_INT(amount_eval_in(&a, &machine, "'workers'", 33, 40, &n, NULL),
		  -ERANGE);
	CHECK_INT(amount_eval_in(&a, &machine, "'workers'", 32, 32, &n, &why),
		  0);
	CHECK_INT(n, 32);
	CHECK_INT(amount_parse("1/(cpus-16)", &a, &offset, NULL), 0);
	CHECK_INT(amount_eval_in(&a, &machine, "'n'", 1, 9, &n, &why), -ERANGE);
	CHECK(strcmp(why.text,
		     "'n' has no value from 1 to 9: it divides by zero") == 0);
}

TEST(what_is_no_amount_is_refused_with_its_place)
{
	static const struct {
		const char *text;
		size_t offset;
		int error;
	} bad[] = {
		{ "", 0, -EINVAL },	      { "four", 0, -EINVAL },
		{ "2+", 2, -EINVAL },	      { "+2", 0, -EINVAL },
		{ "-2", 0, -EINVAL },	      { "2 + 3", 1, -EINVAL },
		{ "cpu", 0, -EINVAL },	      { "cpus2", 0, -EINVAL },
		{ "2cpus", 1, -EINVAL },      { "(2", 2, -EINVAL },
		{ "2)", 1, -EINVAL },	      { "min(2)", 5, -EINVAL },
		{ "min(2,3,4)", 7, -EINVAL }, { "min 2,3", 0, -EINVAL },
		{ "1000001", 0, -EINVAL },    { "99999999999999", 0, -EINVAL },
		{ "2*cpus%2", 6, -EINVAL },   { "1.5", 1, -EINVAL },
		{ "llc", 0, -EINVAL },	      { "cpus_", 0, -EINVAL },
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct amount a = { .count = 77 };
		struct why why = { .text = "" };
		size_t offset = 99;

		CHECK_INT(amount_parse(bad[i].text, &a, &offset, &why),
			  bad[i].error);
		if (offset != bad[i].offset)
			printf("# '%s'\n", bad[i].text);
		CHECK_INT(offset, bad[i].offset);
		CHECK_INT(a.count, 77);
		CHECK(why.text[0]);
	}
}

TEST(length_and_depth_are_bounded)
{
	char text[512];
	struct amount a;
	size_t offset;

	for (size_t i = 0; i < 17; i++)
		memcpy(text + 2 * i, "1+", 2);
	text[31] = '\0'; /* 16 numbers, 15 operators */
	CHECK_INT(value(text), 16);
	memcpy(text + 31, "+1", 3);
	CHECK_INT(amount_parse(text, &a, &offset, NULL), -E2BIG);
	CHECK_INT(value("((((((((((((((((2))))))))))))))))"), 2);
	memset(text, '(', 500);
	text[500] = '\0';
	CHECK_INT(amount_parse(text, &a, &offset, NULL), -E2BIG);
}

TEST(what_does_not_depend_on_the_machine_is_told_apart)
{
	struct amount a = { 0 };
	size_t offset;

	CHECK(!amount_is_set(&a));
	CHECK_INT(amount_parse("2*(3+4)", &a, &offset, NULL), 0);
	CHECK(amount_is_set(&a));
	CHECK(amount_is_constant(&a));
	CHECK_INT(amount_parse("workers*2", &a, &offset, NULL), 0);
	CHECK(!amount_is_constant(&a));
	CHECK(amount_has_workers(&a));
	CHECK_INT(amount_parse("cpus", &a, &offset, NULL), 0);
	CHECK(!amount_has_workers(&a));
}

TEST(a_machine_gives_the_names_their_values)
{
	struct topology t;
	struct machine m;
	struct amount_machine a;

	CHECK_INT(topology_parse("2n4l2c2t", &t, NULL), 0);
	CHECK_INT(machine_from_topology(&t, &m), 0);
	a = amount_machine_of(&m, 3);
	CHECK_INT(memcmp(&a, &machine, sizeof(a)), 0);
	machine_done(&m);
	CHECK_INT(topology_parse("1n1l2c1t", &t, NULL), 0);
	CHECK_INT(machine_from_topology(&t, &m), 0);
	CHECK_INT(amount_machine_of(&m, 3).usable, 2);
	machine_done(&m);
}

/* @text in a file with a range of 1 to 8. */
static void check_complaint(const char *text, const char *want)
{
	struct place at = { "a.test", text, 3, 1, (unsigned int)strlen(text) };
	struct amount a = { 0 };
	struct diag d = { 0 };
	int r = amount_read_at(text, &at, "'copies'", &d, 1, 8, &a);

	CHECK_INT(r < 0, want != NULL);
	CHECK_INT(d.count, want != NULL);
	CHECK(amount_is_set(&a) == !want);
	if (want && !strstr(str_text(&d.out), want))
		printf("# got: %s\n", str_text(&d.out));
	CHECK(!want || strstr(str_text(&d.out), want));
	diag_done(&d);
}

TEST(constants_are_compared_where_they_stand)
{
	check_complaint("8", NULL);
	check_complaint("4*2", NULL);
	check_complaint("cpus*99", NULL);
	check_complaint("9", "a.test:3:1: 'copies' is a number from 1 to 8, "
			     "not '9'");
	check_complaint("3*3", "a.test:3:1: 'copies' is 9, not from 1 to 8");
	check_complaint("4-4", "'copies' is 0, not from 1 to 8");
	check_complaint("4/0", "it divides by zero");
	check_complaint("2*cpsu", "a.test:3:3: 'copies' is a number or ");
	check_complaint("2*", "a.test:3:1: 'copies' is a number or ");
}
