/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which CPUs and nodes there are for us. */
#include <fcntl.h>
#include <string.h>

#include "tools/lib/cleanup.h"
#include "tools/lib/cpulist.h"
#include "tools/lib/file.h"
#include "tools/sandbox/sandbox.h"

#define FILE_BYTES_MAX 65536

/* Nodes with memory; without NUMA in the kernel that is node 0. */
static void read_memory_nodes(cpu_set_t *ret)
{
	auto_free char *text = NULL;
	size_t at;

	CPU_ZERO(ret);
	CPU_SET(0, ret);
	if (file_read_at(AT_FDCWD, "/sys/devices/system/node/has_memory",
			 FILE_BYTES_MAX, &text) > 0)
		(void)cpulist_parse(text, ret, &at);
}

/* Keep those in @nodes that our cpuset allows. */
static void keep_allowed_nodes(cpu_set_t *nodes)
{
	static const char name[] = "Mems_allowed_list:";
	auto_free char *text = NULL;
	cpu_set_t allowed;
	char *list;
	size_t at;

	if (file_read_at(AT_FDCWD, "/proc/self/status", FILE_BYTES_MAX, &text) <
	    0)
		return;
	list = strstr(text, name);
	if (!list)
		return; /* a kernel without cpusets */
	list += strlen(name);
	list += strspn(list, " \t");
	list[strcspn(list, "\n")] = '\0';
	if (cpulist_parse(list, &allowed, &at) == 0)
		CPU_AND(nodes, nodes, &allowed);
}

static void refuse_others(const char *what, const cpu_set_t *want,
			  const cpu_set_t *have, const char *why)
{
	auto_str struct str want_text = { 0 }, have_text = { 0 };
	cpu_set_t both;

	CPU_AND(&both, want, have);
	if (CPU_EQUAL(&both, want))
		return;
	cpulist_format(&want_text, want);
	cpulist_format(&have_text, have);
	die(EX_USAGE, "%s %s cannot be had: %s %s", what, str_text(&want_text),
	    why, str_text(&have_text));
}

void check_places(const struct request *req)
{
	cpu_set_t have;

	/* It fails with more CPUs than we know: then the kernel will tell. */
	if (sched_getaffinity(0, sizeof(have), &have) == 0)
		refuse_others("CPUs", &req->cpus, &have,
			      "this process may use");
	read_memory_nodes(&have);
	refuse_others("NUMA nodes", &req->mems, &have, "those with memory are");
	if (!req->mems_asked)
		return;
	keep_allowed_nodes(&have);
	refuse_others("NUMA nodes", &req->mems, &have, "this process may use");
}
