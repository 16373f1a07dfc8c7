/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ops-groups.c - ops by which cgroups and workers come, go, move and freeze. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "vmm/guest/clock.h"
#include "vmm/guest/ops.h"

#define FREEZE_NS	(5 * NS_PER_SEC)
#define FREEZE_SLICE_NS NS_PER_MS

int op_add_cgroup(struct scenario *s, const struct op *op, struct str *in_force,
		  struct why *reterr_why)
{
	int r = 0, copy;

	(void)in_force;
	for (size_t i = 0; r == 0 && i < s->group_count; i++) {
		struct group *g = &s->group[i];

		if (g->exists || !cgroup_def_is(g->def, op->cgroup, &copy) ||
		    (copy >= 0 && g->copy != (unsigned int)copy))
			continue;
		r = group_make(g, s->machine, &s->online, reterr_why);
	}
	return r < 0 ? r
		     : scenario_spawn(s, scenario_is_fresh, NULL, true,
				      reterr_why);
}

int op_stop_cgroup(struct scenario *s, const struct op *op,
		   struct str *in_force, struct why *reterr_why)
{
	(void)in_force;
	return scenario_stop(s, op->cgroup, reterr_why);
}

int op_remove_cgroup(struct scenario *s, const struct op *op,
		     struct str *in_force, struct why *reterr_why)
{
	(void)in_force;
	return scenario_remove(s, op->cgroup, reterr_why);
}

static int move_one(struct worker *w, struct group *to, struct why *reterr_why)
{
	int r;

	if (w->child.ended)
		return 0;
	r = group_attach(to, w->child.pid, reterr_why);
	if (r == 0)
		w->group = to;
	return r;
}

int op_move_tasks(struct scenario *s, const struct op *op, struct str *in_force,
		  struct why *reterr_why)
{
	size_t at = 0;
	struct group *to = scenario_next(s, op->other, &at);
	struct crew c;
	int r = ops_crew(s, op->cgroup, &c, reterr_why);

	(void)in_force;
	if (r < 0)
		return r;
	if (to)
		r = group_open(to, reterr_why);
	else
		r = why_set(reterr_why, -ENOENT, "no cgroup '%s'", op->other);
	ops_close_segments(&c);
	for (size_t i = 0; r == 0 && i < c.count; i++)
		r = move_one(c.member[i], to, reterr_why);
	ops_open_segments(s, &c);
	free(c.member);
	return r;
}

static bool is_spawned_by(const struct lot *l, const void *op)
{
	return l->op == op && (!l->group || l->group->exists);
}

int op_spawn(struct scenario *s, const struct op *op, struct str *in_force,
	     struct why *reterr_why)
{
	struct group *g;
	size_t at = 0;
	int r = 0;

	(void)in_force;
	/* One that had children passes the controllers on to them still. */
	while (r == 0 && (g = scenario_next(s, op->cgroup, &at)))
		r = group_open(g, reterr_why);
	return r < 0 ? r
		     : scenario_spawn(s, is_spawned_by, op, true, reterr_why);
}

int op_spawn_host(struct scenario *s, const struct op *op, struct str *in_force,
		  struct why *reterr_why)
{
	(void)in_force;
	return scenario_spawn(s, is_spawned_by, op, true, reterr_why);
}

static bool is_below(const struct worker *w, const void *g)
{
	return w->started && !w->over && w->group &&
	       group_is_below(w->group, g);
}

static bool is_never(const void *arg)
{
	(void)arg;
	return false;
}

/* Every task must get a CPU once more to see that it is to freeze. */
static bool wait_frozen(struct scenario *s, const struct group *g)
{
	uint64_t end = clock_now_ns() + FREEZE_NS;

	while (!group_is_frozen(g)) {
		uint64_t now = clock_now_ns();

		if (now >= end)
			return false;
		(void)watch_until(s->watch, now + FREEZE_SLICE_NS, is_never,
				  NULL);
	}
	return true;
}

/* Those that get no CPU to freeze on are in a gap, which counts. */
static int freeze(struct scenario *s, struct group *g, struct str *in_force,
		  struct why *reterr_why)
{
	bool frozen = false;
	struct crew c;
	int r = scenario_crew(s, is_below, g, &c);

	if (r < 0)
		return why_set(reterr_why, r, "out of memory");
	r = group_freeze(g, true, reterr_why);
	if (r == 0)
		frozen = wait_frozen(s, g);
	for (size_t i = 0; frozen && i < c.count; i++)
		crew_frozen(c.member[i]);
	free(c.member);
	in_force->len = 0;
	str_add(in_force,
		frozen ? "frozen" : "not frozen: some get no CPU since 5 s");
	return r;
}

int ops_thaw(struct scenario *s, struct group *g, struct why *reterr_why)
{
	struct crew c;
	int r = scenario_crew(s, is_below, g, &c);

	if (r < 0)
		return why_set(reterr_why, r, "out of memory");
	g->frozen = false;
	/* Before the first of them runs on. */
	for (size_t i = 0; i < c.count; i++) {
		if (!ops_is_frozen(s, c.member[i]->group))
			crew_thawed(c.member[i]);
	}
	r = group_freeze(g, false, reterr_why);
	free(c.member);
	return r;
}

int op_freezer(struct scenario *s, const struct op *op, struct str *in_force,
	       struct why *reterr_why)
{
	bool close = op->kind == OP_FREEZE;
	struct group *g;
	size_t at = 0;
	int r = 0;

	while (r == 0 && (g = scenario_next(s, op->cgroup, &at))) {
		if (g->frozen == close)
			continue;
		r = close ? freeze(s, g, in_force, reterr_why)
			  : ops_thaw(s, g, reterr_why);
	}
	if (!close)
		str_add(in_force, "thawed");
	return r;
}
