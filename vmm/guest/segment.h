/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * segment.h - on which CPUs a worker was seen while which CPUs were allowed.
 *
 * Isolation can only be judged against the CPUs that were allowed at the very
 * moment a worker was seen on one. So a worker's life is cut into segments: in
 * each the allowed CPUs do not change. The engine cuts, the worker looks:
 *
 *	engine				worker
 *	segment_close()			epoch = segment_begin(t)
 *	kernel: cpuset, affinity	cpu = where am I
 *	segment_open()			segment_end(t, epoch, cpu)
 *
 * The epoch is even while a segment is open, odd between two. The worker counts
 * what it saw only if the epoch was even and the same before and after.
 *
 * No false violation: the look lies wholly within one open segment. That began
 * after the kernel's call returned, and the kernel returns from a change of
 * cpuset or affinity only when the task has left a CPU it may not use any more
 * (affine_move_task() waits for the migration); it ends before the next call
 * began. So a kernel that obeys cannot have the worker on another CPU.
 *
 * A segment may go on after others: a test that changes CPUs without end has no
 * end of segments, but of sets of allowed CPUs. What a look adds late to one
 * that is closed belongs to the same allowed CPUs, so it is right all the same.
 *
 * None missed: only looks that fall into a change are dropped, and a worker
 * that stays on a forbidden CPU is seen there by its next look.
 */
#pragma once

#include <sched.h>
#include <stdatomic.h>
#include <stdint.h>

/**
 * struct segments - in memory that the worker and the engine share
 * @epoch: odd while no segment is open; above its lowest bit the number of the
 *	   segment in SEGMENT_BITS, above these how often one was opened
 * @max, @count: how many there can be and are
 * @used:  CPUs seen in each, @max of them
 */
struct segments {
	_Atomic uint64_t epoch;
	uint32_t max, count;
	cpu_set_t used[];
};

#define SEGMENT_BITS 16
#define SEGMENT_MAX  (1U << SEGMENT_BITS)

static inline uint64_t segment_begin(const struct segments *s)
{
	/* The CPU is read after this. */
	return atomic_load_explicit(&s->epoch, memory_order_acquire);
}

static inline void segment_end(struct segments *s, uint64_t epoch,
			       unsigned int cpu)
{
	uint64_t number = epoch >> 1 & (SEGMENT_MAX - 1);

	/* The CPU was read before this. */
	atomic_thread_fence(memory_order_acquire);
	if (epoch % 2 == 0 && number < s->max &&
	    atomic_load_explicit(&s->epoch, memory_order_relaxed) == epoch)
		CPU_SET(cpu, &s->used[number]);
}

/* The number of the segment that is open, or -1. */
int segment_current(const struct segments *s);

/**
 * segment_open() - the allowed CPUs are in force
 *
 * Return: the number of the segment, which is new if none was open, or -ENOSPC
 * when there are @max already; nothing is opened then.
 */
int segment_open(struct segments *s);

/* The same CPUs as in @number, one that is there, are in force again. */
void segment_reopen(struct segments *s, unsigned int number);

/* The allowed CPUs are about to change. Nothing happens if none is open. */
void segment_close(struct segments *s);
