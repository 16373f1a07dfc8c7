/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ops-cpus.c - ops that change which CPUs there are for whom. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>

#include "tools/lib/cpulist.h"
#include "tools/lib/file.h"
#include "vmm/guest/cgroup.h"
#include "vmm/guest/clock.h"
#include "vmm/guest/ops.h"

/* The kernel may have changed what is in force for all that is below; NULL:
 * for all. */
static int refresh_below(struct scenario *s, const struct group *top,
			 struct why *reterr_why)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < s->group_count; i++) {
		struct group *g = &s->group[i];

		if (g->exists && (!top || group_is_below(g, top)))
			r = group_refresh(g, &s->online, reterr_why);
	}
	return r;
}

/* Workers that run in @arg, a cgroup, or below it; NULL: all that run. */
static bool is_below(const struct worker *w, const void *arg)
{
	return w->started && !w->over &&
	       (!arg || (w->group && group_is_below(w->group, arg)));
}

static int change_cpus(struct scenario *s, struct group *g,
		       const cpu_set_t *cpus, struct why *reterr_why)
{
	struct crew c;
	int r = scenario_crew(s, is_below, g, &c);

	if (r < 0)
		return why_set(reterr_why, r, "out of memory");
	ops_close_segments(&c);
	r = group_set_cpus(g, cpus, &s->online, reterr_why);
	ops_open_segments(s, &c);
	free(c.member);
	return r < 0 ? r : refresh_below(s, g, reterr_why);
}

int op_set_cpuset(struct scenario *s, const struct op *op, struct str *in_force,
		  struct why *reterr_why)
{
	struct group *g;
	size_t at = 0;
	int r = 0;

	(void)in_force;
	while (r == 0 && (g = scenario_next(s, op->cgroup, &at))) {
		struct cpuset_spec spec =
			cpuset_for_copy(&op->cpuset, g->copy, g->copies);
		cpu_set_t cpus;

		r = cpuset_resolve(&spec, s->machine, &cpus, reterr_why);
		if (r == 0)
			r = change_cpus(s, g, &cpus, reterr_why);
	}
	return r;
}

int op_clear_cpuset(struct scenario *s, const struct op *op,
		    struct str *in_force, struct why *reterr_why)
{
	struct group *g;
	size_t at = 0;
	int r = 0;

	(void)in_force;
	while (r == 0 && (g = scenario_next(s, op->cgroup, &at)))
		r = change_cpus(s, g, NULL, reterr_why);
	return r;
}

/* One that has no cpuset of its own gives "none" to the other. */
int op_swap_cpusets(struct scenario *s, const struct op *op,
		    struct str *in_force, struct why *reterr_why)
{
	size_t at = 0, other_at = 0;
	struct group *g = scenario_next(s, op->cgroup, &at);
	struct group *other = scenario_next(s, op->other, &other_at);
	cpu_set_t mine, theirs;
	bool has_mine, has_theirs;
	int r;

	(void)in_force;
	if (!g || !other)
		return why_set(reterr_why, -ENOENT, "no cgroup '%s'",
			       g ? op->other : op->cgroup);
	mine = g->cpuset;
	theirs = other->cpuset;
	has_mine = g->has_cpuset;
	has_theirs = other->has_cpuset;
	r = change_cpus(s, g, has_theirs ? &theirs : NULL, reterr_why);
	if (r < 0)
		return r;
	return change_cpus(s, other, has_mine ? &mine : NULL, reterr_why);
}

int op_set_affinity(struct scenario *s, const struct op *op,
		    struct str *in_force, struct why *reterr_why)
{
	struct crew c;
	int r = ops_crew(s, op->cgroup, &c, reterr_why);

	(void)in_force;
	if (r < 0)
		return r;
	ops_close_segments(&c);
	for (size_t i = 0; r == 0 && i < c.count; i++)
		r = crew_set_affinity(&c, c.member[i], &op->affinity,
				      &c.member[i]->group->cpus, reterr_why);
	ops_open_segments(s, &c);
	free(c.member);
	return r;
}

static int set_one(unsigned int cpu, bool on, struct why *reterr_why)
{
	char path[64];
	int r;

	snprintf(path, sizeof(path), "/sys/devices/system/cpu/cpu%u/online",
		 cpu);
	r = file_write_at(AT_FDCWD, path, on ? "1" : "0");
	if (r == -ENOENT)
		return why_set(reterr_why, -ENOSYS,
			       "CPU %u cannot go off line: the kernel is built "
			       "without CONFIG_HOTPLUG_CPU, or keeps it",
			       cpu);
	if (r < 0)
		return why_set(reterr_why, r, "cannot take CPU %u %s line", cpu,
			       on ? "on" : "off");
	return 0;
}

static int set_all(struct scenario *s, const cpu_set_t *cpus, bool on,
		   struct why *reterr_why)
{
	int r = 0;

	for (unsigned int cpu = 0; r == 0 && cpu < CPU_SETSIZE; cpu++) {
		if (!CPU_ISSET(cpu, cpus) ||
		    on == (CPU_ISSET(cpu, &s->online) != 0))
			continue;
		r = set_one(cpu, on, reterr_why);
		if (r < 0)
			return r;
		if (on)
			CPU_SET(cpu, &s->online);
		else
			CPU_CLR(cpu, &s->online);
	}
	return r;
}

/* Older kernels (before 6.11) bring cpusets up to date a moment later. */
static bool are_up_to_date(const void *arg)
{
	const struct scenario *s = arg;

	for (size_t i = 0; i < s->group_count; i++) {
		const struct group *g = &s->group[i];
		cpu_set_t cpus, both;

		if (!g->exists || cgroup_get_cpus(g->name, &cpus, NULL) < 0)
			continue;
		CPU_AND(&both, &cpus, &s->online);
		if (!CPU_EQUAL(&both, &cpus))
			return false;
	}
	return true;
}

int ops_set_online(struct scenario *s, const cpu_set_t *cpus, bool on,
		   struct why *reterr_why)
{
	struct crew c;
	int r = scenario_crew(s, is_below, NULL, &c);

	if (r < 0)
		return why_set(reterr_why, r, "out of memory");
	ops_close_segments(&c);
	r = set_all(s, cpus, on, reterr_why);
	(void)watch_until(s->watch, clock_now_ns() + 100 * NS_PER_MS,
			  are_up_to_date, s);
	ops_open_segments(s, &c);
	free(c.member);
	return r < 0 ? r : refresh_below(s, NULL, reterr_why);
}

int op_hotplug(struct scenario *s, const struct op *op, struct str *in_force,
	       struct why *reterr_why)
{
	cpu_set_t cpus;
	int r = cpuset_resolve(&op->cpuset, s->machine, &cpus, reterr_why);

	if (r == 0)
		r = ops_set_online(s, &cpus, op->kind == OP_ONLINE_CPUS,
				   reterr_why);
	cpulist_format(in_force, &s->online);
	return r;
}
