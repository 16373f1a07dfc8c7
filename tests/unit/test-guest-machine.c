/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/t.h"
#include "tools/lib/cleanup.h"
#include "tools/lib/cpulist.h"
#include "tools/lib/file.h"
#include "vmm/guest/machine.h"
#include "vmm/guest/scx.h"

static char top[64];

static void put(const char *path, const char *text)
{
	char whole[256], *slash;
	struct why why;

	if (!*top) {
		snprintf(top, sizeof(top), "/tmp/ktstr-test-XXXXXX");
		CHECK(mkdtemp(top));
	}
	snprintf(whole, sizeof(whole), "%s/%s", top, path);
	slash = strrchr(whole, '/');
	*slash = '\0';
	CHECK_INT(file_make_folders(whole, &why), 0);
	*slash = '/';
	CHECK_INT(file_publish(whole, text, strlen(text), 0644, &why), 0);
}

static void put_cpu(int cpu, const char *core, const char *package,
		    const char *llc)
{
	char path[128];

	snprintf(path, sizeof(path), "cpu/cpu%d/topology/thread_siblings_list",
		 cpu);
	put(path, core);
	snprintf(path, sizeof(path), "cpu/cpu%d/topology/core_siblings_list",
		 cpu);
	put(path, package);
	if (!llc)
		return;
	snprintf(path, sizeof(path), "cpu/cpu%d/cache/index0/level", cpu);
	put(path, "3\n");
	snprintf(path, sizeof(path), "cpu/cpu%d/cache/index0/shared_cpu_list",
		 cpu);
	put(path, llc);
	snprintf(path, sizeof(path), "cpu/cpu%d/cache/index1/level", cpu);
	put(path, "1\n");
	snprintf(path, sizeof(path), "cpu/cpu%d/cache/index1/shared_cpu_list",
		 cpu);
	put(path, core);
}

static int read_it(struct guest_machine *g, struct why *why)
{
	auto_fd int root = open(top, O_RDONLY | O_DIRECTORY);

	return guest_machine_read(root, g, why);
}

TEST(the_machine_is_read_from_sysfs)
{
	struct guest_machine g;
	auto_str struct str out = { 0 };
	struct why why;

	put("cpu/online", "0-3\n");
	put_cpu(0, "0\n", "0-3\n", "0-1\n");
	put_cpu(1, "1\n", "0-3\n", "0-1\n");
	put_cpu(2, "2-3\n", "0-3\n", "2-3\n");
	put_cpu(3, "2-3\n", "0-3\n", "2-3\n");
	put("node/online", "0,2\n");
	put("node/node0/cpulist", "0-3\n");
	put("node/node0/distance", "10 20\n");
	put("node/node2/cpulist", "\n");
	put("node/node2/distance", "20 10\n");
	CHECK_INT(read_it(&g, &why), 0);
	guest_machine_frame(&g, &out);
	CHECK(strcmp(str_text(&out),
		     "{\"t\":\"topology\",\"cpus\":\"0-3\",\"nodes\":["
		     "{\"id\":0,\"cpus\":\"0-3\",\"distances\":[10,20]},"
		     "{\"id\":2,\"cpus\":\"\",\"distances\":[20,10]}],"
		     "\"llcs\":[\"0-1\",\"2-3\"],\"cores\":[\"0\",\"1\",\"2-3\"],"
		     "\"llc_source\":\"cache\"") == 0);
	guest_machine_done(&g);
	file_remove_tree(top);
}

TEST(without_caches_a_package_is_an_llc_and_without_numa_there_is_one_node)
{
	struct guest_machine g;
	struct why why;

	put("cpu/online", "0,2\n");
	put_cpu(0, "0\n", "0,2\n", NULL);
	put_cpu(2, "2\n", "0,2\n", NULL);
	CHECK_INT(read_it(&g, &why), 0);
	CHECK_INT(g.machine.llc_count, 1);
	CHECK_INT(g.machine.node_count, 1);
	CHECK_INT(g.core_count, 2);
	CHECK(strcmp(g.llc_source, "package") == 0);
	CHECK_INT(CPU_COUNT(&g.machine.node[0]), 2);
	guest_machine_done(&g);
	file_remove_tree(top);
}

TEST(what_cannot_be_read_is_named)
{
	struct guest_machine g;
	struct why why;

	put("cpu/online", "0-x\n");
	CHECK(read_it(&g, &why) < 0);
	CHECK(strstr(why.text, "cpu/online"));
	guest_machine_done(&g);
	put("cpu/online", "0-1\n");
	put_cpu(0, "0\n", "0-1\n", NULL);
	CHECK(read_it(&g, &why) < 0);
	CHECK(strstr(why.text, "cpu1/topology"));
	guest_machine_done(&g);
	file_remove_tree(top);
}

static void put_cache(int cpu, int index, const char *level, const char *type,
		      const char *size, const char *id, const char *cpus)
{
	const char *const file[] = { "level", "type", "size", "id",
				     "shared_cpu_list" };
	const char *const text[] = { level, type, size, id, cpus };
	char path[128];

	for (size_t i = 0; i < 5; i++) {
		snprintf(path, sizeof(path), "cpu/cpu%d/cache/index%d/%s", cpu,
			 index, file[i]);
		if (text[i])
			put(path, text[i]);
	}
}

/* What guest_machine_details() adds, or NULL. @proc is a folder of @top. */
static char *details_of(unsigned int nodes)
{
	auto_fd int root = open(top, O_RDONLY | O_DIRECTORY);
	auto_fd int proc = openat(root, "proc", O_RDONLY | O_DIRECTORY);
	struct guest_machine g = { .node_id = { 0, 1 } };
	char *text;

	g.machine.node_count = nodes;
	CPU_SET(0, &g.machine.all);
	CPU_SET(2, &g.machine.all);
	CHECK_INT(guest_machine_details(root, proc, &g), 0);
	text = strdup(str_text(&g.details));
	guest_machine_done(&g);
	return text;
}

static void check_details(unsigned int nodes, const char *want)
{
	char *have = details_of(nodes);

	if (!strstr(have, want))
		printf("# no %s in %s\n", want, have);
	CHECK(strstr(have, want));
	free(have);
}

TEST(caches_and_packages_are_told_once_each)
{
	put("proc/none", "");
	put("cpu/present", "0-2\n");
	put("cpu/possible", "0-3\n");
	put("cpu/isolated", "\n");
	put("cpu/cpu0/topology/core_siblings_list", "0,2\n");
	put("cpu/cpu0/topology/die_cpus_list", "0\n");
	put("cpu/cpu2/topology/die_cpus_list", "2\n");
	put_cache(0, 0, "1\n", "Data\n", "32K\n", "0\n", "0\n");
	put_cache(0, 2, "1\n", "Instruction\n", "32K\n", "0\n", "0\n");
	put_cache(0, 1, "3\n", "Unified\n", "16M\n", NULL, "0,2\n");
	put_cache(2, 0, "1\n", "Data\n", "32K\n", "4\n", "2\n");
	put_cache(2, 1, "3\n", "Unified\n", "16M\n", NULL, "0,2\n");
	check_details(0, ",\"present\":\"0-2\",\"possible\":\"0-3\","
			 "\"isolated\":\"\",\"packages\":[\"0,2\"],"
			 "\"dies\":[\"0\",\"2\"],");
	check_details(0, "\"caches\":[{\"level\":1,\"type\":\"Data\","
			 "\"size\":\"32K\",\"cpus\":[\"0\",\"2\"],"
			 "\"ids\":[0,4]},{\"level\":3,\"type\":\"Unified\","
			 "\"size\":\"16M\",\"cpus\":[\"0,2\"],"
			 "\"ids\":[-1]},{\"level\":1,"
			 "\"type\":\"Instruction\",\"size\":\"32K\","
			 "\"cpus\":[\"0\"],\"ids\":[0]}]");
	file_remove_tree(top);
}

TEST(memory_is_told_node_by_node)
{
	put("node/node0/meminfo", "Node 0 MemTotal:    1000 kB\n"
				  "Node 0 MemFree:      900 kB\n");
	put("node/node1/access0/initiators/read_latency", "90\n");
	put("node/node1/access0/initiators/read_bandwidth", "400\n");
	put("node/node1/access0/initiators/node0/link", "");
	put("node/node1/memory_side_cache/index1/size", "67108864\n");
	put("node/node1/memory_side_cache/index1/line_size", "64\n");
	put("proc/zoneinfo", "Node 0, zone      DMA\n  per-node stats\n"
			     "        spanned  4095\n        present  256\n"
			     "Node 0, zone    DMA32\n        present  100\n"
			     "Node 1, zone   Normal\n        present  3\n");
	put("proc/iomem", "00000000-00000fff : Reserved\n"
			  "00001000-0009fbff : System RAM\n"
			  "  00002000-00003000 : System RAM\n"
			  "100000000-17fffffff : System RAM\n"
			  "180000000-18fffffff : Persistent Memory\n");
	char *have = details_of(2);
	const char *const want[] = {
		"{\"node\":0,\"present_kib\":1424,\"total_kib\":1000,"
		"\"access\":[]}",
		"{\"node\":1,\"present_kib\":12,\"access\":[{\"class\":0,"
		"\"initiators\":\"0\",\"read_latency\":90,"
		"\"read_bandwidth\":400}],\"cache\":{\"level\":1,"
		"\"size\":67108864,\"line_size\":64}}]",
		"\"ram\":[[4096,654335],[4294967296,6442450943]]",
	};
	for (size_t i = 0; i < 3; i++) {
		if (!strstr(have, want[i]))
			printf("# no %s in %s\n", want[i], have);
		CHECK(strstr(have, want[i]));
	}
	free(have);
	file_remove_tree(top);
}

TEST(domains_are_read_in_the_old_form_and_the_new)
{
	put("proc/schedstat",
	    "version 16\ntimestamp 1\n"
	    "cpu0 0 0 1 2 3 4 5 6 7\n"
	    "domain0 00000000,00000003 1 2 3\ndomain1 00000002,0000000f 0\n"
	    "cpu1 0 0 1 2 3 4 5 6 7\n"
	    "domain0 00000000,00000003 9 9 9\ndomain1 00000002,0000000f 0\n"
	    "cpu2 0 0\n");
	check_details(0, ",\"domains\":[{\"cpus\":\"0-1\",\"spans\":["
			 "\"0-1\",\"0-3,33\"]},"
			 "{\"cpus\":\"2\",\"spans\":[]}]");
	put("proc/schedstat", "version 17\ntimestamp 1\n"
			      "cpu0 0 0\ndomain0 SMT 00000003 1 2 3\n"
			      "domain1 PKG 000000ff 1\n");
	check_details(0, ",\"domains\":[{\"cpus\":\"0\",\"spans\":["
			 "\"0-1\",\"0-7\"]}]");
	file_remove_tree(top);
}

TEST(a_list_of_cpus_is_taken_offline)
{
	struct guest_machine g;
	auto_free char *text = NULL;
	struct why why;

	put("cpu/online", "0\n");
	put_cpu(0, "0\n", "0\n", NULL);
	put("cpu/cpu1/online", "1");
	put("cpu/cpu2/online", "1");
	setenv("ktstr_offline", "2", 1);
	CHECK_INT(read_it(&g, &why), 0);
	guest_machine_done(&g);
	auto_fd int root = open(top, O_RDONLY | O_DIRECTORY);
	CHECK(file_read_at(root, "cpu/cpu2/online", 8, &text) == 1);
	CHECK(text && *text == '0');
	free(take_ptr(text));
	CHECK(file_read_at(root, "cpu/cpu1/online", 8, &text) == 1);
	CHECK(text && *text == '1');
	setenv("ktstr_offline", "5", 1);
	CHECK(read_it(&g, &why) < 0);
	CHECK(strstr(why.text, "cannot take CPU 5 offline"));
	guest_machine_done(&g);
	unsetenv("ktstr_offline");
	file_remove_tree(top);
}

TEST(sched_ext_is_read_with_and_without_a_scheduler)
{
	uint64_t n;
	struct scx s, before = { 0 };

	CHECK_INT(scx_rejected(top), 0);
	CHECK_INT(scx_bypasses(top, &n), -ENOENT);
	put("nr_rejected", "4\n");
	CHECK_INT(scx_rejected(top), 4);
	put("state", "disabled\n");
	put("enable_seq", "3\n");
	put("switch_all", "0\n");
	scx_read(top, &s);
	CHECK(s.present && !scx_is_attached(&s) && !s.switch_all);
	CHECK_INT(s.enable_seq, 3);
	put("state", "enabled\n");
	scx_read(top, &s);
	CHECK(!scx_is_attached(&s)); /* nobody's name */
	put("root/ops", "simple\n");
	put("switch_all", "1\n");
	put("root/events", "SCX_EV_ENQ_SKIP_EXITING 9\n"
			   "SCX_EV_BYPASS_ACTIVATE 2\nSCX_EV_INSERT 1\n");
	CHECK_INT(scx_bypasses(top, &n), 0);
	CHECK_INT(n, 2);
	scx_read(top, &s);
	CHECK(scx_is_attached(&s) && s.switch_all);
	before = s; /* "enabled", and not yet counted */
	CHECK(s.counted && !scx_is_settled(&s, &before));
	put("enable_seq", "4\n");
	scx_read(top, &s);
	CHECK(scx_is_settled(&s, &before));
	put("enable_seq", "\n");
	scx_read(top, &s);
	CHECK(!s.counted && scx_is_settled(&s, &before));
	CHECK(strcmp(s.ops, "simple") == 0);
	file_remove_tree(top);
	scx_read(top, &s);
	CHECK(!s.present && !scx_is_attached(&s));
}
