/* SPDX-License-Identifier: GPL-2.0-or-later */
/* scenario-crew.c - who of a scenario begins, stops and goes together. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "vmm/guest/clock.h"
#include "vmm/guest/ops.h"

/* Workers begin within this time of each other, as the seed says. */
#define JITTER_NS NS_PER_MS

struct group *scenario_next(struct scenario *s, const char *name, size_t *at)
{
	while (*at < s->group_count) {
		struct group *g = &s->group[(*at)++];
		int copy;

		if (g->exists && cgroup_def_is(g->def, name, &copy) &&
		    (copy < 0 || g->copy == (unsigned int)copy))
			return g;
	}
	return NULL;
}

int scenario_crew(struct scenario *s,
		  bool (*choose)(const struct worker *, const void *),
		  const void *arg, struct crew *ret)
{
	struct worker **member = calloc(s->worker_count + 1, sizeof(*member));
	size_t n = 0;

	if (!member)
		return -ENOMEM;
	for (size_t i = 0; i < s->worker_count; i++) {
		if (choose(&s->worker[i], arg))
			member[n++] = &s->worker[i];
	}
	*ret = (struct crew){ .watch = s->watch,
			      .machine = s->machine,
			      .member = member,
			      .count = n,
			      .random = &s->random,
			      .jitter_ns = JITTER_NS };
	return 0;
}

bool scenario_is_fresh(const struct lot *l, const void *unused)
{
	(void)unused;
	return !l->op && l->group && l->group->exists && l->group->fresh;
}

/* All of them are idle: what is followed beforehand says so. */
static size_t collect(struct scenario *s, const struct lot *lot,
		      struct worker **member, size_t n)
{
	for (size_t i = 0; i < lot->count; i++) {
		struct worker *w = &s->worker[lot->first + i];

		if (w->over)
			crew_renew(w);
		w->group = lot->group;
		member[n++] = w;
	}
	return n;
}

int scenario_spawn(struct scenario *s,
		   bool (*choose)(const struct lot *, const void *),
		   const void *arg, bool start, struct why *reterr_why)
{
	struct worker **member = calloc(s->worker_count + 1, sizeof(*member));
	struct crew c = { .watch = s->watch,
			  .machine = s->machine,
			  .member = member,
			  .random = &s->random,
			  .jitter_ns = JITTER_NS };
	int r = 0;

	if (!member)
		return why_set(reterr_why, -ENOMEM, "out of memory");
	for (size_t i = 0; i < s->lot_count; i++) {
		if (choose(&s->lot[i], arg))
			c.count = collect(s, &s->lot[i], member, c.count);
	}
	for (size_t i = 0; i < s->group_count; i++)
		s->group[i].fresh = false;
	if (c.count)
		r = crew_spawn(&c, reterr_why);
	if (r == 0 && c.count && start)
		crew_start(&c);
	free(member);
	return r;
}

static bool is_named(const struct worker *w, const void *name)
{
	return w->started && !w->over && w->group &&
	       group_is_named(w->group, name);
}

int scenario_stop(struct scenario *s, const char *name, struct why *reterr_why)
{
	struct crew c;
	int r = 0;

	for (size_t i = 0; r == 0 && i < s->group_count; i++) {
		struct group *g = &s->group[i];

		if (g->exists && g->frozen && group_is_named(g, name))
			r = ops_thaw(s, g, reterr_why);
	}
	if (r < 0)
		return r;
	r = scenario_crew(s, is_named, name, &c);
	if (r < 0)
		return why_set(reterr_why, r, "out of memory");
	if (c.count)
		crew_stop(&c);
	free(c.member);
	return 0;
}

/* Children first: they stand behind their parents. */
int scenario_remove(struct scenario *s, const char *name,
		    struct why *reterr_why)
{
	int r = scenario_stop(s, name, reterr_why);

	for (size_t i = s->group_count; r == 0 && i > 0; i--) {
		struct group *g = &s->group[i - 1];

		if (g->exists && group_is_named(g, name))
			r = group_remove(g, reterr_why);
	}
	return r;
}

int scenario_restore(struct scenario *s, struct why *reterr_why)
{
	struct why later;
	int r = 0, one;

	for (size_t i = 0; i < s->group_count; i++) {
		struct group *g = &s->group[i];

		if (!g->exists || !g->frozen)
			continue;
		one = ops_thaw(s, g, &later);
		if (one < 0 && r == 0)
			r = why_set(reterr_why, one, "%s", later.text);
	}
	if (CPU_EQUAL(&s->online, &s->machine->all))
		return r;
	one = ops_set_online(s, &s->machine->all, true, &later);
	return one < 0 && r == 0 ? why_set(reterr_why, one, "%s", later.text)
				 : r;
}
