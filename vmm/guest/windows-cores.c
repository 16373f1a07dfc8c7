/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * windows-cores.c - cores that workers shared for many short times, added up
 * second by second, where a test asks for that: from one look to the next,
 * since workers that wake often do not stay where they are for much longer.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "vmm/guest/clock.h"
#include "vmm/guest/crew.h"

static uint64_t minus(uint64_t a, uint64_t b)
{
	return a > b ? a - b : 0;
}

/*
 * Where @w is, and then what it has run: so that no run counts that was on
 * another CPU, as long as it has not moved when the span ends.
 */
static void begin_worker(const struct windows *s, struct worker *w)
{
	struct worker_cores *v = &w->window.cores;

	v->migrations = atomic_load(&w->shared->migrations);
	v->cpu = atomic_load(&w->shared->cpu);
	v->epoch = atomic_load(&w->shared->segments.epoch);
	v->frozen_ns = atomic_load(&w->shared->frozen_ns);
	v->begun = windows_judge(s, w) && windows_read_sched(w, &v->sched);
}

/* The kernel is asked about a few workers only, others in each second. */
static void begin_span(struct windows *s)
{
	struct windows_cores *c = &s->cores;

	c->from_ns = clock_now_ns();
	c->begun = windows_see_idle(s);
	if (!c->begun)
		return;
	memcpy(c->idle, s->idle, s->cpus * sizeof(*c->idle));
	for (size_t i = 0; i < s->count; i++) {
		size_t from_next = (i + s->count - c->next) % s->count;

		s->worker[i].window.cores.begun = false;
		if (from_next < WINDOWS_ASKED)
			begin_worker(s, &s->worker[i]);
	}
}

/* The kernel's tick: its coarse clocks go on with each. */
static uint64_t tick_ns(void)
{
	struct timespec tick;

	if (clock_getres(CLOCK_MONOTONIC_COARSE, &tick) < 0)
		return NS_PER_SEC / 100;
	return (uint64_t)tick.tv_sec * NS_PER_SEC + (uint64_t)tick.tv_nsec;
}

/* Did it keep its CPU? Then what did it run there, at least? */
static bool end_worker(struct windows *s, struct worker *w)
{
	int number = segment_current(&w->shared->segments);
	struct worker_cores *v = &w->window.cores;
	struct worker_sched now;

	if (!v->begun || number < 0 || !windows_judge(s, w) ||
	    !windows_read_sched(w, &now) ||
	    v->epoch != atomic_load(&w->shared->segments.epoch) ||
	    v->frozen_ns != atomic_load(&w->shared->frozen_ns) ||
	    v->migrations != atomic_load(&w->shared->migrations))
		return false;
	/* A task that runs is brought up to date with each tick. */
	v->sharer.sum = (struct short_waits){
		.allowed = &w->segment[number].allowed,
		.known = true,
		.cpu = (int)v->cpu,
		.run_ns = minus(now.cpu_ns, v->sched.cpu_ns + tick_ns()),
	};
	return true;
}

static void end_span(struct windows *s)
{
	uint64_t unit_ns = NS_PER_SEC / (uint64_t)sysconf(_SC_CLK_TCK);
	struct windows_cores *c = &s->cores;
	size_t n = 0;

	if (!c->begun || !windows_see_idle(s))
		return;
	/* From units of 10 ms to what of them is sure. */
	for (unsigned int cpu = 0; cpu < s->cpus; cpu++)
		c->idle[cpu] = minus(s->idle[cpu], c->idle[cpu] + 1) * unit_ns;
	for (size_t i = 0; i < s->count; i++) {
		struct worker *w = &s->worker[i];

		if (end_worker(s, w))
			s->sum[n++] = &w->window.cores.sharer.sum;
	}
	shared_cores_add(s->sum, n, s->core, s->core_count, c->idle,
			 minus(clock_now_ns(), c->from_ns));
}

/* The second is over: the worst of all is kept. */
static void end_second(struct windows *s)
{
	for (size_t i = 0; i < s->count; i++) {
		struct worker_window *w = &s->worker[i].window;
		struct core_sharer *v = &w->cores.sharer;

		if (v->ns > w->core_shared_ns) {
			w->core_shared_ns = v->ns;
			w->core_shared_cpu = v->shared_cpu;
			w->core_idle_cpu = v->idle_cpu;
		}
		*v = (struct core_sharer){ 0 };
	}
	if (s->count > WINDOWS_ASKED)
		s->cores.next = (s->cores.next + WINDOWS_ASKED) % s->count;
}

void windows_see_cores(struct windows *s, bool last)
{
	struct windows_cores *c = &s->cores;

	if (!c->idle)
		c->idle = calloc(s->cpus + 1, sizeof(*c->idle));
	if (!c->idle || s->count == 0)
		return;
	c->look++;
	if (!last && c->look < WINDOWS_FIRST)
		return;
	end_span(s);
	if (last || c->look % WINDOWS_LOOKS == WINDOWS_FIRST)
		end_second(s);
	c->begun = false;
	if (!last)
		begin_span(s);
}
