/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/lib/spec/presets.h"
#include "tools/lib/spec/topology.h"

#include <errno.h>

#include "tests/unit/t.h"

TEST(reads_and_writes_topologies)
{
	static const char *const good[] = { "1n1l1c1t",	  "2n4l4c2t",
					    "1n3l3c1t",	  "64n64l8c1t",
					    "1n1l256c2t", "1n512l1c1t" };

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		char text[TOPOLOGY_TEXT_SIZE];
		struct topology t;
		struct why why;

		CHECK_INT(topology_parse(good[i], &t, &why), 0);
		topology_format(&t, text);
		CHECK(strcmp(text, good[i]) == 0);
	}
	struct topology t;
	CHECK_INT(topology_parse("2n4l4c2t", &t, NULL), 0);
	CHECK_INT(topology_cpus(&t), 32);
}

TEST(refuses_what_is_no_machine)
{
	static const struct {
		const char *text, *why;
	} bad[] = {
		{ "", "is no topology" },
		{ "1n2l4c", "is no topology" },
		{ "1n2l4c1tx", "is no topology" },
		{ "2l1n4c1t", "is no topology" },
		{ "-1n2l4c1t", "is no topology" },
		{ "99999n2l4c1t", "is no topology" },
		{ "0n1l1c1t", "at least 1" },
		{ "1n1l1c0t", "at least 1" },
		{ "2n3l1c1t", "3 LLCs cannot be divided among 2 nodes" },
		{ "65n65l1c1t", "65 nodes are more than 64" },
		{ "1n1l1c5t", "1 to 4 threads, not 5" },
		{ "1n1l257c2t", "more than 512 CPUs" },
		{ "1n9999l9999c2t", "more than 512 CPUs" },
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct topology t;
		struct why why = { .text = "" };

		CHECK_INT(topology_parse(bad[i].text, &t, &why), -EINVAL);
		if (!strstr(why.text, bad[i].why))
			printf("# %s: %s\n", bad[i].text, why.text);
		CHECK(strstr(why.text, bad[i].why));
	}
}

TEST(every_preset_is_a_machine)
{
	size_t regular = 0, skipped = 0;

	for (size_t i = 0; i < preset_count; i++) {
		const struct preset *p = &preset_table[i];
		char text[TOPOLOGY_TEXT_SIZE];
		struct topology t;
		struct why why;

		if (topology_parse(p->text, &t, &why) < 0)
			printf("# %s: %s\n", p->name, why.text);
		CHECK_INT(topology_parse(p->text, &t, &why), 0);
		topology_format(&t, text);
		if (strcmp(text, p->text) != 0)
			printf("# %s is %s\n", p->text, text);
		CHECK(strcmp(text, p->text) == 0);
		CHECK(preset_find(p->name) == p);
		CHECK(p->reason && *p->reason);
		regular += strncmp(p->name, "zoo-", 4) != 0;
		skipped += p->skip != NULL;
	}
	CHECK_INT(regular, 24);
	CHECK_INT(skipped, 4);
	CHECK(!preset_find("own"));
	CHECK_INT(topology_cpus(&topology_default), 2);
}

TEST(presets_are_found_by_patterns)
{
	CHECK(preset_matches("zoo-*"));
	CHECK(preset_matches("max-cpu"));
	CHECK(!preset_matches("own"));
	CHECK(!preset_matches("zoo"));
	CHECK(strcmp(preset_nearest("tiny-3llc"), "tiny-1llc") == 0);
	CHECK(strcmp(preset_nearest("onw"), "own") == 0);
	CHECK(!preset_nearest("elephant"));
}
