/* SPDX-License-Identifier: GPL-2.0-or-later */
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

TEST(sched_ext_is_read_with_and_without_a_scheduler)
{
	struct scx s;

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
	scx_read(top, &s);
	CHECK(scx_is_attached(&s) && s.switch_all);
	CHECK(strcmp(s.ops, "simple") == 0);
	file_remove_tree(top);
	scx_read(top, &s);
	CHECK(!s.present && !scx_is_attached(&s));
}
