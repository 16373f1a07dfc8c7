/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/cache/source/tarball.h"

#include "tests/unit/t.h"

TEST(links_stay_inside_whatever_the_others_are)
{
	static const struct {
		const char *name, *target;
		bool safe;
	} row[] = {
		{ "a", "b", true },
		{ "a", "b/c", true },
		{ "a", "./b", true },
		{ "a", "b//c/", true },
		{ "a", "...", true },
		{ "a", "..b", true },
		{ "d/a", "..", true },
		{ "d/a", "../b", true },
		{ "d/a", ".././b", true },
		{ "d/e/a", "../../b", true },
		{ "a", "", false },
		{ "a", "/b", false },
		{ "a", "..", false },
		{ "a", "../b", false },
		{ "a", "./../b", false },
		{ "d/a", "../..", false },
		{ "d/a", "../../b", false },
		{ "d/e/a", "..//..//../b", false },
		/* b may be a link that leads up. */
		{ "d/a", "b/..", false },
		{ "d/a", "../b/../c", false },
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		printf("# %s -> %s\n", row[i].name, row[i].target);
		CHECK_INT(tarball_link_is_safe(row[i].name, row[i].target),
			  row[i].safe);
	}
}
