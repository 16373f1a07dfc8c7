/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmm/guest/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/futex.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "vmm/guest/clock.h"

/**
 * struct self - what the loop keeps at hand
 * @last_ns:  when it was last seen to run
 * @last_cpu: and where
 * @units, @iterations: copies of those in @shared
 */
struct self {
	const struct work *work;
	struct worker_shared *shared, *partner;
	int in, out;
	uint64_t last_ns, units, iterations;
	unsigned int last_cpu;
};

void worker_futex_wait(_Atomic uint32_t *word, uint32_t value,
		       uint64_t deadline_ns)
{
	struct timespec until = clock_timespec(deadline_ns);

	/* The memory is shared between processes: no FUTEX_PRIVATE_FLAG. */
	syscall(SYS_futex, word, FUTEX_WAIT_BITSET, value,
		deadline_ns ? &until : NULL, NULL, FUTEX_BITSET_MATCH_ANY);
}

void worker_futex_wake(_Atomic uint32_t *word)
{
	syscall(SYS_futex, word, FUTEX_WAKE, 1, NULL, NULL, 0);
}

static void set(_Atomic uint64_t *p, uint64_t value)
{
	atomic_store_explicit(p, value, memory_order_relaxed);
}

static bool stopped(const struct self *self)
{
	const struct worker_shared *sh = self->shared;

	if (atomic_load_explicit(&sh->stop, memory_order_relaxed))
		return true;
	return sh->end_at_ns && self->last_ns >= sh->end_at_ns;
}

/* Where am I? Recorded in the segment that is in force. */
static void look(struct self *self)
{
	struct worker_shared *sh = self->shared;
	uint32_t epoch = segment_begin(&sh->segments);
	int cpu = sched_getcpu();

	if (cpu < 0 || cpu >= CPU_SETSIZE)
		return;
	segment_end(&sh->segments, epoch, (unsigned int)cpu);
	CPU_SET((unsigned int)cpu, &sh->cpus);
	if ((unsigned int)cpu != self->last_cpu)
		sh->migrations++;
	self->last_cpu = (unsigned int)cpu;
}

/* The worker runs at @now and did not for the @gap_ns before. */
static void seen(struct self *self, uint64_t now, uint64_t gap_ns)
{
	struct worker_shared *sh = self->shared;

	look(self);
	if (gap_ns > sh->max_gap_ns) {
		sh->max_gap_ns = gap_ns;
		sh->gap_at_ns = now;
		sh->gap_cpu = self->last_cpu;
	}
	self->last_ns = now;
	set(&sh->last_ns, now);
}

/* Between two checkpoints the worker always wants to run. */
static void checkpoint(struct self *self)
{
	uint64_t now = clock_now_ns();

	set(&self->shared->units, self->units);
	seen(self, now, now - self->last_ns);
}

/* It was away at its own wish, and should have run again at @due. */
static void woken(struct self *self, uint64_t due)
{
	uint64_t now = clock_now_ns(), late = now > due ? now - due : 0;

	set(&self->shared->away_until_ns, 0);
	histogram_add(&self->shared->wakes, late);
	seen(self, now, late);
}

/*
 * The stop called it back: no wake, and no gap either, unless it should have
 * run since @due already and a scheduler kept it waiting until the stop.
 */
static void called_off(struct self *self, uint64_t due)
{
	uint64_t now = clock_now_ns();

	set(&self->shared->away_until_ns, 0);
	seen(self, now, now > due ? now - due : 0);
}

/*
 * No pause, as programs have none that are measured beside it: under the virtual
 * clock a pause gives the rest of a CPU's turn away (vmm/seats.h).
 */
static void spin(struct self *self, unsigned int n)
{
	uint64_t units = self->units;

	for (unsigned int i = 0; i < n; i++) {
		units++;
		__asm__ volatile("" : "+r"(units));
	}
	self->units = units;
}

static void spin_and_look(struct self *self, unsigned int n)
{
	while (n > 0 && !stopped(self)) {
		unsigned int part = n < WORKER_SPIN ? n : WORKER_SPIN;

		spin(self, part);
		checkpoint(self);
		n -= part;
	}
}

static void turn_cpu_spin(struct self *self)
{
	spin(self, WORKER_SPIN);
	checkpoint(self);
}

static void turn_yield_heavy(struct self *self)
{
	self->units++;
	sched_yield();
	checkpoint(self);
}

static void turn_mixed(struct self *self)
{
	spin(self, WORKER_SPIN);
	sched_yield();
	checkpoint(self);
}

static void turn_bursty(struct self *self)
{
	uint64_t end = self->last_ns + self->work->burst_ns, due;

	while (self->last_ns < end && !stopped(self))
		turn_cpu_spin(self);
	if (stopped(self))
		return;
	due = self->last_ns + self->work->sleep_ns;
	set(&self->shared->away_until_ns, due);
	/* A sleep that the stop can end: a futex with a deadline. */
	while (!stopped(self) && clock_now_ns() < due)
		worker_futex_wait(&self->shared->stop, 0, due);
	if (stopped(self))
		called_off(self, due);
	else
		woken(self, due);
}

static void send_message(struct self *self)
{
	struct worker_shared *sh = self->shared;
	uint64_t n = atomic_load_explicit(&sh->sent, memory_order_relaxed);

	set(&sh->sent_ns[n & 1], clock_now_ns());
	atomic_store_explicit(&sh->sent, n + 1, memory_order_release);
	/* At most two bytes are ever in the pipe: this cannot block. */
	while (write(self->out, "", 1) < 0 && errno == EINTR)
		;
}

/* When the partner sent message @n, or never. */
static uint64_t sent_at(const struct self *self, uint64_t n)
{
	if (atomic_load(&self->partner->sent) <= n)
		return UINT64_MAX;
	return atomic_load(&self->partner->sent_ns[n & 1]);
}

/* Init writes a byte, too, when it stops the worker. */
static void receive_message(struct self *self)
{
	struct worker_shared *sh = self->shared;
	uint64_t begin = self->last_ns, sent, n;
	char byte;

	set(&sh->away_until_ns, WORKER_AWAY_PARTNER);
	while (read(self->in, &byte, 1) < 0 && errno == EINTR)
		;
	n = atomic_load_explicit(&sh->received, memory_order_relaxed);
	sent = sent_at(self, n);
	if (stopped(self)) {
		called_off(self, sent > begin ? sent : begin);
		return;
	}
	set(&sh->received, n + 1);
	/* One that was there before we waited woke nobody. */
	set(&sh->away_until_ns, 0);
	if (sent > begin)
		woken(self, sent);
	else
		checkpoint(self);
}

static void turn_pipe_io(struct self *self)
{
	spin_and_look(self, self->work->spin);
	if (stopped(self))
		return;
	send_message(self);
	checkpoint(self);
	receive_message(self);
}

static void (*const turn[WORK_TYPES])(struct self *) = {
	[WORK_CPU_SPIN] = turn_cpu_spin, [WORK_YIELD_HEAVY] = turn_yield_heavy,
	[WORK_MIXED] = turn_mixed,	 [WORK_BURSTY] = turn_bursty,
	[WORK_PIPE_IO] = turn_pipe_io,
};

bool worker_can(enum work_type type)
{
	return (unsigned int)type < WORK_TYPES && turn[type];
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

static void report(struct worker_shared *sh)
{
	struct worker_sched s = { 0 };
	struct timespec cpu;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &cpu);
	(void)worker_read_schedstat("/proc/thread-self/schedstat", &s);
	sh->cpu_ns = (uint64_t)cpu.tv_sec * NS_PER_SEC + (uint64_t)cpu.tv_nsec;
	sh->run_delay_ns = s.run_delay_ns;
	sh->timeslices = s.timeslices;
	atomic_store(&sh->complete, true);
}

static void wait_for_start(struct worker_shared *sh)
{
	struct timespec begin;

	atomic_store(&sh->ready, 1);
	worker_futex_wake(&sh->ready);
	while (!atomic_load(&sh->start))
		worker_futex_wait(&sh->start, 0, 0);
	begin = clock_timespec(sh->start_at_ns);
	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &begin, NULL) ==
	       EINTR)
		;
}

noreturn void worker_main(const struct worker_task *task)
{
	struct worker_shared *sh = task->shared;
	struct self self = { .work = task->work,
			     .shared = sh,
			     .partner = task->partner,
			     .in = task->in,
			     .out = task->out };

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	prctl(PR_SET_NAME, "ktstr-worker");
	/* Sleeps end when they were asked to, not up to 50 us later. */
	prctl(PR_SET_TIMERSLACK, 1);
	wait_for_start(sh);

	/* A worker that is let run late has its first gap already. */
	self.last_ns = sh->start_at_ns;
	self.last_cpu = (unsigned int)sched_getcpu();
	checkpoint(&self);
	while (!stopped(&self)) {
		turn[task->work->type](&self);
		set(&sh->iterations, ++self.iterations);
	}
	/* It may have been kept waiting between its last look and the stop. */
	checkpoint(&self);
	report(sh);
	_exit(0);
}
