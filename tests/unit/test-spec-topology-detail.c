/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/lib/spec/topology-detail.h"

#include <errno.h>

#include "tests/unit/t.h"
#include "tools/lib/cleanup.h"
#include "tools/lib/cpulist.h"
#include "tools/lib/spec/cpuset.h"

static struct topology read_it(const char *text)
{
	struct topology t;
	struct why why = { .text = "" };

	CHECK_INT(topology_parse(text, &t, &why), 0);
	if (*why.text)
		printf("# %s: %s\n", text, why.text);
	return t;
}

TEST(each_machine_has_one_spelling)
{
	static const struct {
		const char *text, *spelling;
	} good[] = {
		{ " 1n1l1c1t" + 1, "1n1l1c1t" },
		{ "1n1l1c1t  ", "1n1l1c1t" },
		{ "2n2l4c1t\tmemory=1G,512", "2n2l4c1t memory=1024M,512M" },
		{ "2n2l4c1t memory=512M,0 cores=4,2",
		  "2n2l4c1t cores=4,2 memory=512M,0" },
		{ "3n2l2c1t cpus=1,0/2-3/-", "3n2l2c1t cpus=0-1/2-3/-" },
		{ "1n1l4c2t threads=2,2,1,1", "1n1l4c2t threads=2,2,1,1" },
		{ "1n1l8c1t offline=7,3,5-6", "1n1l8c1t offline=3,5-7" },
		{ "2n2l1c1t distances=10,254,11,10",
		  "2n2l1c1t distances=10,254,11,10" },
		{ "2n1l2c1t cpus=0-1/- latency=10ns,100,-,- "
		  "bandwidth=2G,500,-,- memory-cache=-,64M",
		  "2n1l2c1t cpus=0-1/- latency=10,100,-,- "
		  "bandwidth=2048M,500M,-,- "
		  "memory-cache=-,64M/direct/write-back/64" },
		{ "1n1l1c1t latency=5 bandwidth=1G "
		  "memory-cache=1G/complex/write-through/128",
		  "1n1l1c1t latency=5 bandwidth=1024M "
		  "memory-cache=1024M/complex/write-through/128" },
		{ "1n4l1c1t packages=2 numa=off",
		  "1n4l1c1t packages=2 numa=off" },
	};

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		char text[TOPOLOGY_TEXT_SIZE];
		struct topology t = read_it(good[i].text);

		topology_format(&t, text);
		if (strcmp(text, good[i].spelling) != 0)
			printf("# %s\n", text);
		CHECK(strcmp(text, good[i].spelling) == 0);
		struct topology again = read_it(text);
		CHECK(again.detail == t.detail);
	}
	topology_forget();
}

TEST(every_mistake_is_named_where_it_is)
{
	/* @part is the text that is pointed at. */
	static const struct {
		const char *text, *part, *why;
	} bad[] = {
		{ "1n1l1c1t x", "x", "no KEY=VALUE" },
		{ "1n1l1c1t memry=1G", "memry=1G", "mean 'memory='" },
		{ "1n1l1c1t offline=", "offline=", "has no value" },
		{ "1n1l2c1t offline=1 offline=1", "offline=1", "given twice" },
		{ "1n2l1c1t llc-sizes=1M,2M", "llc-sizes=1M,2M", "cores=4,2" },
		{ "1n2l1c1t spare=2", "spare=2", "offline=" },
		{ "1n4l1c1t packages=3", "3", "cannot be divided" },
		{ "1n2l4c1t cores=4", "cores=4", "for each of 2 LLCs" },
		{ "1n2l4c1t cores=4,5", "5", "LLC 1 cannot have '5'" },
		{ "1n2l4c1t cores=4,", "", "LLC 1 cannot have ''" },
		{ "1n2l4c1t cores=0,4", "0", "LLC 0 cannot have '0'" },
		{ "1n1l2c2t threads=2,3", "3", "core 1 cannot have '3'" },
		{ "1n2l2c2t cores=2,1 threads=2,1,1,1", "threads=2,1,1,1",
		  "each of 3 cores" },
		{ "2n2l2c1t cpus=0-3", "cpus=0-3", "each of 2 nodes" },
		{ "2n2l2c1t cpus=0-1/2", "cpus=0-1/2", "CPU 3 is in no node" },
		{ "2n2l2c1t cpus=0-2/2-3", "cpus=0-2/2-3", "in two nodes" },
		{ "2n2l2c1t cpus=0-1/2-4", "2-4", "no CPU 4, the last is 3" },
		{ "2n2l2c1t cpus=2-3/0-1", "cpus=2-3/0-1", "node 1 before" },
		{ "3n2l1c1t cpus=0/-/1", "cpus=0/-/1", "node 2 before" },
		{ "2n2l2c1t cpus=0-1/x", "x", "no list of CPUs" },
		{ "2n1l2c2t cpus=0-2/3", "cpus=0-2/3", "threads of one core" },
		{ "2n2l1c1t memory=1G", "memory=1G", "each of 2 nodes" },
		{ "2n2l1c1t memory=1G,15M", "15M", "memory of node 1" },
		{ "2n2l1c1t memory=1G,1K", "1K", "memory of node 1" },
		{ "1n1l1c1t memory=0", "memory=0", "all nodes is 0" },
		{ "2n2l1c1t memory=1024G,1G", "memory=1024G,1G",
		  "more than 1024G" },
		{ "2n1l1c1t cpus=0/- memory=1G,0", "0", "would be empty" },
		{ "2n2l1c1t distances=10,20,20", "distances=10,20,20",
		  "3 values, wanted is one for each of 4 pairs" },
		{ "2n2l1c1t distances=11,20,20,10", "11", "is 10, not '11'" },
		{ "2n2l1c1t distances=10,10,20,10", "10", "11 to 254" },
		{ "2n2l1c1t distances=10,255,20,10", "255", "11 to 254" },
		{ "1n1l1c1t latency=5", "", "need each other" },
		{ "1n1l1c1t latency=0 bandwidth=1G", "0", "no latency" },
		{ "1n1l1c1t latency=- bandwidth=1G", "-", "no latency" },
		{ "2n1l1c1t cpus=0/- latency=1,2,3,- bandwidth=1,1,-,-", "3",
		  "node 1 has no CPUs" },
		{ "2n2l1c1t memory=1G,0 latency=1,1,1,1 bandwidth=1,1,1,1", "",
		  "node 1 has none" },
		{ "1n1l1c1t memory-cache=64M", "", "needs latency=" },
		{ "1n1l1c1t latency=5 bandwidth=1G memory-cache=64M/x", "64M/x",
		  "no cache of node 0" },
		{ "1n1l2c1t offline=0", "0", "CPU 0 cannot be offline" },
		{ "1n1l2c1t offline=2", "2", "no CPU 2, the last is 1" },
		{ "1n1l2c1t offline=-", "-", "takes a list" },
		{ "2n2l1c1t numa=off", "off", "not of 2" },
		{ "1n1l1c1t numa=no", "no", "can only be off" },
		{ "2n3l1c1t offline=1", "", "cannot be divided" },
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct topology_fault at = { 0 };
		struct why why = { .text = "" };
		struct topology t;

		CHECK_INT(topology_parse_at(bad[i].text, &t, &at, &why),
			  -EINVAL);
		if (!strstr(why.text, bad[i].why))
			printf("# %s: %s\n", bad[i].text, why.text);
		CHECK(strstr(why.text, bad[i].why));
		CHECK(at.at + at.len <= strlen(bad[i].text) + 1);
		if (!*bad[i].part)
			continue;
		CHECK_INT(at.len, strlen(bad[i].part));
		CHECK(strncmp(bad[i].text + at.at, bad[i].part, at.len) == 0);
	}
	topology_forget();
}

static void check_set(const cpu_set_t *set, const char *want)
{
	auto_str struct str text = { 0 };

	cpulist_format(&text, set);
	if (strcmp(str_text(&text), want) != 0)
		printf("# %s, not %s\n", str_text(&text), want);
	CHECK(strcmp(str_text(&text), want) == 0);
}

TEST(cpus_are_counted_over_what_is_there)
{
	struct topology t = read_it(
		"3n2l3c2t cores=3,1 threads=2,1,1,2 cpus=0-3/4-5/- offline=3");
	struct topology_map map;
	struct machine m;

	topology_map(&t, &map);
	CHECK_INT(map.count, 6);
	CHECK_INT(topology_cpus(&t), 5);
	/* Slots 3 and 5 are the threads that cores 1 and 2 have not. */
	static const unsigned int slot[] = { 0, 1, 2, 4, 6, 7 };
	static const unsigned int core[] = { 0, 0, 1, 2, 3, 3 };
	for (unsigned int cpu = 0; cpu < 6; cpu++) {
		CHECK_INT(map.cpu[cpu].slot, slot[cpu]);
		CHECK_INT(map.cpu[cpu].core, core[cpu]);
		CHECK_INT(map.cpu[cpu].node, cpu < 4 ? 0 : 1);
		CHECK_INT(map.cpu[cpu].package, cpu < 4 ? 0 : 1);
		CHECK_INT(map.cpu[cpu].online, cpu != 3);
	}
	CHECK_INT(machine_from_topology(&t, &m), 0);
	check_set(&m.all, "0-2,4-5");
	check_set(&m.llc[0], "0-2");
	check_set(&m.node[0], "0-2");
	check_set(&m.node[1], "4-5");
	check_set(&m.node[2], "");
	machine_done(&m);
	topology_forget();
}

TEST(an_llc_that_is_offline_is_not_seen)
{
	struct topology t = read_it("1n3l1c1t offline=1");
	struct machine m;

	CHECK_INT(machine_from_topology(&t, &m), 0);
	CHECK_INT(m.llc_count, 2);
	check_set(&m.llc[1], "2");
	machine_done(&m);
	topology_forget();
}

TEST(packages_follow_nodes_where_they_can)
{
	static const struct {
		const char *text;
		unsigned int packages;
	} all[] = {
		{ "2n4l1c1t", 2 },
		{ "2n4l1c1t offline=3", 2 },
		{ "2n4l1c1t packages=4", 4 },
		{ "3n2l2c1t cpus=0-1/2-3/-", 2 },
		{ "2n2l2c1t cpus=0,2/1,3", 1 },
		{ "2n1l4c1t cpus=0-1/2-3", 1 },
		{ "2n3l1c1t cpus=0-1/2", 1 },
		{ "2n4l1c1t cpus=0-2/3", 1 },
	};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		struct topology t = read_it(all[i].text);

		CHECK_INT(topology_packages(&t), all[i].packages);
	}
	topology_forget();
}

TEST(memory_without_cpus_is_nearest_to_somebody)
{
	struct topology t = read_it("3n2l1c1t cpus=0/1/- "
				    "distances=10,20,40,20,10,30,40,30,10");
	struct topology h =
		read_it("3n2l1c1t cpus=0/1/- latency=1,5,4,5,1,9,-,-,- "
			"bandwidth=9,1,1,1,9,1,-,-,-");

	CHECK_INT(topology_initiator(&t, 0), 0);
	CHECK_INT(topology_initiator(&t, 2), 1);
	CHECK_INT(topology_initiator(&h, 2), 0);
	CHECK_INT(topology_distance(&t, 0, 2), 40);
	CHECK_INT(topology_distance(&h, 0, 2), 20);
	topology_forget();
}

TEST(smt_is_two_threads_of_one_core_that_are_online)
{
	static const struct {
		const char *text;
		bool smt;
	} is[] = {
		{ "1n1l2c1t", false },
		{ "1n1l2c2t", true },
		{ "1n1l2c2t threads=1,1", false },
		{ "1n1l2c2t threads=1,2", true },
		{ "1n1l2c2t offline=1,3", false },
		{ "1n1l2c2t offline=1-2", false },
		{ "1n1l2c2t offline=1", true },
		{ "1n1l1c4t offline=1,3", true },
	};

	for (size_t i = 0; i < sizeof(is) / sizeof(is[0]); i++) {
		struct topology t = read_it(is[i].text);

		CHECK_INT(topology_has_smt(&t), is[i].smt);
	}
	topology_forget();
}
