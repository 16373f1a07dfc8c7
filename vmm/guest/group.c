/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmm/guest/group.h"

#include <errno.h>
#include <string.h>

#include "tools/lib/cpulist.h"
#include "tools/lib/str.h"
#include "vmm/guest/cgroup.h"

bool group_is_below(const struct group *g, const struct group *top)
{
	size_t len = strlen(top->def->name);

	return strncmp(g->def->name, top->def->name, len) == 0 &&
	       (g->def->name[len] == '\0' || g->def->name[len] == '/');
}

int group_refresh(struct group *g, struct why *reterr_why)
{
	auto_str struct str given = { 0 };
	auto_str struct str got = { 0 };
	cpu_set_t both;
	int r = cgroup_get_cpus(g->def->name, &g->cpus, reterr_why);

	if (r < 0 || !g->has_cpuset)
		return r;
	CPU_AND(&both, &g->cpus, &g->cpuset);
	if (CPU_EQUAL(&both, &g->cpus) && CPU_COUNT(&both) > 0)
		return 0;
	cpulist_format(&given, &g->cpuset);
	cpulist_format(&got, &g->cpus);
	return why_set(reterr_why, -ERANGE,
		       "cgroup '%s' was given CPUs %s, and the kernel made "
		       "that %s",
		       g->def->name, str_text(&given), str_text(&got));
}

int group_set_cpus(struct group *g, const cpu_set_t *cpus,
		   struct why *reterr_why)
{
	int r = cgroup_set_cpus(g->def->name, cpus, reterr_why);

	if (r < 0)
		return r;
	g->has_cpuset = cpus != NULL;
	if (cpus)
		g->cpuset = *cpus;
	return group_refresh(g, reterr_why);
}

int group_make(struct group *g, const struct machine *m, struct why *reterr_why)
{
	cpu_set_t set;
	int r = cgroup_make(g->def->name, reterr_why);

	if (r < 0)
		return r;
	g->exists = true;
	if (g->def->cpuset.kind == CPUSET_NONE)
		return group_refresh(g, reterr_why);
	r = cpuset_resolve(&g->def->cpuset, m, &set, reterr_why);
	return r < 0 ? r : group_set_cpus(g, &set, reterr_why);
}

int group_remove(struct group *g, struct why *reterr_why)
{
	int r = cgroup_remove(g->def->name, reterr_why);

	if (r == 0)
		g->exists = false;
	return r;
}

int group_open(const struct group *g, struct why *reterr_why)
{
	return cgroup_pass_on(g->def->name, false, reterr_why);
}

int group_attach(const struct group *g, pid_t pid, struct why *reterr_why)
{
	return cgroup_attach(g->def->name, pid, reterr_why);
}
