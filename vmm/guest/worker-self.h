/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * worker-self.h - what the loops of all types are made of: accounting, waiting,
 * spinning. For vmm/guest/work-*.c alone.
 *
 * The rules of accounting: between two checkpoints a worker always wants to
 * run, so that all the time from one to the next, beyond what it did itself, is
 * a gap. Where it waits at its own wish it says so (worker_away()), and says
 * afterwards when it should have run again (worker_woken()): only the time
 * beyond that is a gap, and it is what the histogram of wakes is made of. A
 * wait of any kind ends at once when the worker is stopped.
 */
#pragma once

#include <stddef.h>

#include "tools/lib/str.h"
#include "vmm/guest/clock.h"
#include "vmm/guest/rng.h"
#include "vmm/guest/worker.h"

/**
 * struct self - what a worker's loop keeps at hand
 * @last_ns:  when it was last seen to run
 * @last_cpu: and where
 * @units, @iterations: copies of those in @shared
 * @frozen_seen: frozen time that is accounted for
 * @random:   state of its generator
 * @memory, @memory_size: of the type, from worker_map()
 * @at:       where in @memory the loop is
 * @file:     of the type
 * @step, @steps: of the type
 * @may:      one bit for each policy or so that the kernel grants
 */
struct self {
	const struct worker_task *task;
	const struct work *work;
	struct worker_shared *shared;
	uint64_t last_ns, units, iterations, frozen_seen;
	unsigned int last_cpu;
	uint64_t random;
	unsigned char *memory;
	size_t memory_size, at;
	int file;
	unsigned int step, steps, may;
};

/**
 * struct work_loop - one type
 * @begin: get what it needs, before the start; NULL for nothing
 * @turn:  one iteration; it returns soon when worker_stopped()
 * @end:   put back what was changed; NULL for nothing
 */
struct work_loop {
	void (*begin)(struct self *self);
	void (*turn)(struct self *self);
	void (*end)(struct self *self);
};

extern const struct work_loop work_cpu_spin, work_yield_heavy, work_mixed,
	work_io_sync, work_bursty, work_pipe_io, work_futex_ping_pong,
	work_cache_pressure, work_cache_yield, work_cache_pipe,
	work_futex_fan_out, work_sequence, work_fork_exit, work_nice_sweep,
	work_affinity_churn, work_policy_churn, work_fan_out_compute,
	work_page_fault_churn, work_mutex_contention, work_exec;

/* True from the stop on. */
bool worker_stopped(const struct self *self);

void worker_checkpoint(struct self *self);
/* It waits from now on, until @until_ns or WORKER_AWAY_PARTNER. */
void worker_away(struct self *self, uint64_t until_ns);
/* It runs again, and should have since @due. */
void worker_woken(struct self *self, uint64_t due);
/* The stop called it back: no wake, and no gap either, unless it should have
 * run since @due already and a scheduler kept it waiting until the stop. */
void worker_called_off(struct self *self, uint64_t due);
/* It wanted to run from @since to @until and did not: by a child of it. */
void worker_gap(struct self *self, uint64_t since, uint64_t until);

/* @n increments. */
void worker_spin(struct self *self, uint64_t n);
/* The same with looks at the clock, until the stop at most. */
void worker_spin_and_look(struct self *self, uint64_t n);
/* Give the CPU away; until it runs again is a sample of the histogram. */
void worker_yield(struct self *self);
/* Sleep, accounted for. */
void worker_sleep(struct self *self, uint64_t ns);
/* Wait until *@word is not @value any more, or the stop; may return early. */
void worker_wait(struct self *self, _Atomic uint32_t *word, uint32_t value);

/* One more message to those whose partner this is. */
void worker_send(struct self *self);
/* Account for a wait that began at @begin and got messages, @count in all so
 * far, or the stop. */
void worker_received(struct self *self, uint64_t begin, uint64_t count);

/* A file of its own, without a name; and 16 writes of 4 KiB into it, from its
 * beginning, a unit each. */
void worker_open_file(struct self *self);
void worker_write_file(struct self *self);

/* Memory of its own, touched; worker_fail() when there is none. */
void worker_map(struct self *self, size_t size);
/* @n times read, change and write a byte, @stride apart, round and round. */
void worker_touch(struct self *self, uint64_t n, uint64_t stride);

/* Swap a byte with the partner. */
void worker_swap_bytes(struct self *self);

/* It cannot go on: @fmt and errno's text are the reason. */
noreturn void worker_fail(const struct self *self, const char *fmt, ...)
	KTSTR_PRINTF(2, 3);
/* It goes on without something. */
void worker_note(const struct self *self, const char *fmt, ...)
	KTSTR_PRINTF(2, 3);

static inline void worker_set(_Atomic uint64_t *p, uint64_t value)
{
	atomic_store_explicit(p, value, memory_order_relaxed);
}
