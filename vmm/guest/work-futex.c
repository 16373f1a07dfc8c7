/* SPDX-License-Identifier: GPL-2.0-or-later */
/* work-futex.c - groups that wake each other: ping-pong, fan-outs, a mutex. */
#include "vmm/guest/worker-self.h"

#define SENDER_SPIN 256 /* increments of a sender behind each message */

/* The word is the place of the one whose turn it is. */
static void turn_ping_pong(struct self *self)
{
	const struct worker_task *t = self->task;
	_Atomic uint32_t *word = &t->team[0]->word;
	uint64_t begin = self->last_ns;

	if (atomic_load(word) != t->place) {
		worker_away(self, WORKER_AWAY_PARTNER);
		while (atomic_load(word) != t->place && !worker_stopped(self))
			worker_wait(self, word, 1 - t->place);
		worker_received(self, begin, atomic_load(&t->partner->sent));
	}
	atomic_store(&self->shared->received, atomic_load(&t->partner->sent));
	worker_spin_and_look(self, self->work->spin);
	if (worker_stopped(self))
		return;
	worker_send(self);
	atomic_store(word, 1 - t->place);
	worker_futex_wake(word, 1);
	worker_checkpoint(self);
}

static void send_to_all(struct self *self)
{
	const struct worker_task *t = self->task;
	_Atomic uint32_t *word = &self->shared->word;

	worker_send(self);
	atomic_store(word, (uint32_t)atomic_load(&self->shared->sent));
	worker_futex_wake(word, (int)t->team_size - 1);
	worker_spin(self, SENDER_SPIN);
	worker_checkpoint(self);
}

static void wait_for_sender(struct self *self)
{
	const struct worker_shared *from = self->task->partner;
	_Atomic uint32_t *word = &self->task->partner->word;
	uint64_t begin = self->last_ns;
	uint64_t have = atomic_load(&self->shared->received);

	worker_away(self, WORKER_AWAY_PARTNER);
	while (atomic_load(&from->sent) <= have && !worker_stopped(self))
		worker_wait(self, word, (uint32_t)have);
	worker_received(self, begin, atomic_load(&from->sent));
}

static void turn_fan_out(struct self *self)
{
	worker_spin_and_look(self, self->work->spin);
	if (worker_stopped(self))
		return;
	if (self->task->place == 0)
		send_to_all(self);
	else
		wait_for_sender(self);
}

/* Three square matrices of 64-bit numbers fill the memory. */
static unsigned int matrix_side(uint64_t size)
{
	unsigned int n = 1;

	while ((uint64_t)(n + 1) * (n + 1) * 3 * sizeof(uint64_t) <= size)
		n++;
	return n;
}

static void begin_compute(struct self *self)
{
	self->steps = matrix_side(self->work->size);
	if (self->task->place > 0)
		worker_map(self, self->work->size);
}

/* c = a * b; a unit is one number of c. */
static void multiply(struct self *self)
{
	size_t n = self->steps, done = 0;
	const uint64_t *a = (const uint64_t *)self->memory, *b = a + n * n;
	uint64_t *c = (uint64_t *)self->memory + 2 * n * n;

	for (size_t i = 0; i < n * n; i++) {
		uint64_t sum = 0;

		for (size_t k = 0; k < n; k++)
			sum += a[i / n * n + k] * b[k * n + i % n];
		c[i] = sum;
		self->units++;
		done += n;
		if (done < WORKER_SPIN)
			continue;
		done = 0;
		worker_checkpoint(self);
		if (worker_stopped(self))
			return;
	}
}

static void turn_compute(struct self *self)
{
	if (self->task->place == 0) {
		send_to_all(self);
		return;
	}
	wait_for_sender(self);
	if (!worker_stopped(self))
		worker_sleep(self, self->work->sleep_ns);
	for (uint64_t i = 0; i < self->work->ops && !worker_stopped(self); i++)
		multiply(self);
	worker_checkpoint(self);
}

/* Word: 0 free, 1 held. */
static bool try_lock(struct self *self)
{
	uint32_t is_free = 0;

	return atomic_compare_exchange_strong(&self->task->team[0]->word,
					      &is_free, 1);
}

/*
 * Until it is ours, or the stop. Who unlocks chooses one that waits and tells
 * it since when it may run: so a wake is known exactly, though others may get
 * the mutex before. The bit is set before the last try, so that who unlocks
 * afterwards sees it: no wake is lost.
 */
static bool lock(struct self *self)
{
	struct worker_shared *sh = self->shared;
	_Atomic uint64_t *waiting = &self->task->team[0]->waiting;
	uint64_t bit = UINT64_C(1) << self->task->place;

	while (!worker_stopped(self)) {
		if (try_lock(self))
			return true;
		atomic_store(&sh->called_ns, 0);
		atomic_store(&sh->granted, 0);
		atomic_fetch_or(waiting, bit);
		if (try_lock(self)) {
			atomic_fetch_and(waiting, ~bit);
			return true;
		}
		worker_away(self, WORKER_AWAY_PARTNER);
		while (!atomic_load(&sh->granted) && !worker_stopped(self))
			worker_wait(self, &sh->granted, 0);
		if (atomic_load(&sh->granted))
			worker_woken(self, atomic_load(&sh->called_ns));
		else
			worker_called_off(self, UINT64_MAX);
	}
	return false;
}

/* The next one behind us in the team. */
static void unlock(struct self *self)
{
	const struct worker_task *t = self->task;
	_Atomic uint64_t *waiting = &t->team[0]->waiting;

	atomic_store(&t->team[0]->word, 0);
	for (unsigned int i = 1; i < t->team_size; i++) {
		unsigned int next = (t->place + i) % t->team_size;
		uint64_t bit = UINT64_C(1) << next;

		if (!(atomic_fetch_and(waiting, ~bit) & bit))
			continue;
		atomic_store(&t->team[next]->called_ns, clock_now_ns());
		atomic_store(&t->team[next]->granted, 1);
		worker_futex_wake(&t->team[next]->granted, 1);
		return;
	}
}

static void turn_mutex(struct self *self)
{
	worker_spin_and_look(self, self->work->spin);
	if (worker_stopped(self) || !lock(self))
		return;
	worker_spin_and_look(self, self->work->hold);
	unlock(self);
	worker_checkpoint(self);
}

const struct work_loop work_futex_ping_pong = { .turn = turn_ping_pong };
const struct work_loop work_futex_fan_out = { .turn = turn_fan_out };
const struct work_loop work_fan_out_compute = { begin_compute, turn_compute,
						NULL };
const struct work_loop work_mutex_contention = { .turn = turn_mutex };
