/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmm/guest/crew.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "vmm/guest/clock.h"
#include "vmm/guest/group.h"
#include "vmm/guest/rng.h"
#include "vmm/guest/spawn.h"

#define SCHED_EXT_POLICY 7		  /* uapi/linux/sched.h, since 6.12 */
#define READY_NS	 (5 * NS_PER_SEC) /* from fork to the start line */
#define READY_SLICE_NS	 (50 * NS_PER_MS)
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

int crew_prepare(struct worker *w, unsigned int segments)
{
	size_t size = sizeof(*w->shared) + segments * sizeof(cpu_set_t);
	void *shared = mmap(NULL, size, PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);

	w->in = w->out = w->in_writer = -1;
	if (shared == MAP_FAILED)
		return -ENOMEM;
	w->shared = shared;
	w->shared_size = size;
	w->shared->segments.max = segments;
	atomic_store(&w->shared->segments.epoch, 1);
	w->segment = calloc(segments, sizeof(*w->segment));
	return w->segment ? 0 : -ENOMEM;
}

static void close_pipes(struct worker *w)
{
	int *fd[] = { &w->in, &w->out, &w->in_writer };

	for (size_t i = 0; i < sizeof(fd) / sizeof(fd[0]); i++) {
		if (*fd[i] >= 0)
			close(*fd[i]);
		*fd[i] = -1;
	}
}

void crew_free(struct worker *w)
{
	if (w->shared) {
		close_pipes(w);
		munmap(w->shared, w->shared_size);
	}
	free(w->segment);
	words_free(w->warnings);
	*w = (struct worker){ 0 };
}

/* Two pipes between @a and @b. */
static int make_pipes(struct worker *a, struct worker *b)
{
	int there[2], back[2];

	if (pipe2(there, O_CLOEXEC) < 0)
		return -errno;
	if (pipe2(back, O_CLOEXEC) < 0) {
		int saved = errno;

		close(there[0]);
		close(there[1]);
		return -saved;
	}
	a->in = back[0];
	b->in = there[0];
	a->out = b->in_writer = there[1];
	b->out = a->in_writer = back[1];
	/* Each struct worker closes what it has: the writing ends twice. */
	a->out = fcntl(a->out, F_DUPFD_CLOEXEC, 3);
	b->out = fcntl(b->out, F_DUPFD_CLOEXEC, 3);
	return a->out < 0 || b->out < 0 ? -EMFILE : 0;
}

static int fork_worker(struct crew *c, struct worker *w)
{
	struct worker_task task = {
		.work = w->work,
		.shared = w->shared,
		.partner = w->partner ? w->partner->shared : NULL,
		.in = w->in,
		.out = w->out,
	};
	pid_t pid = fork();

	if (pid < 0)
		return -errno;
	if (pid == 0) {
		sigset_t none;

		sigemptyset(&none);
		sigprocmask(SIG_SETMASK, &none, NULL);
		worker_main(&task);
	}
	children_add(&c->watch->children, &w->child, pid);
	return 0;
}

/* A worker says "ready" by a futex, which the watch cannot wait for: wait here,
 * and look in between at all the rest. */
static void wait_ready(struct crew *c, const struct worker *w,
		       uint64_t deadline_ns)
{
	_Atomic uint32_t *ready = &w->shared->ready;

	while (!atomic_load(ready) && !w->child.ended) {
		uint64_t now = clock_now_ns();

		if (now >= deadline_ns)
			return;
		worker_futex_wait(ready, 0, now + READY_SLICE_NS);
		if (!atomic_load(ready))
			watch_until(c->watch, 0, NULL, NULL);
	}
}

static const char *name_of(const struct worker *w)
{
	return w->group ? w->group->def->name : "";
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
	cpu_set_t set;
	int r = affinity_resolve(a, pool, c->machine, c->random, &set);

	if (r == 1 || w->child.ended)
		return 0;
	if (r < 0)
		return why_set(reterr_why, -EINVAL,
			       "cgroup '%s': no CPU of a worker's affinity is "
			       "among those that the cgroup has now",
			       name_of(w));
	if (sched_setaffinity(w->child.pid, sizeof(set), &set) < 0)
		return cannot_set(w, "affinity", reterr_why);
	return 0;
}

static int set_policy(const struct worker *w, struct why *reterr_why)
{
	static const int policy[] = {
		[POLICY_NORMAL] = SCHED_OTHER, [POLICY_BATCH] = SCHED_BATCH,
		[POLICY_IDLE] = SCHED_IDLE,    [POLICY_FIFO] = SCHED_FIFO,
		[POLICY_RR] = SCHED_RR,
	};
	struct sched_param param = { .sched_priority = (int)w->work->priority };
	int p = policy[w->work->policy];

	if (p == SCHED_OTHER && w->ext)
		p = SCHED_EXT_POLICY;
	if (sched_setscheduler(w->child.pid, p, &param) < 0)
		return cannot_set(w, "policy", reterr_why);
	return 0;
}

static int set_up(struct crew *c, struct worker *w, struct why *reterr_why)
{
	const cpu_set_t *pool = &c->machine->all;
	char path[64];
	int r;

	if (w->child.ended)
		return why_set(reterr_why, -ECHILD,
			       "a worker ended before its start");
	if (!atomic_load(&w->shared->ready))
		return why_set(reterr_why, -ETIMEDOUT,
			       "a worker did not come to its start");
	if (w->group) {
		r = group_attach(w->group, w->child.pid, reterr_why);
		if (r < 0)
			return r;
		pool = &w->group->cpus;
	}
	if (w->work->nice &&
	    setpriority(PRIO_PROCESS, (id_t)w->child.pid, w->work->nice) < 0)
		return cannot_set(w, "nice value", reterr_why);
	r = crew_set_affinity(c, w, &w->work->affinity, pool, reterr_why);
	if (r == 0)
		r = set_policy(w, reterr_why);
	if (r < 0)
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
	uint64_t deadline;
	int r = 0;

	for (size_t i = 0; r == 0 && i < c->count; i++) {
		struct worker *w = c->member[i];

		if (w->partner && w->in < 0)
			r = make_pipes(w, w->partner);
		if (r == 0)
			r = fork_worker(c, w);
	}
	if (r < 0)
		return why_set(reterr_why, r, "cannot start %zu workers",
			       c->count);
	deadline = clock_now_ns() + READY_NS;
	for (size_t i = 0; r == 0 && i < c->count; i++)
		wait_ready(c, c->member[i], deadline);
	for (size_t i = 0; r == 0 && i < c->count; i++)
		r = set_up(c, c->member[i], reterr_why);
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
		worker_futex_wake(&sh->start);
	}
}

void crew_segment_close(struct worker *w)
{
	/* One that was not opened again, since its worker died, stays. */
	if (w->over || w->segment_count == 0 ||
	    w->segment[w->segment_count - 1].to_ns)
		return;
	w->segment[w->segment_count - 1].to_ns = clock_now_ns();
	segment_close(&w->shared->segments);
}

void crew_segment_open(struct worker *w)
{
	struct crew_segment s = { 0 };

	if (w->over || w->child.ended)
		return;
	if (w->segment_count == w->shared->segments.max) {
		crew_warn(w, "its allowed CPUs changed too often");
		return;
	}
	if (sched_getaffinity(w->child.pid, sizeof(s.allowed), &s.allowed) <
	    0) {
		crew_warn(w, "cannot read its affinity: %s", strerror(errno));
		return;
	}
	segment_open(&w->shared->segments);
	s.from_ns = clock_now_ns();
	w->segment[w->segment_count++] = s;
}
