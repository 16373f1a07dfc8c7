/* SPDX-License-Identifier: GPL-2.0-or-later */
/* worker.c - a worker's life: prepare, start, loop, report. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/mempolicy.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "vmm/guest/worker-pages.h"
#include "vmm/guest/worker-self.h"

/* Younger than the headers of some distributions (6.9). */
#ifndef MPOL_WEIGHTED_INTERLEAVE
#define MPOL_WEIGHTED_INTERLEAVE 6
#endif

static const struct work_loop *const loop_table[WORK_TYPES] = {
	[WORK_CPU_SPIN] = &work_cpu_spin,
	[WORK_YIELD_HEAVY] = &work_yield_heavy,
	[WORK_MIXED] = &work_mixed,
	[WORK_IO_SYNC] = &work_io_sync,
	[WORK_BURSTY] = &work_bursty,
	[WORK_PIPE_IO] = &work_pipe_io,
	[WORK_FUTEX_PING_PONG] = &work_futex_ping_pong,
	[WORK_CACHE_PRESSURE] = &work_cache_pressure,
	[WORK_CACHE_YIELD] = &work_cache_yield,
	[WORK_CACHE_PIPE] = &work_cache_pipe,
	[WORK_FUTEX_FAN_OUT] = &work_futex_fan_out,
	[WORK_SEQUENCE] = &work_sequence,
	[WORK_FORK_EXIT] = &work_fork_exit,
	[WORK_NICE_SWEEP] = &work_nice_sweep,
	[WORK_AFFINITY_CHURN] = &work_affinity_churn,
	[WORK_POLICY_CHURN] = &work_policy_churn,
	[WORK_FAN_OUT_COMPUTE] = &work_fan_out_compute,
	[WORK_PAGE_FAULT_CHURN] = &work_page_fault_churn,
	[WORK_MUTEX_CONTENTION] = &work_mutex_contention,
	[WORK_EXEC] = &work_exec,
};

bool worker_prepares(const struct work *w)
{
	return loop_table[w->type]->begin || w->mem.kind != MEM_DEFAULT;
}

int worker_sender(enum work_type type, unsigned int place)
{
	switch (type) {
	case WORK_PIPE_IO:
	case WORK_FUTEX_PING_PONG:
	case WORK_CACHE_PIPE:
		return place ? 0 : 1;
	case WORK_FUTEX_FAN_OUT:
	case WORK_FAN_OUT_COMPUTE:
		return place ? 0 : -1;
	default:
		return -1;
	}
}

int worker_read_schedstat(const char *path, struct worker_sched *ret)
{
	char text[128];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return -errno;
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	if (n < 0)
		return -EIO;
	text[n] = '\0';
	if (sscanf(text, "%" SCNu64 " %" SCNu64 " %" SCNu64, &ret->cpu_ns,
		   &ret->run_delay_ns, &ret->timeslices) != 3)
		return -EBADMSG;
	return 0;
}

noreturn void worker_fail(const struct self *self, const char *fmt, ...)
{
	char *text = self->shared->trouble;
	size_t room = sizeof(self->shared->trouble), len;
	int error = errno;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, room, fmt, ap);
	va_end(ap);
	len = strlen(text);
	if (error)
		snprintf(text + len, room - len, ": %s", strerror(error));
	_exit(1);
}

void worker_note(const struct self *self, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(self->shared->note, sizeof(self->shared->note), fmt, ap);
	va_end(ap);
}

/* set_mempolicy(2); its wrapper is in a library of its own. */
static void set_memory(const struct self *self)
{
	static const int modes[MEM_KINDS] = {
		[MEM_BIND] = MPOL_BIND,
		[MEM_PREFERRED] = MPOL_PREFERRED,
		[MEM_INTERLEAVE] = MPOL_INTERLEAVE,
		[MEM_LOCAL] = MPOL_LOCAL,
		[MEM_PREFERRED_MANY] = MPOL_PREFERRED_MANY,
		[MEM_WEIGHTED_INTERLEAVE] = MPOL_WEIGHTED_INTERLEAVE,
	};
	const struct mem_policy *m = &self->work->mem;
	int mode = modes[m->kind];
	uint64_t mask[2] = { m->nodes, 0 };

	if (m->kind == MEM_DEFAULT)
		return;
	mode |= m->flags & MEM_STATIC ? MPOL_F_STATIC_NODES : 0;
	mode |= m->flags & MEM_RELATIVE ? MPOL_F_RELATIVE_NODES : 0;
	mode |= m->flags & MEM_BALANCING ? MPOL_F_NUMA_BALANCING : 0;
	/* The kernel takes one bit less than it is told. */
	if (syscall(SYS_set_mempolicy, mode, m->nodes ? mask : NULL,
		    m->nodes ? WORKER_NODES + 1 : 0) < 0)
		worker_fail(self, "cannot set the memory policy of a worker");
}

static void report(struct worker_shared *sh)
{
	struct worker_sched s = { 0 };
	struct timespec cpu;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &cpu);
	(void)worker_read_schedstat("/proc/thread-self/schedstat", &s);
	sh->cpu_ns = (uint64_t)cpu.tv_sec * NS_PER_SEC + (uint64_t)cpu.tv_nsec;
	sh->run_delay_ns = s.run_delay_ns;
	sh->timeslices = s.timeslices;
}

static void say_ready(struct worker_shared *sh, enum worker_ready ready)
{
	atomic_store(&sh->ready, ready);
	worker_futex_wake(&sh->ready, 1);
}

static void prepare(struct self *self)
{
	struct worker_shared *sh = self->shared;

	if (!worker_prepares(self->work)) {
		say_ready(sh, WORKER_PREPARED);
		return;
	}
	say_ready(sh, WORKER_HERE);
	while (!atomic_load(&sh->go))
		worker_futex_wait(&sh->go, 0, 0);
	set_memory(self);
	if (loop_table[self->work->type]->begin)
		loop_table[self->work->type]->begin(self);
	say_ready(sh, WORKER_PREPARED);
}

static void wait_for_start(struct worker_shared *sh)
{
	struct timespec begin;

	while (!atomic_load(&sh->start))
		worker_futex_wait(&sh->start, 0, 0);
	begin = clock_timespec(sh->start_at_ns);
	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &begin, NULL) ==
	       EINTR)
		;
}

noreturn void worker_main(const struct worker_task *task)
{
	const struct work_loop *loop = loop_table[task->work->type];
	struct worker_shared *sh = task->shared;
	struct self self = { .task = task,
			     .work = task->work,
			     .shared = sh,
			     .units = atomic_load(&sh->units),
			     .iterations = atomic_load(&sh->iterations),
			     .frozen_seen = atomic_load(&sh->frozen_ns),
			     .random = task->seed,
			     .file = -1 };

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	prctl(PR_SET_NAME, "ktstr-worker");
	/* Sleeps end when they were asked to, not up to 50 us later. */
	prctl(PR_SET_TIMERSLACK, 1);
	prepare(&self);
	wait_for_start(sh);

	/* A worker that is let run late has its first gap already. */
	self.last_ns = sh->start_at_ns;
	self.last_cpu = (unsigned int)sched_getcpu();
	atomic_store(&sh->cpu, self.last_cpu);
	worker_checkpoint(&self);
	while (!worker_stopped(&self)) {
		loop->turn(&self);
		worker_set(&sh->iterations, ++self.iterations);
	}
	/* It may have been kept waiting between its last look and the stop. */
	worker_checkpoint(&self);
	report(sh);
	/* Those types that keep something else there have no size. */
	worker_read_pages(sh, self.memory, self.memory_size);
	if (loop->end)
		loop->end(&self);
	atomic_store(&sh->complete, true);
	_exit(0);
}
