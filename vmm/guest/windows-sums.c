/* SPDX-License-Identifier: GPL-2.0-or-later */
/* windows-sums.c - spans of time in which the waits of workers are added up. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "vmm/guest/clock.h"
#include "vmm/guest/crew.h"
#include "vmm/guest/shared-cores.h"

static uint64_t minus(uint64_t a, uint64_t b)
{
	return a > b ? a - b : 0;
}

/*
 * Programs are not their workers. affinity-churn allows itself one CPU, and
 * policy-churn is of a real-time policy now and then, as are others all the
 * time: neither the kernel's nor a loaded scheduler decides then.
 */
bool windows_judge(const struct windows *s, const struct worker *w)
{
	enum work_type type = w->work->type;
	enum work_policy policy = w->work->policy;

	return w->started && !w->over && !w->child.ended && !w->frozen_at_ns &&
	       type != WORK_EXEC && type != WORK_AFFINITY_CHURN &&
	       type != WORK_POLICY_CHURN && policy != POLICY_FIFO &&
	       policy != POLICY_RR &&
	       segment_current(&w->shared->segments) >= 0 &&
	       !(s->limited && s->limited(w, s->limited_arg));
}

static bool never_sleeps(const struct worker *w)
{
	switch (w->work->type) {
	case WORK_CPU_SPIN:
	case WORK_YIELD_HEAVY:
	case WORK_MIXED:
	case WORK_CACHE_PRESSURE:
	case WORK_CACHE_YIELD:
	case WORK_NICE_SWEEP:
		return true;
	default:
		return false;
	}
}

bool windows_read_sched(const struct worker *w, struct worker_sched *ret)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/schedstat", (int)w->child.pid);
	return worker_read_schedstat(path, ret) == 0;
}

/* The kernel is asked about @w, once in a look. */
static bool ask(struct windows *s, struct worker *w)
{
	struct worker_span *v = &w->window.span;

	if (v->asked_at == s->look)
		return v->answered;
	v->asked_at = s->look;
	v->waits_ns = minus(clock_now_ns(), crew_wants_since(w));
	v->answered = windows_read_sched(w, &v->now);
	return v->answered;
}

static void begin_worker(struct windows *s, struct worker *w, bool is_asked)
{
	struct worker_span *v = &w->window.span;

	v->begun = windows_judge(s, w);
	v->known = false;
	if (!v->begun)
		return;
	v->epoch = atomic_load(&w->shared->segments.epoch);
	v->frozen_ns = atomic_load(&w->shared->frozen_ns);
	v->cpu = atomic_load(&w->shared->cpu);
	v->migrations = atomic_load(&w->shared->migrations);
	if (!is_asked)
		return;
	v->known = ask(s, w);
	v->sched = v->now;
	v->pending_ns = v->waits_ns;
}

/* The kernel is asked about a few workers only, others each time. */
static void begin_span(struct windows *s, uint64_t now)
{
	s->span_ns = 0;
	if (s->count == 0 || !windows_see_idle(s))
		return;
	memcpy(s->span_idle, s->idle, s->cpus * sizeof(*s->idle));
	for (size_t i = 0; i < s->count; i++) {
		size_t from_next = (i + s->count - s->next) % s->count;

		begin_worker(s, &s->worker[i], from_next < WINDOWS_ASKED);
	}
	if (s->count > WINDOWS_ASKED)
		s->next = (s->next + WINDOWS_ASKED) % s->count;
	s->span_ns = now;
}

/* How it ran and waited, at least. */
static void add_times(struct windows *s, struct worker *w,
		      struct short_waits *sum)
{
	uint64_t tick_ns = NS_PER_SEC / (uint64_t)sysconf(_SC_CLK_TCK);
	const struct worker_span *v = &w->window.span;
	uint64_t waits;

	sum->known = v->known && ask(s, w);
	if (!sum->known)
		return;
	waits = v->now.timeslices - v->sched.timeslices + 1;
	/* A task that runs is brought up to date with each tick. */
	sum->run_ns = minus(v->now.cpu_ns, v->sched.cpu_ns + tick_ns);
	sum->wait_ns = minus(v->now.run_delay_ns, v->sched.run_delay_ns +
							  v->pending_ns +
							  waits * s->wake_ns);
}

/* The same worker with the same CPUs all the time: what did it get? */
static bool end_worker(struct windows *s, struct worker *w)
{
	struct worker_span *v = &w->window.span;
	int number = segment_current(&w->shared->segments);

	v->sum = (struct short_waits){ .idle_cpu = -1 };
	if (!v->begun || !windows_judge(s, w) || number < 0 ||
	    v->epoch != atomic_load(&w->shared->segments.epoch) ||
	    v->frozen_ns != atomic_load(&w->shared->frozen_ns))
		return false;
	v->sum.allowed = &w->segment[number].allowed;
	v->sum.always = never_sleeps(w);
	v->sum.cpu = v->migrations == atomic_load(&w->shared->migrations)
			     ? (int)v->cpu
			     : -1;
	add_times(s, w, &v->sum);
	return true;
}

static bool cores_have_threads(const struct windows *s)
{
	for (unsigned int i = 0; i < s->core_count; i++) {
		if (CPU_COUNT(&s->core[i]) > 1)
			return true;
	}
	return false;
}

/* From ticks to what of them is sure. */
static void idle_times(struct windows *s)
{
	uint64_t tick_ns = NS_PER_SEC / (uint64_t)sysconf(_SC_CLK_TCK);

	for (unsigned int cpu = 0; cpu < s->cpus; cpu++)
		s->span_idle[cpu] =
			minus(s->idle[cpu], s->span_idle[cpu] + 1) * tick_ns;
}

static void keep(struct worker *w, uint64_t span_ns, uint64_t now)
{
	struct worker_window *v = &w->window;

	if (v->span.sum.idle_ns <= v->idle_wait_ns)
		return;
	v->idle_wait_ns = v->span.sum.idle_ns;
	v->idle_wait_cpu = v->span.sum.idle_cpu;
	v->idle_wait_at_ns = now;
	v->idle_wait_of_ns = span_ns;
}

/* Two workers that shared a core, if any, and the core that was idle. */
static void find_sharing(struct windows *s, size_t n, uint64_t span_ns)
{
	struct shared_core found;

	for (size_t i = 0; i < s->count && cores_have_threads(s); i++)
		s->worker[i].window.has_siblings = true;
	shared_core_find(s->sum, n, s->core, s->core_count, s->span_idle,
			 span_ns, &found);
	for (size_t i = 0; i < s->count; i++) {
		struct worker_window *v = &s->worker[i].window;

		if ((&v->span.sum != found.one && &v->span.sum != found.two) ||
		    found.ns <= v->core_shared_ns)
			continue;
		v->core_shared_ns = found.ns;
		v->core_shared_cpu = found.cpu;
		v->core_idle_cpu = found.idle_cpu;
	}
}

static void end_span(struct windows *s)
{
	size_t n = 0;
	uint64_t now, span_ns;

	if (s->span_ns == 0 || !windows_see_idle(s))
		return;
	idle_times(s);
	for (size_t i = 0; i < s->count; i++) {
		struct worker *w = &s->worker[i];

		if (end_worker(s, w))
			s->sum[n++] = &w->window.span.sum;
	}
	now = clock_now_ns();
	span_ns = minus(now, s->span_ns);
	short_waits_find(s->sum, n, s->span_idle, s->cpus, span_ns);
	find_sharing(s, n, span_ns);
	for (size_t i = 0; i < s->count; i++)
		keep(&s->worker[i], span_ns, now);
}

void windows_sum_up(struct windows *s, bool last)
{
	uint64_t now = clock_now_ns();

	if (!last && s->span_ns && now - s->span_ns < WINDOWS_SPAN_NS)
		return;
	s->look++;
	end_span(s);
	s->span_ns = 0;
	if (!last && s->look >= WINDOWS_FIRST)
		begin_span(s, now);
}
