/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmm/guest/windows.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/lib/cleanup.h"
#include "tools/lib/file.h"
#include "vmm/guest/clock.h"
#include "vmm/guest/crew.h"

static uint64_t later(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

int windows_prepare(struct windows *s, struct worker *worker, size_t count,
		    unsigned int cpus)
{
	*s = (struct windows){
		.worker = worker,
		.count = count,
		.cpus = cpus,
		.idle = calloc(cpus + 1, sizeof(*s->idle)),
		.before = calloc(cpus + 1, sizeof(*s->before)),
		.span_idle = calloc(cpus + 1, sizeof(*s->span_idle)),
		.sum = calloc(count + 1, sizeof(struct short_waits *)),
		.looked_ns = clock_now_ns()
	};
	for (size_t i = 0; i < count; i++)
		worker[i].window =
			(struct worker_window){ .idle_wait_cpu = -1,
						.since_ns = s->looked_ns };
	return s->idle && s->before && s->span_idle && s->sum
		       ? idle_times_prepare(&s->times, cpus)
		       : -ENOMEM;
}

void windows_free(struct windows *s)
{
	for (size_t i = 0; i < s->count; i++)
		free(s->worker[i].window.idle);
	idle_times_free(&s->times);
	free(s->idle);
	free(s->before);
	free(s->span_idle);
	free(s->sum);
	free(s->cores.idle);
	*s = (struct windows){ 0 };
}

bool windows_see_idle(struct windows *s)
{
	if (s->has_idle)
		return true;
	memcpy(s->idle, s->before, s->cpus * sizeof(*s->idle));
	s->has_idle = idle_times_read(&s->times, s->idle);
	return s->has_idle;
}

/* Was one of @allowed idle at any time since the look before? */
static bool was_idle(const struct windows *s, const cpu_set_t *allowed)
{
	for (unsigned int cpu = 0; cpu < s->cpus; cpu++) {
		if (CPU_ISSET(cpu, allowed) &&
		    (!s->had_idle || s->idle[cpu] > s->before[cpu]))
			return true;
	}
	return false;
}

/* The state in /proc/PID/stat; 0 if it is gone. */
static char state_of(pid_t pid)
{
	char path[64], text[256], *at;
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	auto_fd int fd = open(path, O_RDONLY | O_CLOEXEC);
	n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
	text[n > 0 ? n : 0] = '\0';
	at = strrchr(text, ')');
	if (!at || at[1] != ' ')
		return '\0';
	return at[2];
}

/* The idle time since @v's wait began, at most: of which CPU? A counter may be
 * short of one tick, so that one of a difference is not sure. */
static void count_idle(const struct windows *s, struct worker_window *v,
		       uint64_t now)
{
	uint64_t tick_ns = NS_PER_SEC / (uint64_t)sysconf(_SC_CLK_TCK);

	for (unsigned int cpu = 0; cpu < s->cpus; cpu++) {
		uint64_t ticks = s->idle[cpu] - v->idle[cpu], ns;

		if (!CPU_ISSET(cpu, &v->allowed) ||
		    s->idle[cpu] <= v->idle[cpu] + 1)
			continue;
		ns = (ticks - 1) * tick_ns;
		if (ns > now - v->from_ns)
			ns = now - v->from_ns;
		if (ns <= v->idle_wait_ns)
			continue;
		v->idle_wait_ns = ns;
		v->idle_wait_cpu = (int)cpu;
		v->idle_wait_at_ns = now;
		v->idle_wait_of_ns = 0;
	}
}

static void begin_wait(const struct windows *s, struct worker_window *v,
		       const struct worker_sched *sched,
		       const cpu_set_t *allowed, uint64_t now)
{
	if (!v->idle)
		v->idle = calloc(s->cpus + 1, sizeof(*v->idle));
	if (!v->idle)
		return;
	memcpy(v->idle, s->idle, s->cpus * sizeof(*v->idle));
	v->waits = true;
	v->from_ns = now;
	v->sched = *sched;
	v->allowed = *allowed;
}

/*
 * @w has not run since the look before. If it can run, it waits. It waited all
 * the time between two looks if it could run at both and had no CPU time and no
 * slice in between: whoever can run must run to stop that.
 */
static void look_at_wait(struct windows *s, struct worker *w, uint64_t now)
{
	int number = segment_current(&w->shared->segments);
	struct worker_window *v = &w->window;
	struct worker_sched sched = { 0 };
	const cpu_set_t *allowed;
	char path[64];
	bool same;

	if (number < 0 || !windows_see_idle(s)) {
		v->waits = false;
		return;
	}
	allowed = &w->segment[number].allowed;
	if (!was_idle(s, allowed))
		return;
	snprintf(path, sizeof(path), "/proc/%d/schedstat", (int)w->child.pid);
	if (state_of(w->child.pid) != 'R' ||
	    worker_read_schedstat(path, &sched) < 0 ||
	    (s->limited && s->limited(w, s->limited_arg))) {
		v->waits = false;
		return;
	}
	same = v->waits && sched.cpu_ns == v->sched.cpu_ns &&
	       sched.timeslices == v->sched.timeslices &&
	       CPU_EQUAL(allowed, &v->allowed);
	if (same)
		count_idle(s, v, now);
	else
		begin_wait(s, v, &sched, allowed, now);
}

/* Returns whether it stands still since before the last look. */
static bool look_at_work(const struct windows *s, struct worker *w,
			 uint64_t now)
{
	const struct worker_shared *sh = w->shared;
	struct worker_window *v = &w->window;
	uint64_t units = atomic_load(&sh->units), wants = crew_wants_since(w);
	bool away = atomic_load(&sh->away_until_ns) != 0;

	if (units != v->units || wants >= now || w->frozen_at_ns) {
		v->was_away = wants >= now || w->frozen_at_ns;
		v->units = units;
		v->since_ns = now;
		return false;
	}
	/* It came back meanwhile, or its time has come. */
	if (away || v->was_away)
		v->since_ns = later(v->since_ns, wants);
	v->was_away = away;
	v->since_ns = later(v->since_ns, sh->start_at_ns);
	v->since_ns = later(v->since_ns, atomic_load(&sh->thawed_ns));
	if (now > v->since_ns && now - v->since_ns > v->standstill_ns)
		v->standstill_ns = now - v->since_ns;
	return wants <= s->looked_ns;
}

static void look(struct windows *s, bool last)
{
	uint64_t now = clock_now_ns(), *old = s->before;

	s->has_idle = false;
	for (size_t i = 0; i < s->count; i++) {
		struct worker *w = &s->worker[i];

		if (!w->started || w->over || w->child.ended)
			w->window.waits = false;
		/* Programs have no units. */
		else if (w->work->type == WORK_EXEC || !look_at_work(s, w, now))
			w->window.waits = false;
		/* It waits for the one CPU that it allows itself. */
		else if (w->work->type == WORK_AFFINITY_CHURN)
			w->window.waits = false;
		else
			look_at_wait(s, w, now);
	}
	windows_sum_up(s, last);
	if (s->cores.wanted)
		windows_see_cores(s, last);
	s->had_idle = s->has_idle;
	if (s->has_idle) {
		s->before = s->idle;
		s->idle = old;
	}
	s->looked_ns = now;
}

void windows_look(struct windows *s)
{
	look(s, false);
}

void windows_end(struct windows *s)
{
	look(s, true);
}
