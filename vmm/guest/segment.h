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
 * None missed: only looks that fall into a change are dropped, and a worker
 *that stays on a forbidden CPU is seen there by its next look.
 */
#pragma once

#include <sched.h>
#include <stdatomic.h>
#include <stdint.h>

/**
 * struct segments - in memory that the worker and the engine share
 * @epoch: 1 before the first segment; 2 n + 2 in segment n, 2 n + 3 after it
 * @max:   how many there can be
 * @used:  CPUs seen in each, @max of them
 */
struct segments {
	_Atomic uint32_t epoch;
	uint32_t max;
	cpu_set_t used[];
};

static inline uint32_t segment_begin(const struct segments *s)
{
	/* The CPU is read after this. */
	return atomic_load_explicit(&s->epoch, memory_order_acquire);
}

static inline void segment_end(struct segments *s, uint32_t epoch,
			       unsigned int cpu)
{
	/* The CPU was read before this. */
	atomic_thread_fence(memory_order_acquire);
	if (epoch % 2 == 0 && epoch / 2 <= s->max &&
	    atomic_load_explicit(&s->epoch, memory_order_relaxed) == epoch)
		CPU_SET(cpu, &s->used[epoch / 2 - 1]);
}

/**
 * segment_open() - the allowed CPUs are in force
 *
 * Return: the number of the segment, or -ENOSPC when there are @max already;
 * nothing is opened then.
 */
int segment_open(struct segments *s);

/* The allowed CPUs are about to change. Nothing happens if none is open. */
void segment_close(struct segments *s);
