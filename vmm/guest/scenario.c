/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmm/guest/scenario.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "vmm/guest/cgroup.h"
#include "vmm/guest/clock.h"
#include "vmm/guest/engine.h"
#include "vmm/guest/json.h"
#include "vmm/guest/monitor.h"
#include "vmm/guest/ops.h"
#include "vmm/guest/payload.h"
#include "vmm/guest/report.h"
#include "vmm/guest/scenario-setup.h"
#include "vmm/guest/turns.h"

/* Turns of a loop whose ops are told one by one. */
#define TOLD_TURNS 64

bool scenario_hold(struct scenario *s, uint64_t ns)
{
	return !s->watch->was_lost && watch_until(s->watch, clock_now_ns() + ns,
						  NULL, NULL) == WATCH_DEADLINE;
}

/* The cgroups that are defined at one place, and their waiting workers. */
static int make_groups(struct scenario *s, const struct cgroup_def *def,
		       size_t count, bool start, struct why *reterr_why)
{
	int r = 0;

	for (size_t i = 0; r == 0 && count && i < s->group_count; i++) {
		struct group *g = &s->group[i];

		if (g->def >= def && g->def < def + count && !g->def->by_op)
			r = group_make(g, s->machine, &s->online, reterr_why);
	}
	return r < 0 ? r
		     : scenario_spawn(s, scenario_is_fresh, NULL, start,
				      reterr_why);
}

static int run_ops(struct scenario *s, const struct step *step,
		   struct why *reterr_why)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < step->op_count; i++)
		r = scenario_op(s, &step->op[i], reterr_why);
	return r;
}

static void tell_turns(struct scenario *s, const struct step *step,
		       uint64_t turns)
{
	struct str out = { 0 };

	json_open(&out, "event");
	json_text(&out, "what", "turns");
	json_text(&out, "name", step->name);
	json_number(&out, "at_ns", clock_now_ns());
	json_number(&out, "turns", turns);
	channel_send(s->watch->channel, &out);
}

/* Turn after turn, each an interval after the one before, or as soon as that is
 * over. */
static int loop(struct scenario *s, const struct step *step,
		struct why *reterr_why)
{
	const struct hold *h = &step->hold;
	uint64_t next = clock_now_ns(), end, now, turns = 0;
	int r = 0;

	end = next + test_hold_ns(s->test, step);
	if (!h->is_share && !h->ns)
		end = s->start_ns + s->test->duration_ns;
	do {
		s->quiet = turns >= TOLD_TURNS;
		r = run_ops(s, step, reterr_why);
		turns++;
		now = clock_now_ns();
		next = next + h->loop_ns > now ? next + h->loop_ns : now;
		if (next > end)
			next = end;
		if (r == 0 && next > now)
			(void)scenario_hold(s, next - now);
	} while (r == 0 && !s->watch->was_lost && clock_now_ns() < end);
	s->quiet = false;
	tell_turns(s, step, turns);
	return r;
}

/* What lives no longer than its step, children before parents. */
static int end_step(struct scenario *s, const struct step *step,
		    struct why *reterr_why)
{
	int r = 0;

	for (size_t i = step->cgroup_count; r == 0 && i > 0; i--) {
		const struct cgroup_def *c = &step->cgroup[i - 1];
		size_t at = 0;

		if (!c->of_step || !scenario_next(s, c->name, &at))
			continue;
		r = scenario_remove(s, c->name, reterr_why);
		channel_send_event(s->watch->channel, "end-of-step", c->name);
	}
	return r;
}

/* A step begins, or all end: with what the workers have done until now. They
 * work on meanwhile. */
static void tell_boundary(struct scenario *s, const char *what,
			  const char *name)
{
	uint64_t units = 0, iterations = 0, now = clock_now_ns();
	struct str out = { 0 };

	for (size_t i = 0; i < s->worker_count; i++) {
		const struct worker_shared *sh = s->worker[i].shared;

		units += atomic_load(&sh->units);
		iterations += atomic_load(&sh->iterations);
	}
	json_open(&out, "event");
	json_text(&out, "what", what);
	if (name)
		json_text(&out, "name", name);
	json_number(&out, "at_ns", now);
	json_number(&out, "units", units);
	json_number(&out, "iterations", iterations);
	channel_send(s->watch->channel, &out);
}

static int play_step(struct scenario *s, const struct step *step,
		     struct why *reterr_why)
{
	struct channel *channel = s->watch->channel;
	bool loops = step->hold.loop_ns > 0;
	int r = 0;

	tell_boundary(s, "step", step->name);
	if (!loops)
		r = run_ops(s, step, reterr_why);
	if (r == 0)
		r = make_groups(s, step->cgroup, step->cgroup_count, true,
				reterr_why);
	if (r < 0)
		return r;
	channel_send_event(channel, "hold", step->name);
	if (loops)
		r = loop(s, step, reterr_why);
	else
		(void)scenario_hold(s, test_hold_ns(s->test, step));
	return r < 0 || s->watch->was_lost ? r : end_step(s, step, reterr_why);
}

static bool is_limited(const struct worker *w, const void *arg)
{
	const struct scenario *s = arg;

	for (size_t i = 0; w->group && i < s->group_count; i++) {
		const struct group *g = &s->group[i];

		if (g->exists && g->was_limited && group_is_below(w->group, g))
			return true;
	}
	return false;
}

/* The samples first: their time is to be exact. */
static void look(void *scenario)
{
	struct scenario *s = scenario;

	if (s->watch->monitor)
		monitor_look(s->watch->monitor);
	windows_look(&s->windows);
}

static int begin_windows(struct scenario *s, struct why *reterr_why)
{
	const struct check_value *limit =
		&s->test->check.value[CHECK_MAX_CORE_SHARING];
	unsigned int cpus = CPU_SETSIZE;

	while (cpus > 0 && !CPU_ISSET(cpus - 1, &s->machine->all))
		cpus--;
	if (windows_prepare(&s->windows, s->worker, s->worker_count, cpus) < 0)
		return why_set(reterr_why, -ENOMEM, "out of memory");
	s->windows.core = s->machine->core;
	s->windows.core_count = s->machine->core_count;
	s->windows.cores.wanted = limit->set && !limit->off;
	s->windows.limited = is_limited;
	s->windows.limited_arg = s;
	s->windows.wake_ns =
		turns_wake_ns((unsigned int)CPU_COUNT(&s->machine->all));
	if (s->watch->monitor)
		monitor_begin(s->watch->monitor);
	s->watch->look_arg = s;
	s->watch->look_every_ns = WINDOWS_NS;
	s->watch->look_at = clock_now_ns() + WINDOWS_NS;
	s->watch->look = look;
	return 0;
}

/* With a last look, at all that still run. */
static void end_windows(struct scenario *s)
{
	if (s->watch->look && s->watch->monitor)
		monitor_end(s->watch->monitor);
	if (s->watch->look)
		windows_end(&s->windows);
	s->watch->look = NULL;
}

static bool is_waiting(const struct worker *w, const void *arg)
{
	(void)arg;
	return w->child.pid > 0 && !w->started;
}

static int play(struct scenario *s, struct why *reterr_why)
{
	struct channel *channel = s->watch->channel;
	struct crew crew = { 0 };
	struct engine_use begin;
	int r;

	channel_send_event(channel, "setup", NULL);
	r = make_groups(s, s->test->cgroup, s->test->cgroup_count, false,
			reterr_why);
	if (r == 0)
		r = scenario_crew(s, is_waiting, NULL, &crew);
	if (r < 0)
		return r;
	channel_send_event(channel, "settle", NULL);
	(void)scenario_hold(s, s->test->settle_ns);
	if (s->watch->monitor)
		monitor_before(s->watch->monitor, channel);
	channel_send_event(channel, "start", NULL);
	s->start_ns = clock_now_ns();
	r = begin_windows(s, reterr_why);
	crew_start(&crew);
	free(crew.member);
	begin = engine_use(s->watch);
	if (r == 0)
		r = payloads_start(s, reterr_why);
	for (size_t i = 0; r == 0 && i < s->test->step_count; i++) {
		if (!s->watch->was_lost)
			r = play_step(s, &s->test->step[i], reterr_why);
	}
	if (r == 0)
		payloads_wait(s);
	engine_send(s->watch, &begin);
	return r;
}

static bool is_any(const struct worker *w, const void *arg)
{
	(void)arg;
	return w->child.pid > 0 && !w->over;
}

/* Weights that were in force: without the controller there are none. */
static void report_groups(struct scenario *s)
{
	for (size_t i = 0; i < s->group_count; i++) {
		struct str out = { 0 };

		if (!s->group[i].weight || s->test->no_cpu_controller)
			continue;
		report_group(&s->group[i], &out);
		channel_send(s->watch->channel, &out);
	}
}

/* Stop all, tell all, remove all; returns the first failure. */
static int wind_up(struct scenario *s, struct why *reterr_why)
{
	struct why later;
	struct crew crew;
	int r, end;

	end_windows(s);
	r = scenario_restore(s, reterr_why);
	end = scenario_crew(s, is_any, NULL, &crew);
	if (end < 0)
		return why_set(reterr_why, end, "out of memory");
	tell_boundary(s, "stop", NULL);
	crew_stop(&crew);
	if (s->start_ns && s->watch->monitor)
		monitor_after(s->watch->monitor);
	free(crew.member);
	end = payloads_end(s, &later);
	if (end < 0 && r == 0)
		r = why_set(reterr_why, end, "%s", later.text);
	payloads_empty(s);
	textlog_close(&s->watch->log[1], s->watch->channel);
	for (size_t i = 0; i < s->worker_count; i++) {
		struct str out = { 0 };

		if (!s->worker[i].over)
			continue; /* its step was never reached */
		report_frame(&s->worker[i], &out);
		channel_send(s->watch->channel, &out);
	}
	report_groups(s);
	for (size_t i = s->group_count; i > 0; i--) {
		if (!s->group[i - 1].exists)
			continue;
		end = group_remove(&s->group[i - 1], &later);
		if (end < 0 && r == 0)
			r = why_set(reterr_why, end, "%s", later.text);
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
		r = levers_prepare(test, &s.levers, reterr_why);
	if (r == 0)
		r = cgroup_init(!test->no_cpu_controller, reterr_why);
	if (r == 0) {
		r = play(&s, reterr_why);
		end = wind_up(&s, &later);
		if (r == 0 && end < 0)
			r = why_set(reterr_why, end, "%s", later.text);
	}
	levers_done(&s.levers);
	scenario_free(&s);
	return r;
}
