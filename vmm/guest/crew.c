/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmm/guest/crew.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "vmm/guest/clock.h"
#include "vmm/guest/ftrace.h"
#include "vmm/guest/group.h"
#include "vmm/guest/rng.h"
#include "vmm/guest/spawn.h"

#define READY_NS	  (5 * NS_PER_SEC) /* from fork to the start line */
#define READY_NS_PER_BYTE 10		   /* to touch memory, 40 us a page */
#define READY_SLICE_NS	  (50 * NS_PER_MS)
/* Before the first of them begins, all must have been woken and wait again: of
 * each that takes up to 100 us where CPUs are slow, and a turn of all CPUs. */
#define START_MARGIN_NS	     (2 * NS_PER_MS)
#define START_MARGIN_EACH_NS (200 * UINT64_C(1000))

void crew_warn(struct worker *w, const char *fmt, ...)
{
	char text[256];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	/* Equal warnings say nothing new, and there is a limit to a frame. */
	for (char **old = w->warnings; old && *old; old++) {
		if (strcmp(*old, text) == 0)
			return;
	}
	if (words_count(w->warnings) < 16)
		(void)words_append(&w->warnings, text);
}

void crew_team_up(struct worker *first, size_t count)
{
	unsigned int size = work_group_size(first->work);

	for (size_t i = 0; size > 1 && i < count; i++) {
		first[i].team = &first[i - i % size];
		first[i].team_size = size;
	}
}

/* A worker says "ready" by a futex, which the watch cannot wait for: wait here,
 * and look in between at all the rest. */
static void wait_ready(struct crew *c, const struct worker *w,
		       enum worker_ready wanted, uint64_t deadline_ns)
{
	_Atomic uint32_t *ready = &w->shared->ready;
	uint32_t is;

	while ((is = atomic_load(ready)) < wanted && !w->child.ended) {
		uint64_t now = clock_now_ns();

		if (now >= deadline_ns)
			return;
		worker_futex_wait(ready, is, now + READY_SLICE_NS);
		if (atomic_load(ready) == is)
			watch_until(c->watch, 0, NULL, NULL);
	}
}

static const char *name_of(const struct worker *w)
{
	return w->group ? w->group->name : "(host)";
}

/* A worker that is not what the test asked for would be judged in its place. */
static int cannot_set(const struct worker *w, const char *what,
		      struct why *reterr_why)
{
	int error = errno;

	return why_set(reterr_why, -EINVAL,
		       "cgroup '%s': cannot set the %s of a worker: %s",
		       name_of(w), what, strerror(error));
}

int crew_set_affinity(struct crew *c, struct worker *w,
		      const struct affinity *a, const cpu_set_t *pool,
		      struct why *reterr_why)
{
	struct affinity own = affinity_for_worker(a, w->index);
	cpu_set_t set;
	int r = affinity_resolve(&own, pool, c->machine, c->random, &set);

	if (r == 1 || w->child.ended)
		return 0;
	if (r == 0)
		w->given = set;
	if (r < 0)
		return why_set(reterr_why, -EINVAL,
			       "cgroup '%s': no CPU of a worker's affinity is "
			       "among those that the cgroup has now",
			       name_of(w));
	if (sched_setaffinity(w->child.pid, sizeof(set), &set) < 0)
		return cannot_set(w, "affinity", reterr_why);
	return 0;
}

int crew_set_policy(struct worker *w, enum work_policy policy,
		    unsigned int priority, struct why *reterr_why)
{
	static const int numbers[] = {
		[POLICY_NORMAL] = SCHED_OTHER, [POLICY_BATCH] = SCHED_BATCH,
		[POLICY_IDLE] = SCHED_IDLE,    [POLICY_FIFO] = SCHED_FIFO,
		[POLICY_RR] = SCHED_RR,
	};
	struct sched_param param = { .sched_priority = (int)priority };
	int p = numbers[policy];

	if (w->child.ended)
		return 0;
	if (p == SCHED_OTHER && w->ext)
		p = WORKER_SCHED_EXT;
	if (sched_setscheduler(w->child.pid, p, &param) < 0)
		return cannot_set(w, "policy", reterr_why);
	return 0;
}

int crew_set_nice(struct worker *w, int nice, struct why *reterr_why)
{
	if (w->child.ended)
		return 0;
	if (setpriority(PRIO_PROCESS, (id_t)w->child.pid, nice) < 0)
		return cannot_set(w, "nice value", reterr_why);
	return 0;
}

/* Has it come to where it should be? */
static int check_ready(const struct worker *w, enum worker_ready wanted,
		       struct why *reterr_why)
{
	const char *trouble = w->shared->trouble;

	if (w->child.ended && *trouble)
		return why_set(reterr_why, -EINVAL, "cgroup '%s': %.*s",
			       name_of(w), (int)sizeof(w->shared->trouble),
			       trouble);
	if (w->child.ended)
		return why_set(reterr_why, -ECHILD,
			       "a worker ended before its start");
	if (atomic_load(&w->shared->ready) < wanted)
		return why_set(reterr_why, -ETIMEDOUT,
			       "a worker did not come to its start");
	return 0;
}

/* The first half, up to what a worker prepares by itself. */
static int put_in_place(struct crew *c, struct worker *w,
			struct why *reterr_why)
{
	const cpu_set_t *pool = &c->machine->all;
	int r = check_ready(w, WORKER_HERE, reterr_why);

	if (r < 0)
		return r;
	w->given = *pool;
	if (w->group) {
		if (!w->born_there)
			r = group_attach(w->group, w->child.pid, reterr_why);
		pool = &w->group->cpus;
	}
	if (r == 0 && w->work->nice)
		r = crew_set_nice(w, w->work->nice, reterr_why);
	if (r == 0)
		r = crew_set_affinity(c, w, &w->work->affinity, pool,
				      reterr_why);
	atomic_store(&w->shared->go, 1);
	worker_futex_wake(&w->shared->go, 1);
	return r;
}

static int set_up(struct worker *w, struct why *reterr_why)
{
	char path[64];
	int r = check_ready(w, WORKER_PREPARED, reterr_why);

	if (r == 0)
		r = crew_set_policy(w, w->work->policy, w->work->priority,
				    reterr_why);
	/* Of a program all its time counts, and none of its worker's. */
	if (r < 0 || w->work->type == WORK_EXEC)
		return r;
	snprintf(path, sizeof(path), "/proc/%d/schedstat", (int)w->child.pid);
	r = worker_read_schedstat(path, &w->before);
	if (r < 0)
		return why_set(reterr_why, r,
			       "cannot read the schedstat of a worker");
	return 0;
}

/* An order that depends on the seed alone (Fisher and Yates). */
static void shuffle(struct worker **order, size_t n, uint64_t *random)
{
	for (size_t i = n; i > 1; i--) {
		size_t k = rng_below(random, i);
		struct worker *w = order[i - 1];

		order[i - 1] = order[k];
		order[k] = w;
	}
}

int crew_spawn(struct crew *c, struct why *reterr_why)
{
	uint64_t deadline, memory = 0;
	int r = crew_fork(c);

	if (r < 0)
		return why_set(reterr_why, r, "cannot start %zu workers",
			       c->count);
	if (c->watch->ftrace)
		ftrace_crew(c->watch->ftrace, c);
	for (size_t i = 0; i < c->count; i++)
		memory += c->member[i]->work->size;
	deadline = clock_now_ns() + READY_NS + memory * READY_NS_PER_BYTE;
	for (size_t i = 0; r == 0 && i < c->count; i++)
		wait_ready(c, c->member[i], WORKER_HERE, deadline);
	for (size_t i = 0; r == 0 && i < c->count; i++)
		r = put_in_place(c, c->member[i], reterr_why);
	for (size_t i = 0; r == 0 && i < c->count; i++)
		wait_ready(c, c->member[i], WORKER_PREPARED, deadline);
	for (size_t i = 0; r == 0 && i < c->count; i++)
		r = set_up(c->member[i], reterr_why);
	return r;
}

void crew_start(struct crew *c)
{
	uint64_t now;

	shuffle(c->member, c->count, c->random);
	for (size_t i = 0; i < c->count; i++)
		crew_segment_open(c->member[i]);
	now = clock_now_ns() + START_MARGIN_NS +
	      START_MARGIN_EACH_NS * c->count;
	for (size_t i = 0; i < c->count; i++) {
		struct worker *w = c->member[i];
		struct worker_shared *sh = w->shared;

		sh->start_at_ns = now;
		if (c->jitter_ns)
			sh->start_at_ns += rng_below(c->random, c->jitter_ns);
		if (c->run_ns)
			sh->end_at_ns = sh->start_at_ns + c->run_ns;
		w->started = true;
		atomic_store(&sh->start, 1);
		worker_futex_wake(&sh->start, 1);
	}
}
