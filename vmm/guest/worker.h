/* SPDX-License-Identifier: GPL-2.0-or-later */
/* worker.h - what runs in a worker's process, and the memory it reports in. */
#pragma once

#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdnoreturn.h>

#include "tools/lib/spec/cpuset.h"
#include "tools/lib/spec/test.h"
#include "vmm/guest/histogram.h"
#include "vmm/guest/segment.h"

#define WORKER_SPIN  1024 /* increments between two looks at the clock */
#define WORKER_NODES 64
/* worker_shared.away_until_ns of a worker that waits for another one. */
#define WORKER_AWAY_PARTNER UINT64_MAX

/* worker_shared.ready; a futex */
enum worker_ready {
	WORKER_BORN,
	WORKER_HERE,	 /* it waits for @go */
	WORKER_PREPARED, /* it waits for @start */
};

/**
 * struct worker_shared - one worker's report, in memory shared with init and
 * with the other workers of its group
 *
 * It outlives the worker, however that ends. Written by init:
 * @go, @start, @stop: futexes, 0 then 1
 * @start_at_ns: the worker's loop begins then; valid once @start is 1
 * @end_at_ns: the loop ends then by itself, 0 for never
 * @frozen_ns, @thawed_ns: how long its cgroup was frozen in all, and until when
 *	      the last time
 * @allowed:  CPUs that a worker which moves itself may choose from; changes
 *	      while no segment is open
 *
 * Written by the worker, read by init once it has ended:
 * @ready:    enum worker_ready
 * @last_ns:  last time it was seen to run
 * @cpu:      where that was
 * @away_until_ns: it asked to be away from @last_ns until then, 0: it did not
 * @units, @iterations: work done, turns of the loop
 * @max_gap_ns, @gap_at_ns, @gap_cpu: the longest time it was not running though
 *	      it wanted to, when that was noticed and on which CPU
 * @migrations: how often it was seen on another CPU than before
 * @far_migrations: of these, behind another last-level cache
 * @complete: the loop ended and all below was written
 * @cpu_ns, @run_delay_ns, @timeslices: of its whole life
 * @pages, @has_pages: pages on each node of the memory of its type, at its end
 * @migrated_pages: of those that NUMA balancing moved for it
 * @trouble:  why it ended before the stop, or ""
 * @note:     what it had to do without, or ""
 *
 * Between the workers of a group:
 * @sent_ns:  when the last messages were sent, by their number's lowest bit.
 *	      Taken before the sending, so that a message is never older than
 *	      it says.
 * @sent, @received: messages
 * @first, @first_ns: number, plus 1, of the first message that this worker has
 *	      not received, and when it was sent: kept by a sender that does not
 *	      wait for answers, since @sent_ns is too short then
 * @word:     a futex, for those whose @partner this is: of fan-outs the number
 *	      of messages, of ping-pong whose turn it is, of a mutex 1 if held
 * @waiting:  one bit for each of a mutex's team that waits for it
 * @granted, @called_ns: a futex, and when it was set: try again to get the
 *	      mutex
 */
struct worker_shared {
	_Atomic uint32_t go, start, stop, ready;
	uint64_t start_at_ns, end_at_ns;
	_Atomic uint64_t frozen_ns, thawed_ns;
	cpu_set_t allowed;

	_Atomic uint64_t last_ns, away_until_ns;
	_Atomic uint32_t cpu;
	_Atomic uint64_t units, iterations;
	_Atomic uint64_t sent_ns[2], sent, received, first, first_ns;
	_Atomic uint32_t word, granted;
	_Atomic uint64_t waiting, called_ns;
	uint64_t max_gap_ns, gap_at_ns;
	unsigned int gap_cpu;
	_Atomic uint64_t migrations;
	uint64_t far_migrations;
	cpu_set_t cpus;
	struct histogram wakes;
	_Atomic bool complete;
	uint64_t cpu_ns, run_delay_ns, timeslices;
	bool has_pages;
	uint64_t pages[WORKER_NODES], migrated_pages;
	char trouble[160], note[160];

	struct segments segments; /* last: its array follows */
};

/**
 * struct worker_task - what a worker's process is given
 * @team, @team_size, @place: all that work in its group, and which it is; size
 *	     0 for types that work alone
 * @partner: who sends what it waits for; NULL for none
 * @in, @out: its ends of the pipes, -1 for types without
 * @log:      where a program's output goes, -1 for types without
 * @seed:     all that is random comes from here
 * @ext:      its plain policy is SCHED_EXT
 * @machine:  where it runs
 */
struct worker_task {
	const struct work *work;
	struct worker_shared *shared, *partner;
	struct worker_shared *team[WORK_TEAM_MAX];
	unsigned int team_size, place;
	int in, out, log;
	uint64_t seed;
	bool ext;
	const struct machine *machine;
};

#define WORKER_SCHED_EXT 7 /* uapi/linux/sched.h, since 6.12 */

/* Has it something to prepare before the start, when it is in its cgroup and
 * has its affinity? Then it waits for @go. */
bool worker_prepares(const struct work *w);

/* Which of its team sends what worker @place waits for? -1: none. */
int worker_sender(enum work_type type, unsigned int place);

/* The worker's process: wait for the start, work until the stop, end. */
noreturn void worker_main(const struct worker_task *task);

/* Since when is there something for @sh that waits, from @from (may be NULL)?
 * UINT64_MAX: nothing came. */
uint64_t worker_called_at(const struct worker_shared *sh,
			  const struct worker_shared *from);

/* CPU time, run delay and slices of a process; 0 or -errno. */
struct worker_sched {
	uint64_t cpu_ns, run_delay_ns, timeslices;
};
int worker_read_schedstat(const char *path, struct worker_sched *ret);

/* Wait while *@word is @value, until @deadline_ns (0: for ever). */
void worker_futex_wait(_Atomic uint32_t *word, uint32_t value,
		       uint64_t deadline_ns);
void worker_futex_wake(_Atomic uint32_t *word, int count);
