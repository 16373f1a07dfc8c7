/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmm/attest.h"

#include <errno.h>

#include "tests/unit/t.h"
#include "tools/lib/spec/topology-detail.h"

#define MEMORY_MIB 512

static const char declared[] =
	"3n2l2c2t cpus=0-3/4-7/- memory=256M,128M,128M "
	"distances=10,20,40,20,10,30,40,30,10 "
	"latency=10,100,120,100,12,90,-,-,- "
	"bandwidth=2000,500,300,600,1800,400,-,-,- memory-cache=-,-,64M "
	"offline=7";

/* What a guest said that was one: Linux 6.12, QEMU 7.2. */
static const char good[] =
	"{\"cpus\":\"0-6\",\"nodes\":[{\"id\":0,\"cpus\":\"0-3\","
	"\"distances\":[10,20,40]},{\"id\":1,\"cpus\":\"4-6\","
	"\"distances\":[20,10,30]},{\"id\":2,\"cpus\":\"\","
	"\"distances\":[40,30,10]}],\"llcs\":[\"0-3\",\"4-6\"],"
	"\"cores\":[\"0-1\",\"2-3\",\"4-5\",\"6\"],"
	"\"llc_source\":\"cache\",\"present\":\"0-7\","
	"\"possible\":\"0-7\",\"isolated\":\"\",\"packages\":[\"0-3\","
	"\"4-6\"],\"dies\":[\"0-3\",\"4-6\"],\"caches\":[{\"level\":1,"
	"\"type\":\"Data\",\"size\":\"32K\",\"cpus\":[\"0\",\"1\","
	"\"2\",\"3\",\"4\",\"5\",\"6\"],\"ids\":[0,1,2,3,4,5,6]},"
	"{\"level\":1,\"type\":\"Instruction\",\"size\":\"32K\","
	"\"cpus\":[\"0\",\"1\",\"2\",\"3\",\"4\",\"5\",\"6\"],"
	"\"ids\":[0,1,2,3,4,5,6]},{\"level\":2,\"type\":\"Unified\","
	"\"size\":\"4096K\",\"cpus\":[\"0-1\",\"2-3\",\"4-5\",\"6\"],"
	"\"ids\":[0,1,2,3]},{\"level\":3,\"type\":\"Unified\","
	"\"size\":\"16384K\",\"cpus\":[\"0-3\",\"4-6\"],"
	"\"ids\":[0,1]}],\"memory\":[{\"node\":0,"
	"\"present_kib\":261752,\"total_kib\":240872,"
	"\"access\":[{\"class\":0,\"initiators\":\"0\","
	"\"read_latency\":10,\"write_latency\":10,"
	"\"read_bandwidth\":2000,\"write_bandwidth\":2000},"
	"{\"class\":1,\"initiators\":\"0\",\"read_latency\":10,"
	"\"write_latency\":10,\"read_bandwidth\":2000,"
	"\"write_bandwidth\":2000}]},{\"node\":1,"
	"\"present_kib\":131072,\"total_kib\":128132,"
	"\"access\":[{\"class\":0,\"initiators\":\"1\","
	"\"read_latency\":12,\"write_latency\":12,"
	"\"read_bandwidth\":1800,\"write_bandwidth\":1800},"
	"{\"class\":1,\"initiators\":\"1\",\"read_latency\":12,"
	"\"write_latency\":12,\"read_bandwidth\":1800,"
	"\"write_bandwidth\":1800}]},{\"node\":2,"
	"\"present_kib\":130940,\"total_kib\":61536,"
	"\"access\":[{\"class\":0,\"initiators\":\"1\","
	"\"read_latency\":90,\"write_latency\":90,"
	"\"read_bandwidth\":400,\"write_bandwidth\":400},{\"class\":1,"
	"\"initiators\":\"1\",\"read_latency\":90,\"write_latency\":90,"
	"\"read_bandwidth\":400,\"write_bandwidth\":400}],"
	"\"cache\":{\"level\":1,\"size\":67108864,\"line_size\":64,"
	"\"indexing\":0,\"write_policy\":0}}],"
	"\"ram\":[[4096,654335],[1048576,536735743]],"
	"\"domains\":[{\"cpus\":\"0-1\",\"spans\":[\"0-1\",\"0-3\","
	"\"0-6\"]},{\"cpus\":\"2-3\",\"spans\":[\"2-3\",\"0-3\","
	"\"0-6\"]},{\"cpus\":\"4-5\",\"spans\":[\"4-5\",\"4-6\","
	"\"0-6\"]},{\"cpus\":\"6\",\"spans\":[\"4-6\",\"0-6\"]}]}";

/* Attest @good with the first @from in it replaced by @to. */
static int attest_changed(const char *from, const char *to, struct why *why)
{
	const char *at = strstr(good, from);
	char text[sizeof(good) + 256];
	struct topology t;

	CHECK(at != NULL);
	CHECK_INT(topology_parse(declared, &t, why), 0);
	snprintf(text, sizeof(text), "%.*s%s%s", (int)(at - good), good, to,
		 at + strlen(from));
	json_t *frame = json_loads(text, 0, NULL);
	CHECK(frame != NULL);
	int r = attest_topology(frame, &t, MEMORY_MIB, why);
	json_decref(frame);
	topology_forget();
	return r;
}

TEST(the_declared_machine_is_accepted)
{
	struct why why = { .text = "" };

	CHECK_INT(attest_changed("0-6", "0-6", &why), 0);
	if (*why.text)
		printf("# %s\n", why.text);
}

TEST(every_difference_is_named)
{
	static const struct {
		const char *from, *to, *word;
	} bad[] = {
		{ "\"cpus\":\"0-6\"", "\"cpus\":\"0-7\"",
		  "the guest has CPUs 0-7 online, not 0-6" },
		{ "\"cpus\":\"0-6\",", "", "did not tell its CPUs" },
		{ "\"present\":\"0-7\"", "\"present\":\"0-6\"",
		  "the guest has CPUs 0-6 present, not 0-7" },
		{ "\"possible\":\"0-7\"", "\"possible\":\"0-15\"",
		  "the guest has CPUs 0-15 possible, not 0-7" },
		{ "{\"id\":2,\"cpus\":\"\"", "{\"id\":2,\"cpus\":\"6\"",
		  "node 2 has CPUs 6, not (none)" },
		{ "\"id\":1", "\"id\":3", "node 1 has CPUs" },
		{ ",{\"id\":2,\"cpus\":\"\",\"distances\":[40,30,10]}", "",
		  "3 nodes were declared, the guest has 2" },
		{ "[10,20,40]", "[10,20,20]",
		  "the distance from node 0 to 2 is 20, not 40" },
		{ "[10,20,40]", "[10,20]", "node 0 has 2 distances, not 3" },
		{ "\"present_kib\":131072", "\"present_kib\":131076",
		  "node 1 has 131076 KiB of memory, not 131072" },
		{ "\"present_kib\":131072", "\"present_kib\":129000",
		  "node 1 has 129000 KiB of memory, not 131072" },
		{ "\"initiators\":\"0\"", "\"initiators\":\"0-1\"",
		  "the memory of node 0 is nearest to node 0-1, not 0" },
		{ "\"read_latency\":90", "\"read_latency\":91",
		  "the read latency of node 2 is 91, not 90" },
		{ "\"write_latency\":12", "\"write_latency\":13",
		  "the write latency of node 1 is 13, not 12" },
		{ "\"read_bandwidth\":400", "\"read_bandwidth\":300",
		  "the read bandwidth of node 2 is 300, not 400" },
		{ ",\"write_bandwidth\":1800", "",
		  "does not tell the write bandwidth of node 1" },
		{ "\"size\":67108864", "\"size\":1",
		  "memory-side cache's size of node 2 is 1, not 67108864" },
		{ "\"line_size\":64", "\"line_size\":32",
		  "memory-side cache's line size of node 2 is 32" },
		{ "\"indexing\":0", "\"indexing\":1",
		  "memory-side cache's indexing of node 2 is 1" },
		{ "\"write_policy\":0", "\"write_policy\":1",
		  "memory-side cache's write policy of node 2 is 1" },
		{ "1800,\"write_bandwidth\":1800}]},",
		  "1800,\"write_bandwidth\":1800}],\"cache\":{}},",
		  "the memory of node 1 has a cache" },
		{ "536735743]", "5367357430]", "where devices answer" },
		{ "[1048576,536735743]", "[1048576,500000000]",
		  "KiB of RAM, not 524288" },
		{ "\"packages\":[\"0-3\",\"4-6\"]", "\"packages\":[\"0-6\"]",
		  "packages: number 0 has CPUs 0-6, not 0-3" },
		{ "\"llcs\":[\"0-3\",\"4-6\"]", "\"llcs\":[\"0-3\"]",
		  "2 last-level caches were declared, the guest has 1" },
		{ "\"dies\":[\"0-3\"", "\"dies\":[\"0-2\"",
		  "dies: number 0 has CPUs 0-2, not 0-3" },
		{ "\"2-3\",\"4-5\"", "\"2\",\"3-5\"",
		  "cores: number 1 has CPUs 2, not 2-3" },
		{ "\"ids\":[0,1]}", "\"ids\":[1,1]}",
		  "two level 3 caches (Unified) have id 1" },
		{ "\"cpus\":[\"0-3\",\"4-6\"]", "\"cpus\":[\"0-6\"]",
		  "the level 3 cache (Unified) of CPU 0 is shared by CPUs 0-6, "
		  "not 0-3" },
		{ "\"cpus\":[\"0-1\",\"2-3\"", "\"cpus\":[\"0-1\",\"2-4\"",
		  "the level 2 cache (Unified) of CPU 2 is shared by CPUs 2-4" },
		{ "\"cpus\":[\"0\",\"1\",\"2\"", "\"cpus\":[\"0\",\"1-2\"",
		  "the level 1 cache (Data) of CPU 1 is shared by CPUs 1-2" },
		{ "\"Instruction\"", "\"Data\"", "all were to be of one size" },
		{ "\"spans\":[\"4-5\",\"4-6\",\"0-6\"]",
		  "\"spans\":[\"4-6\",\"0-6\"]",
		  "domains of CPU 4 span 4-6 0-6, not 4-5 4-6 0-6" },
		{ "\"cpus\":\"4-5\",\"spans\"", "\"cpus\":\"4\",\"spans\"",
		  "CPU 5 is in no list of scheduling domains" },
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct why why = { .text = "" };

		CHECK_INT(attest_changed(bad[i].from, bad[i].to, &why),
			  -EINVAL);
		if (!strstr(why.text, bad[i].word))
			printf("# %s: %s\n", bad[i].from, why.text);
		CHECK(strstr(why.text, bad[i].word) != NULL);
	}
}

/* Kernels without NUMA, HMAT, /proc/schedstat ... */
TEST(what_a_kernel_cannot_tell_is_not_compared)
{
	static const char *const gone[] = { ",\"present\":\"0-7\"",
					    ",\"possible\":\"0-7\"",
					    ",\"packages\":[\"0-3\",\"4-6\"]",
					    ",\"dies\":[\"0-3\",\"4-6\"]",
					    ",\"present_kib\":131072" };

	for (size_t i = 0; i < sizeof(gone) / sizeof(gone[0]); i++) {
		struct why why = { .text = "" };

		CHECK_INT(attest_changed(gone[i], "", &why), 0);
	}
	struct why why;
	CHECK_INT(attest_changed("\"domains\"", "\"others\"", &why), 0);
	CHECK_INT(
		attest_changed("\"isolated\":\"\"", "\"isolated\":\"3\"", &why),
		0);
	CHECK_INT(attest_changed("\"caches\"", "\"others\"", &why), 0);
	CHECK_INT(attest_changed("\"ram\"", "\"others\"", &why), 0);
}

/* An LLC that spans nodes makes a domain of its part in each. */
TEST(domains_of_an_llc_end_with_the_node)
{
	static const char frame_text[] =
		"{\"cpus\":\"0-7\",\"nodes\":["
		"{\"id\":0,\"cpus\":\"0-3,6\",\"distances\":[10,20]},"
		"{\"id\":1,\"cpus\":\"4-5,7\",\"distances\":[20,10]}],"
		"\"llcs\":[\"0-3\",\"4-7\"],\"cores\":[\"0\",\"1\",\"2\","
		"\"3\",\"4\",\"5\",\"6\",\"7\"],\"domains\":["
		"{\"cpus\":\"0-3\",\"spans\":[\"0-3\",\"0-3,6\",\"0-7\"]},"
		"{\"cpus\":\"6\",\"spans\":[\"0-3,6\",\"0-7\"]},"
		"{\"cpus\":\"4-5,7\",\"spans\":[\"4-5,7\",\"0-7\"]}]}";
	json_t *frame = json_loads(frame_text, 0, NULL);
	struct topology t;
	struct why why = { .text = "" };

	CHECK_INT(topology_parse("2n2l4c1t cpus=0-3,6/4-5,7", &t, &why), 0);
	CHECK_INT(attest_topology(frame, &t, 0, &why), 0);
	if (*why.text)
		printf("# %s\n", why.text);
	json_decref(frame);
	topology_forget();
}

TEST(no_frame_is_no_attestation)
{
	struct why why;

	CHECK_INT(attest_topology(NULL, &topology_default, 0, &why), -EINVAL);
}
