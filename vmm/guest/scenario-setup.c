/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmm/guest/scenario-setup.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "vmm/guest/payload.h"
#include "vmm/guest/spawn.h"

/* Room for what workers were allowed; in a loop it comes again. */
#define SEGMENTS_MAX 128

/* One segment from the start on, and one for each op. */
static unsigned int count_segments(const struct test *t)
{
	size_t n = 1;
	bool loops = false;

	for (size_t i = 0; i < t->step_count; i++) {
		n += t->step[i].op_count;
		loops |= t->step[i].hold.loop_ns > 0;
	}
	/* A swap cuts twice where one cgroup is below the other. */
	return loops || 2 * n > SEGMENTS_MAX ? SEGMENTS_MAX
					     : (unsigned int)(2 * n);
}

static int add_groups(struct scenario *s, const struct cgroup_def *def,
		      size_t count, const struct amount_machine *numbers,
		      struct why *reterr_why)
{
	for (size_t i = 0; i < count; i++) {
		unsigned int copies = 1;
		struct group *grown;

		if (amount_is_set(&def[i].copies) &&
		    amount_eval_in(&def[i].copies, numbers, "'copies'", 1,
				   CGROUP_COPIES_MAX, &copies, reterr_why) < 0)
			return -ERANGE;
		grown = reallocarray(s->group, s->group_count + copies,
				     sizeof(*grown));
		if (!grown)
			return why_set(reterr_why, -ENOMEM, "out of memory");
		s->group = grown;
		for (unsigned int k = 0; k < copies; k++) {
			struct group *g = &grown[s->group_count++];
			auto_str struct str name = { 0 };

			*g = (struct group){ .def = &def[i],
					     .copy = k,
					     .copies = copies };
			cgroup_copy_name(&def[i], k, &name);
			snprintf(g->name, sizeof(g->name), "%s",
				 str_text(&name));
		}
	}
	return 0;
}

static int add_all_groups(struct scenario *s,
			  const struct amount_machine *numbers,
			  struct why *reterr_why)
{
	const struct test *t = s->test;
	int r = add_groups(s, t->cgroup, t->cgroup_count, numbers, reterr_why);

	for (size_t i = 0; r == 0 && i < t->step_count; i++)
		r = add_groups(s, t->step[i].cgroup, t->step[i].cgroup_count,
			       numbers, reterr_why);
	return r;
}

/* How many kinds of work @g has so far: its own, and of ops before. */
static unsigned int count_works(const struct scenario *s, const struct group *g)
{
	unsigned int n = 0;

	for (size_t i = 0; i < s->lot_count; i++)
		n += s->lot[i].group == g;
	return n;
}

static int add_lot(struct scenario *s, struct group *g, const struct work *work,
		   const struct op *op, const struct amount_machine *numbers,
		   struct why *reterr_why)
{
	unsigned int n;
	struct lot *grown;

	if (work_count(work, numbers, &n, reterr_why) < 0)
		return -ERANGE;
	grown = reallocarray(s->lot, s->lot_count + 1, sizeof(*grown));
	if (!grown)
		return why_set(reterr_why, -ENOMEM, "out of memory");
	s->lot = grown;
	grown[s->lot_count] = (struct lot){ .group = g,
					    .work = work,
					    .work_index = count_works(s, g),
					    .op = op,
					    .first = s->worker_count,
					    .count = n };
	s->lot_count++;
	s->worker_count += n;
	return 0;
}

static int add_lots_of_groups(struct scenario *s,
			      const struct amount_machine *numbers,
			      struct why *reterr_why)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < s->group_count; i++) {
		struct group *g = &s->group[i];
		const struct cgroup_def *c = g->def;

		if (!c->empty && !c->work_count)
			r = add_lot(s, g, &s->default_work, NULL, numbers,
				    reterr_why);
		for (size_t k = 0; r == 0 && k < c->work_count; k++)
			r = add_lot(s, g, &c->work[k], NULL, numbers,
				    reterr_why);
	}
	return r;
}

static int add_lots_of_op(struct scenario *s, const struct op *op,
			  const struct amount_machine *numbers,
			  struct why *reterr_why)
{
	int r = 0, copy;

	if (op->kind == OP_SPAWN_HOST)
		return add_lot(s, NULL, op->work, op, numbers, reterr_why);
	for (size_t i = 0; r == 0 && i < s->group_count; i++) {
		struct group *g = &s->group[i];

		if (op->kind == OP_SPAWN &&
		    cgroup_def_is(g->def, op->cgroup, &copy) &&
		    (copy < 0 || g->copy == (unsigned int)copy))
			r = add_lot(s, g, op->work, op, numbers, reterr_why);
	}
	return r;
}

static int add_all_lots(struct scenario *s,
			const struct amount_machine *numbers,
			struct why *reterr_why)
{
	int r = add_lots_of_groups(s, numbers, reterr_why);

	for (size_t i = 0; r == 0 && i < s->test->step_count; i++) {
		const struct step *step = &s->test->step[i];

		for (size_t k = 0; r == 0 && k < step->op_count; k++)
			r = add_lots_of_op(s, &step->op[k], numbers,
					   reterr_why);
	}
	return r;
}

/* Init must get the CPU from any worker, and so must one that is to die. */
_Static_assert(WORK_PRIORITY_MAX < SPAWN_INIT_PRIORITY - 1, "init is above");

static void prepare_lot(struct scenario *s, const struct lot *lot)
{
	for (unsigned int i = 0; i < lot->count; i++) {
		struct worker *w = &s->worker[lot->first + i];

		*w = (struct worker){ .born = lot->group,
				      .group = lot->group,
				      .work = lot->work,
				      .work_index = lot->work_index,
				      .index = i,
				      .ext = s->ext };
	}
	crew_team_up(&s->worker[lot->first], lot->count);
}

int scenario_prepare(struct scenario *s, struct why *reterr_why)
{
	struct amount_machine numbers =
		amount_machine_of(s->machine, s->test->workers);
	int r;

	s->default_work = work_default();
	s->online = s->machine->all;
	r = add_all_groups(s, &numbers, reterr_why);
	if (r == 0)
		r = add_all_lots(s, &numbers, reterr_why);
	if (r < 0)
		return r;
	if (payloads_prepare(s) < 0)
		return why_set(reterr_why, -ENOMEM, "out of memory");
	s->worker = crew_new(s->worker_count);
	if (!s->worker)
		return why_set(reterr_why, -ENOMEM, "out of memory");
	for (size_t i = 0; i < s->lot_count; i++)
		prepare_lot(s, &s->lot[i]);
	r = crew_prepare(s->worker, s->worker_count, count_segments(s->test));
	if (r < 0)
		return why_set(reterr_why, r, "no memory for %zu workers",
			       s->worker_count);
	return 0;
}

void scenario_free(struct scenario *s)
{
	windows_free(&s->windows);
	payloads_free(s);
	if (s->worker)
		crew_free(s->worker, s->worker_count);
	crew_delete(s->worker, s->worker_count);
	free(s->lot);
	free(s->group);
}
