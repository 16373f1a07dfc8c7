/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ops.c - what a step does to cgroups and workers that are there. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/lib/cleanup.h"
#include "vmm/guest/clock.h"
#include "vmm/guest/json.h"
#include "vmm/guest/scenario.h"

static void send_event(struct scenario *s, const struct op *op,
		       const struct group *g, const struct group *other)
{
	struct str out = { 0 };

	json_open(&out, "event");
	json_text(&out, "what", "op");
	json_text(&out, "name", op_kind_names[op->kind]);
	json_number(&out, "at_ns", clock_now_ns());
	json_text(&out, "cgroup", g->def->name);
	if (g->exists)
		json_cpus(&out, "cpus", &g->cpus);
	if (other) {
		json_text(&out, "other", other->def->name);
		json_cpus(&out, "other_cpus", &other->cpus);
	}
	channel_send(s->watch->channel, &out);
}

/* Workers that run in @arg, a cgroup, or below it. */
static bool is_below(const struct worker *w, const void *arg)
{
	return w->started && !w->over && group_is_below(w->group, arg);
}

/* Workers that run in @arg itself. */
static bool is_in(const struct worker *w, const void *arg)
{
	return w->started && !w->over && w->group == arg;
}

/* Around a change of cpusets: cut the segments of all whom it concerns. */
static void close_segments(struct crew *c)
{
	for (size_t i = 0; i < c->count; i++)
		crew_segment_close(c->member[i]);
}

static void open_segments(struct crew *c)
{
	for (size_t i = 0; i < c->count; i++)
		crew_segment_open(c->member[i]);
}

/* The kernel may have changed what is in force for all that is below, too. */
static int refresh_below(struct scenario *s, const struct group *top,
			 struct why *reterr_why)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < s->group_count; i++) {
		if (s->group[i].exists && group_is_below(&s->group[i], top))
			r = group_refresh(&s->group[i], reterr_why);
	}
	return r;
}

static int change_cpus(struct scenario *s, struct group *g,
		       const cpu_set_t *cpus, struct why *reterr_why)
{
	struct crew c;
	int r = scenario_crew(s, is_below, g, &c);

	if (r < 0)
		return why_set(reterr_why, r, "out of memory");
	close_segments(&c);
	r = group_set_cpus(g, cpus, reterr_why);
	open_segments(&c);
	free(c.member);
	return r < 0 ? r : refresh_below(s, g, reterr_why);
}

static int op_set_cpuset(struct scenario *s, const struct op *op,
			 struct group *g, struct group *other,
			 struct why *reterr_why)
{
	cpu_set_t cpus;
	int r = cpuset_resolve(&op->cpuset, s->machine, &cpus, reterr_why);

	(void)other;
	return r < 0 ? r : change_cpus(s, g, &cpus, reterr_why);
}

static int op_clear_cpuset(struct scenario *s, const struct op *op,
			   struct group *g, struct group *other,
			   struct why *reterr_why)
{
	(void)op;
	(void)other;
	return change_cpus(s, g, NULL, reterr_why);
}

/* One that has no cpuset of its own gives "none" to the other. */
static int op_swap_cpusets(struct scenario *s, const struct op *op,
			   struct group *g, struct group *other,
			   struct why *reterr_why)
{
	cpu_set_t mine = g->cpuset, theirs = other->cpuset;
	bool has_mine = g->has_cpuset, has_theirs = other->has_cpuset;
	int r = change_cpus(s, g, has_theirs ? &theirs : NULL, reterr_why);

	(void)op;
	if (r < 0)
		return r;
	return change_cpus(s, other, has_mine ? &mine : NULL, reterr_why);
}

static int op_set_affinity(struct scenario *s, const struct op *op,
			   struct group *g, struct group *other,
			   struct why *reterr_why)
{
	struct crew c;
	int r = scenario_crew(s, is_in, g, &c);

	(void)other;
	if (r < 0)
		return why_set(reterr_why, r, "out of memory");
	close_segments(&c);
	for (size_t i = 0; r == 0 && i < c.count; i++)
		r = crew_set_affinity(&c, c.member[i], &op->affinity, &g->cpus,
				      reterr_why);
	open_segments(&c);
	free(c.member);
	return r;
}

static int op_stop_cgroup(struct scenario *s, const struct op *op,
			  struct group *g, struct group *other,
			  struct why *reterr_why)
{
	struct crew c;
	int r = scenario_crew(s, is_below, g, &c);

	(void)op;
	(void)other;
	if (r < 0)
		return why_set(reterr_why, r, "out of memory");
	crew_stop(&c);
	free(c.member);
	return 0;
}

/* Children first: they stand behind their parents. */
static int op_remove_cgroup(struct scenario *s, const struct op *op,
			    struct group *g, struct group *other,
			    struct why *reterr_why)
{
	int r = op_stop_cgroup(s, op, g, other, reterr_why);

	for (size_t i = s->group_count; r == 0 && i > 0; i--) {
		struct group *below = &s->group[i - 1];

		if (below->exists && below != g && group_is_below(below, g))
			r = group_remove(below, reterr_why);
	}
	return r < 0 ? r : group_remove(g, reterr_why);
}

static int op_move_tasks(struct scenario *s, const struct op *op,
			 struct group *g, struct group *other,
			 struct why *reterr_why)
{
	struct crew c;
	int r = scenario_crew(s, is_in, g, &c);

	(void)op;
	if (r < 0)
		return why_set(reterr_why, r, "out of memory");
	r = group_open(other, reterr_why);
	close_segments(&c);
	for (size_t i = 0; r == 0 && i < c.count; i++) {
		struct worker *w = c.member[i];

		if (w->child.ended)
			continue;
		r = group_attach(other, w->child.pid, reterr_why);
		if (r == 0)
			w->group = other;
	}
	open_segments(&c);
	free(c.member);
	return r;
}

int scenario_op(struct scenario *s, const struct op *op, struct why *reterr_why)
{
	static int (*const run[OP_KINDS])(struct scenario *, const struct op *,
					  struct group *, struct group *,
					  struct why *) = {
		[OP_SET_CPUSET] = op_set_cpuset,
		[OP_CLEAR_CPUSET] = op_clear_cpuset,
		[OP_SWAP_CPUSETS] = op_swap_cpusets,
		[OP_SET_AFFINITY] = op_set_affinity,
		[OP_STOP_CGROUP] = op_stop_cgroup,
		[OP_REMOVE_CGROUP] = op_remove_cgroup,
		[OP_MOVE_TASKS] = op_move_tasks,
	};
	struct group *g = scenario_group(s, op->cgroup), *other = NULL;
	int r;

	if (!run[op->kind])
		return why_set(reterr_why, -ENOTSUP, "op '%s' is not built yet",
			       op_kind_names[op->kind]);
	if (op->other)
		other = scenario_group(s, op->other);
	if (!g || (op->other && !other))
		return why_set(reterr_why, -ENOENT, "%s: no cgroup '%s'",
			       op_kind_names[op->kind],
			       g ? op->other : op->cgroup);
	r = run[op->kind](s, op, g, other, reterr_why);
	if (r == 0)
		send_event(s, op, g, other);
	return r;
}
