/* SPDX-License-Identifier: GPL-2.0-or-later */
/* worker.h - what runs in a worker's process, and the memory it reports in. */
#pragma once

#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdnoreturn.h>

#include "tools/lib/spec/test.h"
#include "vmm/guest/histogram.h"
#include "vmm/guest/segment.h"

#define WORKER_SPIN 1024 /* increments between two looks at the clock */
/* worker_shared.away_until_ns of a worker that waits for its partner. */
#define WORKER_AWAY_PARTNER UINT64_MAX

/**
 * struct worker_shared - one worker's report, in memory shared with init
 *
 * It outlives the worker, however that ends. Written by init:
 * @start, @stop: futexes, 0 then 1
 * @start_at_ns: the worker's loop begins then; valid once @start is 1
 * @end_at_ns: the loop ends then by itself, 0 for never
 *
 * Written by the worker, read by init once it has ended:
 * @ready:    1 when it waits for @start; a futex
 * @last_ns:  last time it was seen to run
 * @away_until_ns: it asked to be away from @last_ns until then, 0: it did not
 * @units, @iterations: work done, turns of the loop
 * @max_gap_ns, @gap_at_ns, @gap_cpu: the longest time it was not running though
 *	      it wanted to, when that was noticed and on which CPU
 * @sent_ns:  when the last messages to the partner were sent, by their number's
 *	      lowest bit: at most one is on its way while the other is read.
 *Taken before the write, so that a message is never older than it says.
 * @sent, @received: messages
 * @complete: the loop ended and all below was written
 * @cpu_ns, @run_delay_ns, @timeslices: of its whole life
 */
struct worker_shared {
	_Atomic uint32_t start, stop, ready;
	uint64_t start_at_ns, end_at_ns;

	_Atomic uint64_t last_ns, away_until_ns;
	_Atomic uint64_t units, iterations;
	_Atomic uint64_t sent_ns[2], sent, received;
	uint64_t max_gap_ns, gap_at_ns;
	unsigned int gap_cpu;
	uint64_t migrations;
	cpu_set_t cpus;
	struct histogram wakes;
	_Atomic bool complete;
	uint64_t cpu_ns, run_delay_ns, timeslices;

	struct segments segments; /* last: its array follows */
};

/**
 * struct worker_task - what a worker's process is given
 * @partner: the other side of the two pipes; NULL for types without
 * @in, @out: its ends of the pipes, -1 for types without
 */
struct worker_task {
	const struct work *work;
	struct worker_shared *shared, *partner;
	int in, out;
};

/* Is this type of work built? */
bool worker_can(enum work_type type);

/* The worker's process: wait for the start, work until the stop, end. */
noreturn void worker_main(const struct worker_task *task);

/* CPU time, run delay and slices of a process; 0 or -errno. */
struct worker_sched {
	uint64_t cpu_ns, run_delay_ns, timeslices;
};
int worker_read_schedstat(const char *path, struct worker_sched *ret);

/* Wait while *@word is @value, until @deadline_ns (0: for ever). */
void worker_futex_wait(_Atomic uint32_t *word, uint32_t value,
		       uint64_t deadline_ns);
void worker_futex_wake(_Atomic uint32_t *word);
