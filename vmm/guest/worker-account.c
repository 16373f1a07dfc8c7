/* SPDX-License-Identifier: GPL-2.0-or-later */
/* worker-account.c - units, gaps and wakes, and the waits they are made of. */
#include <errno.h>
#include <linux/futex.h>
#include <linux/time_types.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "vmm/guest/worker-self.h"

void worker_futex_wait(_Atomic uint32_t *word, uint32_t value,
		       uint64_t deadline_ns)
{
	struct timespec until = clock_timespec(deadline_ns);

	/* The memory is shared between processes: no FUTEX_PRIVATE_FLAG. */
	syscall(SYS_futex, word, FUTEX_WAIT_BITSET, value,
		deadline_ns ? &until : NULL, NULL, FUTEX_BITSET_MATCH_ANY);
}

void worker_futex_wake(_Atomic uint32_t *word, int count)
{
	syscall(SYS_futex, word, FUTEX_WAKE, count, NULL, NULL, 0);
}

void worker_wait(struct self *self, _Atomic uint32_t *word, uint32_t value)
{
	struct futex_waitv both[2] = {
		{ .val = value, .uaddr = (uintptr_t)word, .flags = FUTEX_32 },
		{ .val = 0,
		  .uaddr = (uintptr_t)&self->shared->stop,
		  .flags = FUTEX_32 },
	};

	if (syscall(SYS_futex_waitv, both, 2, 0, NULL, 0) < 0 &&
	    errno == ENOSYS)
		worker_fail(self, "this kernel has no futex_waitv()");
}

bool worker_stopped(const struct self *self)
{
	const struct worker_shared *sh = self->shared;

	if (atomic_load_explicit(&sh->stop, memory_order_relaxed))
		return true;
	return sh->end_at_ns && self->last_ns >= sh->end_at_ns;
}

/* Is the one CPU behind another cache than the other? */
static bool is_far(const struct machine *m, unsigned int a, unsigned int b)
{
	for (unsigned int i = 0; i < m->llc_count; i++) {
		if (CPU_ISSET(a, &m->llc[i]))
			return !CPU_ISSET(b, &m->llc[i]);
	}
	return false;
}

/* Now on @cpu, which is another than before. */
static void moved(struct self *self, unsigned int cpu)
{
	struct worker_shared *sh = self->shared;

	worker_set(&sh->migrations, sh->migrations + 1);
	sh->far_migrations += is_far(self->task->machine, self->last_cpu, cpu);
	self->last_cpu = cpu;
	atomic_store_explicit(&sh->cpu, cpu, memory_order_relaxed);
}

/* Where am I? Recorded in the segment that is in force. */
static void look(struct self *self)
{
	struct worker_shared *sh = self->shared;
	uint64_t epoch = segment_begin(&sh->segments);
	int cpu = sched_getcpu();

	if (cpu < 0 || cpu >= CPU_SETSIZE)
		return;
	segment_end(&sh->segments, epoch, (unsigned int)cpu);
	CPU_SET((unsigned int)cpu, &sh->cpus);
	if ((unsigned int)cpu != self->last_cpu)
		moved(self, (unsigned int)cpu);
}

static uint64_t minus(uint64_t a, uint64_t b)
{
	return a > b ? a - b : 0;
}

/*
 * How long it has waited for a CPU since @since. Frozen time is nobody's fault:
 * what is left of it, but at least the time since it was thawed.
 */
static uint64_t lateness(struct self *self, uint64_t since, uint64_t now)
{
	const struct worker_shared *sh = self->shared;
	uint64_t frozen = atomic_load(&sh->frozen_ns) - self->frozen_seen;
	uint64_t late = minus(now, since), thawed;

	if (frozen == 0)
		return late;
	self->frozen_seen += frozen;
	thawed = minus(now, atomic_load(&sh->thawed_ns));
	if (thawed > late)
		thawed = late;
	late = minus(late, frozen);
	return late > thawed ? late : thawed;
}

void worker_gap(struct self *self, uint64_t since, uint64_t until)
{
	struct worker_shared *sh = self->shared;
	uint64_t gap = minus(until, since);

	if (gap <= sh->max_gap_ns)
		return;
	sh->max_gap_ns = gap;
	sh->gap_at_ns = until;
	sh->gap_cpu = self->last_cpu;
}

/* The worker runs at @now and did not for the @gap_ns before. */
static void seen(struct self *self, uint64_t now, uint64_t gap_ns)
{
	look(self);
	worker_gap(self, now - gap_ns, now);
	self->last_ns = now;
	worker_set(&self->shared->last_ns, now);
}

void worker_checkpoint(struct self *self)
{
	uint64_t now = clock_now_ns();

	worker_set(&self->shared->units, self->units);
	seen(self, now, lateness(self, self->last_ns, now));
}

void worker_away(struct self *self, uint64_t until_ns)
{
	worker_set(&self->shared->units, self->units);
	worker_set(&self->shared->away_until_ns, until_ns);
}

void worker_woken(struct self *self, uint64_t due)
{
	uint64_t now = clock_now_ns(), late = lateness(self, due, now);

	worker_set(&self->shared->away_until_ns, 0);
	histogram_add(&self->shared->wakes, late);
	seen(self, now, late);
}

void worker_called_off(struct self *self, uint64_t due)
{
	uint64_t now = clock_now_ns();

	worker_set(&self->shared->away_until_ns, 0);
	seen(self, now, lateness(self, due, now));
}

/*
 * No pause, as programs have none that are measured beside it: under the
 * virtual clock a pause gives the rest of a CPU's turn away (vmm/seats.h).
 */
void worker_spin(struct self *self, uint64_t n)
{
	uint64_t units = self->units;

	for (uint64_t i = 0; i < n; i++) {
		units++;
		__asm__ volatile("" : "+r"(units));
	}
	self->units = units;
}

void worker_spin_and_look(struct self *self, uint64_t n)
{
	while (n > 0 && !worker_stopped(self)) {
		uint64_t part = n < WORKER_SPIN ? n : WORKER_SPIN;

		worker_spin(self, part);
		worker_checkpoint(self);
		n -= part;
	}
}

void worker_yield(struct self *self)
{
	uint64_t before = clock_now_ns();

	sched_yield();
	worker_woken(self, before);
}

void worker_sleep(struct self *self, uint64_t ns)
{
	uint64_t due = self->last_ns + ns;

	worker_away(self, due);
	/* A sleep that the stop can end: a futex with a deadline. */
	while (!worker_stopped(self) && clock_now_ns() < due)
		worker_futex_wait(&self->shared->stop, 0, due);
	if (worker_stopped(self))
		worker_called_off(self, due);
	else
		worker_woken(self, due);
}

uint64_t worker_called_at(const struct worker_shared *sh,
			  const struct worker_shared *from)
{
	uint64_t n = atomic_load(&sh->received), called;

	if (!from) {
		called = atomic_load(&sh->called_ns);
		return called ? called : UINT64_MAX;
	}
	if (atomic_load(&from->sent) <= n)
		return UINT64_MAX;
	/* While it is not kept, its place is not used again: look in that
	 * order. */
	called = atomic_load(&from->sent_ns[n & 1]);
	if (atomic_load(&sh->first) == n + 1)
		called = atomic_load(&sh->first_ns);
	return called;
}

/*
 * A sender that waits for no answer may send on while a message is not received
 * yet. Each time it looks which is the first that a receiver has not, and keeps
 * the time of that one. That is message @n or the one before, or it was kept
 * already: a receiver that waits for message r waits since before r was sent,
 * and shows it since then, so that it is seen when r, or at last r + 1, is
 * sent.
 */
static void keep_first(const struct self *self, struct worker_shared *to,
		       uint64_t n)
{
	uint64_t r = atomic_load(&to->received);

	if (r + 1 < n || r > n || atomic_load(&to->first) == r + 1)
		return;
	atomic_store(&to->first_ns, atomic_load(&self->shared->sent_ns[r & 1]));
	atomic_store(&to->first, r + 1);
}

void worker_send(struct self *self)
{
	const struct worker_task *t = self->task;
	struct worker_shared *sh = self->shared;
	uint64_t n = atomic_load_explicit(&sh->sent, memory_order_relaxed);

	atomic_store(&sh->sent_ns[n & 1], clock_now_ns());
	for (unsigned int i = 1; !t->partner && i < t->team_size; i++)
		keep_first(self, t->team[i], n);
	atomic_store(&sh->sent, n + 1);
}

void worker_received(struct self *self, uint64_t begin, uint64_t count)
{
	const struct worker_shared *from = self->task->partner;
	struct worker_shared *sh = self->shared;
	uint64_t sent = worker_called_at(sh, from);

	if (worker_stopped(self)) {
		worker_called_off(self, sent > begin ? sent : begin);
		return;
	}
	atomic_store(&sh->received, count);
	worker_set(&sh->away_until_ns, 0);
	/* One that was there before we waited woke nobody. */
	if (sent > begin)
		worker_woken(self, sent);
	else
		worker_checkpoint(self);
}
