/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is told of a host, whose files we have written. */
#include <stdbool.h>
#include <sys/stat.h>

#include "tests/unit/t.h"
#include "tools/lib/file.h"
#include "tools/vm/context.h"

static char root[64];

/* A host of this test alone. */
static void begin(void)
{
	snprintf(root, sizeof(root), "/tmp/ktstr-test-XXXXXX");
	CHECK(mkdtemp(root));
}

static void done(void)
{
	CHECK_INT(file_remove_tree(root), 0);
}

/* Write a file below the host's root, with the folders that it needs. */
static void file(const char *path, const char *text)
{
	char full[256];
	FILE *f;

	snprintf(full, sizeof(full), "%s%s", root, path);
	for (char *slash = strchr(full, '/'); slash;
	     slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		mkdir(full, 0777);
		*slash = '/';
	}
	f = fopen(full, "w");
	CHECK(f);
	fputs(text, f);
	fclose(f);
}

static void check_text(const json_t *o, const char *key, const char *want)
{
	const char *text = json_string_value(json_object_get(o, key));

	if (!text || strcmp(text, want) != 0)
		printf("# %s is '%s'\n", key, text ? text : "(none)");
	CHECK(text && strcmp(text, want) == 0);
}

static json_int_t number_of(const json_t *o, const char *key)
{
	const json_t *value = json_object_get(o, key);

	return json_is_integer(value) ? json_integer_value(value) : -1;
}

static bool is_null(const json_t *o, const char *key)
{
	return json_is_null(json_object_get(o, key));
}

TEST(what_a_host_does_not_tell_is_null)
{
	static const char *const asked[] = {
		"machine",
		"cpu_model",
		"cpu_vendor",
		"virtualised",
		"nodes",
		"memory_mib",
		"hugepages",
		"hugepage_kib",
		"cmdline",
		"governor",
		"boost",
		"smt",
		"thp",
		"numa_balancing",
		"thp_defrag",
		"cgroup_cpus",
		"cgroup_memory_mib",
	};
	json_t *o;

	begin();
	/* Rubbish is no answer. */
	file("/proc/cpuinfo", "model name");
	file("/proc/sys/vm/nr_hugepages", "many\n");
	file("/sys/kernel/mm/transparent_hugepage/enabled", "always never\n");
	file("/proc/self/cgroup", "1:cpu:/a\n");
	file("/proc/loadavg", "x\n");
	o = context_json(root);
	for (size_t i = 0; i < sizeof(asked) / sizeof(asked[0]); i++) {
		if (!is_null(o, asked[i]))
			printf("# %s\n", asked[i]);
		CHECK(is_null(o, asked[i]));
	}
	CHECK_INT(json_object_size(json_object_get(o, "sched")), 0);
	CHECK(context_load(root) < 0);
	json_decref(o);
	CHECK(context_load("nowhere") < 0);
	done();
}

TEST(processors_and_memory)
{
	json_t *o;

	begin();
	file("/proc/cpuinfo", "processor\t: 0\nvendor_id\t: GenuineIntel\n"
			      "model name\t: Xeon(R)\033 \"9\"\n"
			      "flags\t\t: fpu hypervisor lm\n\nprocessor\t: 1\n"
			      "model name\t: other\n");
	file("/proc/meminfo", "MemTotal:       16384 kB\nMemFree: 1 kB\n"
			      "Hugepagesize:       2048 kB\n");
	file("/proc/sys/vm/nr_hugepages", "7\n");
	file("/proc/loadavg", "1.25 2.00 3.00 1/200 77\n");
	file("/sys/class/dmi/id/sys_vendor", "QEMU\n");
	file("/sys/class/dmi/id/product_name", "Standard PC\n");
	file("/sys/devices/system/node/online", "0-1\n");
	o = context_json(root);
	check_text(o, "cpu_model", "Xeon(R)? \"9\"");
	check_text(o, "cpu_vendor", "GenuineIntel");
	CHECK(json_is_true(json_object_get(o, "virtualised")));
	CHECK_INT(number_of(o, "memory_mib"), 16);
	CHECK_INT(number_of(o, "hugepage_kib"), 2048);
	CHECK_INT(number_of(o, "hugepages"), 7);
	check_text(o, "machine", "QEMU Standard PC");
	check_text(o, "nodes", "0-1");
	CHECK(context_load(root) > 1.2 && context_load(root) < 1.3);
	json_decref(o);
	file("/proc/cpuinfo", "flags : fpu\nbugs : hypervisor\n");
	o = context_json(root);
	CHECK(json_is_false(json_object_get(o, "virtualised")));
	json_decref(o);
	done();
}

TEST(settings_that_move_times)
{
	static const char cpu[] = "/sys/devices/system/cpu/";
	const json_t *sched;
	char path[128];
	json_t *o;

	begin();
	for (int i = 0; i < 4; i++) {
		snprintf(path, sizeof(path), "%scpu%d/cpufreq/scaling_governor",
			 cpu, i);
		file(path, i == 2 ? "powersave\n" : "performance\n");
	}
	snprintf(path, sizeof(path), "%scpufreq/scaling_governor", cpu);
	file(path, "no CPU\n");
	snprintf(path, sizeof(path), "%sintel_pstate/no_turbo", cpu);
	file(path, "1\n");
	snprintf(path, sizeof(path), "%ssmt/control", cpu);
	file(path, "forceoff\n");
	file("/sys/kernel/mm/transparent_hugepage/enabled",
	     "always [madvise] never\n");
	file("/sys/kernel/mm/transparent_hugepage/defrag", "[never]\n");
	file("/proc/sys/kernel/numa_balancing", "1\n");
	file("/proc/sys/kernel/sched_rt_runtime_us", "950000\n");
	file("/proc/sys/kernel/other", "1\n");
	o = context_json(root);
	check_text(o, "governor", "performance of 3 CPUs, powersave of 1");
	CHECK(json_is_false(json_object_get(o, "boost")));
	check_text(o, "smt", "forceoff");
	check_text(o, "thp", "madvise");
	check_text(o, "thp_defrag", "never");
	CHECK_INT(number_of(o, "numa_balancing"), 1);
	sched = json_object_get(o, "sched");
	CHECK_INT(json_object_size(sched), 1);
	check_text(sched, "rt_runtime_us", "950000");
	json_decref(o);
	/* The other driver's word counts, too. */
	snprintf(path, sizeof(path), "%scpufreq/boost", cpu);
	file(path, "1\n");
	snprintf(path, sizeof(path), "%scpu2/cpufreq/scaling_governor", cpu);
	file(path, "performance\n");
	o = context_json(root);
	CHECK(json_is_true(json_object_get(o, "boost")));
	check_text(o, "governor", "performance");
	json_decref(o);
	done();
}

TEST(the_tightest_limit_of_all_cgroups_above)
{
	json_t *o;

	begin();
	file("/proc/self/cgroup", "1:name=x:/y\n0::/a/b\n");
	file("/sys/fs/cgroup/a/b/cpu.max", "max 100000\n");
	file("/sys/fs/cgroup/a/cpu.max", "150000 100000\n");
	file("/sys/fs/cgroup/cpu.max", "100 100000\n"); /* nobody's */
	file("/sys/fs/cgroup/a/b/memory.max", "1073741824\n");
	file("/sys/fs/cgroup/a/memory.max", "2147483648\n");
	o = context_json(root);
	CHECK(json_real_value(json_object_get(o, "cgroup_cpus")) > 1.49 &&
	      json_real_value(json_object_get(o, "cgroup_cpus")) < 1.51);
	CHECK_INT(number_of(o, "cgroup_memory_mib"), 1024);
	json_decref(o);
	done();
}
