/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmm/guest/scenario-setup.h"

#include <errno.h>
#include <stdlib.h>

#include "vmm/guest/spawn.h"

static size_t count_groups(const struct test *t)
{
	size_t n = t->cgroup_count;

	for (size_t i = 0; i < t->step_count; i++)
		n += t->step[i].cgroup_count;
	return n;
}

/* One segment from the start on, and one for each op. */
static unsigned int count_segments(const struct test *t)
{
	size_t n = 1;

	for (size_t i = 0; i < t->step_count; i++)
		n += t->step[i].op_count;
	/* A swap cuts twice where one cgroup is below the other. */
	return (unsigned int)(2 * n);
}

static void add_groups(struct scenario *s, const struct cgroup_def *def,
		       size_t count)
{
	for (size_t i = 0; i < count; i++)
		s->group[s->group_count++] = (struct group){ .def = &def[i] };
}

static const struct work *works_of(const struct scenario *s,
				   const struct cgroup_def *def, size_t *count)
{
	*count = def->empty ? 0 : def->work_count ? def->work_count : 1;
	return def->work_count ? def->work : &s->default_work;
}

/* The host has looked at it: what does not fit this machine is no test for it.
 */
static unsigned int workers_of(const struct scenario *s, const struct work *w)
{
	const struct amount_machine m =
		amount_machine_of(s->machine, s->test->workers);
	unsigned int n = 0;
	struct why why;

	return work_count(w, &m, &n, &why) < 0 ? 0 : n;
}

static size_t count_workers(const struct scenario *s)
{
	size_t n = 0, count;

	for (size_t i = 0; i < s->group_count; i++) {
		const struct work *work = works_of(s, s->group[i].def, &count);

		for (size_t k = 0; k < count; k++)
			n += workers_of(s, &work[k]);
	}
	return n;
}

/* Init must get the CPU from any worker, and so must one that is to die. */
_Static_assert(WORK_PRIORITY_MAX < SPAWN_INIT_PRIORITY - 1, "init is above");

static int add_workers(struct scenario *s, struct group *g,
		       const struct work *work, unsigned int work_index,
		       struct why *reterr_why)
{
	unsigned int n = workers_of(s, work), segments;
	struct worker *first = &s->worker[s->worker_count];
	int r = 0;

	if (n == 0)
		return why_set(reterr_why, -EINVAL,
			       "the number of workers of cgroup '%s' does not "
			       "fit this machine",
			       g->def->name);
	segments = count_segments(s->test);
	for (unsigned int i = 0; r == 0 && i < n; i++) {
		struct worker *w = &s->worker[s->worker_count++];

		*w = (struct worker){ .born = g,
				      .group = g,
				      .work = work,
				      .work_index = work_index,
				      .index = i,
				      .ext = s->ext };
		r = crew_prepare(w, segments);
		if (r < 0)
			why_set(reterr_why, r, "no memory for worker %zu",
				s->worker_count);
	}
	if (r == 0)
		crew_team_up(first, n);
	return r;
}

int scenario_prepare(struct scenario *s, struct why *reterr_why)
{
	const struct test *t = s->test;
	int r = 0;

	s->default_work = work_default();
	why_set(reterr_why, 0, "out of memory");
	s->group = calloc(count_groups(t) + 1, sizeof(*s->group));
	if (!s->group)
		return -ENOMEM;
	add_groups(s, t->cgroup, t->cgroup_count);
	for (size_t i = 0; i < t->step_count; i++)
		add_groups(s, t->step[i].cgroup, t->step[i].cgroup_count);
	s->worker = calloc(count_workers(s) + 1, sizeof(*s->worker));
	if (!s->worker)
		return -ENOMEM;
	for (size_t i = 0; r == 0 && i < s->group_count; i++) {
		size_t count;
		const struct work *work = works_of(s, s->group[i].def, &count);

		for (size_t k = 0; r == 0 && k < count; k++)
			r = add_workers(s, &s->group[i], &work[k],
					(unsigned int)k, reterr_why);
	}
	return r;
}

void scenario_free(struct scenario *s)
{
	for (size_t i = 0; i < s->worker_count; i++)
		crew_free(&s->worker[i]);
	free(s->worker);
	free(s->group);
}
