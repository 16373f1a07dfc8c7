/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmm/guest/group.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "tools/lib/cleanup.h"
#include "tools/lib/cpulist.h"
#include "tools/lib/str.h"
#include "vmm/guest/cgroup.h"

#define TEXT 64

static bool is_path_below(const char *name, const char *top)
{
	size_t len = strlen(top);

	return strncmp(name, top, len) == 0 &&
	       (name[len] == '\0' || name[len] == '/');
}

bool group_is_below(const struct group *g, const struct group *top)
{
	return is_path_below(g->name, top->name);
}

/* What is made in copies has nothing below it. */
bool group_is_named(const struct group *g, const char *name)
{
	int copy;

	if (cgroup_def_is(g->def, name, &copy))
		return copy < 0 || g->copy == (unsigned int)copy;
	return is_path_below(g->name, name);
}

int group_refresh(struct group *g, const cpu_set_t *online,
		  struct why *reterr_why)
{
	auto_str struct str given = { 0 };
	auto_str struct str got = { 0 };
	cpu_set_t both;
	int r = cgroup_get_cpus(g->name, &g->cpus, reterr_why);

	if (r < 0 || !g->has_cpuset)
		return r;
	CPU_AND(&both, &g->cpuset, online);
	if (CPU_COUNT(&both) == 0)
		return 0; /* the kernel lends it its parent's */
	CPU_AND(&both, &g->cpus, &g->cpuset);
	if (CPU_EQUAL(&both, &g->cpus) && CPU_COUNT(&both) > 0)
		return 0;
	cpulist_format(&given, &g->cpuset);
	cpulist_format(&got, &g->cpus);
	return why_set(reterr_why, -ERANGE,
		       "cgroup '%s' was given CPUs %s, and the kernel made "
		       "that %s",
		       g->name, str_text(&given), str_text(&got));
}

int group_set_cpus(struct group *g, const cpu_set_t *cpus,
		   const cpu_set_t *online, struct why *reterr_why)
{
	int r = cgroup_set_cpus(g->name, cpus, reterr_why);

	if (r < 0)
		return r;
	g->has_cpuset = cpus != NULL;
	if (cpus)
		g->cpuset = *cpus;
	return group_refresh(g, online, reterr_why);
}

static int set_cpuset(struct group *g, const struct machine *m,
		      const cpu_set_t *online, struct why *reterr_why)
{
	struct cpuset_spec spec =
		cpuset_for_copy(&g->def->cpuset, g->copy, g->copies);
	cpu_set_t set;
	int r;

	if (spec.kind == CPUSET_NONE)
		return group_refresh(g, online, reterr_why);
	r = cpuset_resolve(&spec, m, &set, reterr_why);
	return r < 0 ? r : group_set_cpus(g, &set, online, reterr_why);
}

int group_make(struct group *g, const struct machine *m,
	       const cpu_set_t *online, struct why *reterr_why)
{
	const struct cgroup_def *c = g->def;
	int r = cgroup_make(g->name, reterr_why);

	if (r < 0)
		return r;
	g->exists = g->fresh = true;
	g->restless = g->weight > 0; /* it is made again */
	g->weight = GROUP_WEIGHT;
	g->frozen = g->has_cpuset = g->limited = g->was_limited = false;
	r = set_cpuset(g, m, online, reterr_why);
	if (r == 0 && c->has_mems)
		r = group_set_mems(g, &c->mems, reterr_why);
	if (r == 0 && c->weight)
		r = group_set_weight(g, c->weight, NULL, reterr_why);
	if (r == 0 && c->has_max)
		r = group_set_max(g, &c->max, NULL, reterr_why);
	if (r == 0 && c->has_uclamp)
		r = group_set_uclamp(g, &c->uclamp, NULL, reterr_why);
	g->settled = r == 0;
	return r;
}

int group_remove(struct group *g, struct why *reterr_why)
{
	int r = cgroup_remove(g->name, reterr_why);

	if (r == 0)
		g->exists = g->settled = false;
	return r;
}

int group_open(const struct group *g, struct why *reterr_why)
{
	return cgroup_pass_on(g->name, false, reterr_why);
}

int group_attach(const struct group *g, pid_t pid, struct why *reterr_why)
{
	return cgroup_attach(g->name, pid, reterr_why);
}

/* Write it, read it back, and let it be seen. */
static int set_file(const struct group *g, const char *file, const char *text,
		    struct str *in_force, struct why *reterr_why)
{
	auto_free char *now = NULL;
	int r = cgroup_write(g->name, file, text, reterr_why);

	if (r == 0)
		r = cgroup_read(g->name, file, &now, reterr_why);
	if (r < 0 || !now)
		return r;
	if (in_force)
		str_addf(in_force, "%s%s", in_force->len ? " " : "", now);
	if (strcmp(now, text) != 0)
		return why_set(reterr_why, -ERANGE,
			       "%s of cgroup '%s' was given '%s', and the "
			       "kernel made that '%s'",
			       file, g->name, text, now);
	return 0;
}

int group_set_weight(struct group *g, unsigned int weight, struct str *in_force,
		     struct why *reterr_why)
{
	char text[TEXT];

	g->restless |= g->settled && weight != g->weight;
	g->weight = weight;
	snprintf(text, sizeof(text), "%u", weight);
	return set_file(g, "cpu.weight", text, in_force, reterr_why);
}

int group_set_max(struct group *g, const struct cpu_max *max,
		  struct str *in_force, struct why *reterr_why)
{
	char text[TEXT];

	g->restless |= g->settled;
	g->limited = max->quota_ns > 0;
	g->was_limited |= g->limited;
	if (g->limited)
		snprintf(text, sizeof(text), "%" PRIu64 " %" PRIu64,
			 max->quota_ns / 1000, max->period_ns / 1000);
	else
		snprintf(text, sizeof(text), "max 100000");
	return set_file(g, "cpu.max", text, in_force, reterr_why);
}

/* The kernel writes a full bound as "max". */
static int set_bound(const struct group *g, const char *file,
		     unsigned int value, struct str *in_force,
		     struct why *reterr_why)
{
	char text[TEXT];

	snprintf(text, sizeof(text), "%u.%02u", value / 100, value % 100);
	if (value == 10000)
		snprintf(text, sizeof(text), "max");
	return set_file(g, file, text, in_force, reterr_why);
}

int group_set_uclamp(const struct group *g, const struct uclamp *u,
		     struct str *in_force, struct why *reterr_why)
{
	int r = set_bound(g, "cpu.uclamp.min", u->min, in_force, reterr_why);

	if (r == 0)
		r = set_bound(g, "cpu.uclamp.max", u->max, in_force,
			      reterr_why);
	if (r == -ENOENT)
		return why_set(reterr_why, -ENOSYS,
			       "the kernel has no uclamp for cgroups: it is "
			       "built without CONFIG_UCLAMP_TASK_GROUP");
	return r;
}

int group_set_mems(const struct group *g, const cpu_set_t *nodes,
		   struct why *reterr_why)
{
	auto_str struct str text = { 0 };

	cpulist_format(&text, nodes);
	return set_file(g, "cpuset.mems", str_text(&text), NULL, reterr_why);
}

int group_freeze(struct group *g, bool freeze, struct why *reterr_why)
{
	int r = cgroup_write(g->name, "cgroup.freeze", freeze ? "1" : "0",
			     reterr_why);

	if (r == 0)
		g->frozen = freeze;
	g->restless = true;
	return r;
}

bool group_is_frozen(const struct group *g)
{
	auto_free char *events = NULL;

	if (cgroup_read(g->name, "cgroup.events", &events, NULL) < 0)
		return true;
	return strstr(events, "frozen 1") != NULL;
}
