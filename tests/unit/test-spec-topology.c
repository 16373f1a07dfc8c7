/* SPDX-License-Identifier: GPL-2.0-or-later */
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
		struct why why = { "" };

		CHECK_INT(topology_parse(bad[i].text, &t, &why), -EINVAL);
		if (!strstr(why.text, bad[i].why))
			printf("# %s: %s\n", bad[i].text, why.text);
		CHECK(strstr(why.text, bad[i].why));
	}
}

TEST(every_preset_is_a_machine)
{
	CHECK_INT(preset_count, 24);
	for (size_t i = 0; i < preset_count; i++) {
		char text[TOPOLOGY_TEXT_SIZE];
		struct topology t;

		topology_format(&preset_table[i].topology, text);
		CHECK_INT(topology_parse(text, &t, NULL), 0);
		CHECK(preset_find(preset_table[i].name) == &preset_table[i]);
	}
	CHECK(!preset_find("own"));
	CHECK_INT(topology_cpus(&preset_find("max-cpu")->topology), 252);
	CHECK_INT(preset_find("numa4-12llc")->memory_mib, 4096);
	CHECK_INT(topology_cpus(&topology_default), 2);
}
