/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/lib/cpulist.h"

#include <errno.h>

#include "tests/unit/t.h"

TEST(reads_single_cpus_and_ranges)
{
	static const struct {
		const char *list;
		int count;
	} good[] = {
		{ "", 0 },	  { "\n", 0 },	{ "0", 1 },    { "0-3", 4 },
		{ "0-3,8\n", 5 }, { "5,5", 1 }, { "1023", 1 },
	};

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		cpu_set_t set;
		size_t at;

		CHECK_INT(cpulist_parse(good[i].list, &set, &at), 0);
		CHECK_INT(CPU_COUNT(&set), good[i].count);
	}
}

TEST(names_the_first_bad_character)
{
	static const struct {
		const char *list;
		int error;
		size_t at;
	} bad[] = {
		{ "x", -EINVAL, 0 },	 { "0,", -EINVAL, 1 },
		{ "0-", -EINVAL, 2 },	 { "0 1", -EINVAL, 1 },
		{ "1,3-2", -EINVAL, 2 }, { "1024", -ERANGE, 0 },
		{ "0\n1", -EINVAL, 1 },	 { ",0", -EINVAL, 0 },
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		cpu_set_t set;
		size_t at = 0;

		CHECK_INT(cpulist_parse(bad[i].list, &set, &at), bad[i].error);
		CHECK_INT(at, bad[i].at);
	}
}
