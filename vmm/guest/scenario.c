/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmm/guest/scenario.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "vmm/guest/cgroup.h"
#include "vmm/guest/clock.h"
#include "vmm/guest/report.h"
#include "vmm/guest/scenario-setup.h"

/* Workers begin within this time of each other, as the seed says. */
#define JITTER_NS NS_PER_MS

struct group *scenario_group(struct scenario *s, const char *name)
{
	for (size_t i = 0; i < s->group_count; i++) {
		struct group *g = &s->group[i];

		if (g->exists && strcmp(g->def->name, name) == 0)
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

/* Was it born in a cgroup that @arg, an array, defines? */
struct defs {
	const struct cgroup_def *def;
	size_t count;
};

static bool is_of(const struct worker *w, const void *arg)
{
	const struct defs *d = arg;

	return w->born->def >= d->def && w->born->def < d->def + d->count;
}

/* Make the cgroups that are defined at one place, and their waiting workers. */
static int make_groups(struct scenario *s, const struct defs *d,
		       struct crew *ret, struct why *reterr_why)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < s->group_count; i++) {
		struct group *g = &s->group[i];

		if (g->def >= d->def && g->def < d->def + d->count)
			r = group_make(g, s->machine, reterr_why);
	}
	if (r < 0)
		return r;
	r = scenario_crew(s, is_of, d, ret);
	if (r < 0)
		return why_set(reterr_why, r, "out of memory");
	return crew_spawn(ret, reterr_why);
}

/* Wait; false if the scheduler is lost. */
static bool hold(struct scenario *s, uint64_t ns)
{
	return !s->watch->was_lost && watch_until(s->watch, clock_now_ns() + ns,
						  NULL, NULL) == WATCH_DEADLINE;
}

static int play_step(struct scenario *s, const struct step *step,
		     struct why *reterr_why)
{
	struct channel *channel = s->watch->channel;
	struct defs d = { step->cgroup, step->cgroup_count };
	struct crew crew = { 0 };
	int r = 0;

	channel_send_event(channel, "step", step->name);
	for (size_t i = 0; r == 0 && i < step->op_count; i++)
		r = scenario_op(s, &step->op[i], reterr_why);
	if (r == 0 && d.count > 0) {
		r = make_groups(s, &d, &crew, reterr_why);
		if (r == 0)
			crew_start(&crew);
		free(crew.member);
	}
	if (r < 0)
		return r;
	channel_send_event(channel, "hold", step->name);
	(void)hold(s, test_hold_ns(s->test, step));
	return 0;
}

static int play(struct scenario *s, struct why *reterr_why)
{
	struct channel *channel = s->watch->channel;
	struct defs d = { s->test->cgroup, s->test->cgroup_count };
	struct crew crew = { 0 };
	int r;

	channel_send_event(channel, "setup", NULL);
	r = make_groups(s, &d, &crew, reterr_why);
	if (r < 0) {
		free(crew.member);
		return r;
	}
	channel_send_event(channel, "settle", NULL);
	(void)hold(s, s->test->settle_ns);
	channel_send_event(channel, "start", NULL);
	crew_start(&crew);
	free(crew.member);
	for (size_t i = 0; r == 0 && i < s->test->step_count; i++) {
		if (!s->watch->was_lost)
			r = play_step(s, &s->test->step[i], reterr_why);
	}
	return r;
}

static bool is_any(const struct worker *w, const void *arg)
{
	(void)arg;
	return w->child.pid > 0 && !w->over;
}

/* Stop all, tell all, remove all; returns the first failure. */
static int wind_up(struct scenario *s, struct why *reterr_why)
{
	struct crew crew;
	int r = scenario_crew(s, is_any, NULL, &crew);

	if (r < 0)
		return why_set(reterr_why, r, "out of memory");
	channel_send_event(s->watch->channel, "stop", NULL);
	crew_stop(&crew);
	free(crew.member);
	textlog_close(&s->watch->log[1], s->watch->channel);
	for (size_t i = 0; i < s->worker_count; i++) {
		struct str out = { 0 };

		if (!s->worker[i].over)
			continue; /* its step was never reached */
		report_frame(&s->worker[i], &out);
		channel_send(s->watch->channel, &out);
	}
	for (size_t i = s->group_count; r == 0 && i > 0; i--) {
		if (s->group[i - 1].exists)
			r = group_remove(&s->group[i - 1], reterr_why);
	}
	channel_send_event(s->watch->channel, "removed", NULL);
	return r;
}

int scenario_run(struct watch *w, const struct test *test,
		 const struct machine *machine, uint64_t seed, bool ext,
		 struct why *reterr_why)
{
	struct scenario s = { .watch = w,
			      .test = test,
			      .machine = machine,
			      .random = seed,
			      .ext = ext };
	struct why later;
	int r = scenario_prepare(&s, reterr_why), end;

	if (r == 0)
		r = cgroup_init(reterr_why);
	if (r == 0) {
		r = play(&s, reterr_why);
		end = wind_up(&s, &later);
		if (r == 0 && end < 0)
			r = why_set(reterr_why, end, "%s", later.text);
	}
	scenario_free(&s);
	return r;
}
