/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * shared-cores.h - did two workers share a core while another core was idle?
 *
 * Nobody looks at every switch of tasks, but sums tell, as in short-waits.h. In
 * a span of time L let two workers that did not move be on threads of one core,
 * and run for R and S; let the threads of another core, T of them, be idle for
 * I in all. Then both ran at once for R + S - L at least, the other core was
 * idle as a whole for I - (T - 1) L, and both were true at once for what these
 * two are longer together than L.
 *
 * Workers that move are left out: where they ran for how long is not known.
 */
#pragma once

#include "vmm/guest/short-waits.h"

/**
 * struct shared_core - what was found
 * @ns:   how long, at least; 0: nothing was
 * @one, @two: the workers, NULL where nothing was
 * @cpu, @idle_cpu: the lowest CPU of their core, and of the idle one
 */
struct shared_core {
	uint64_t ns;
	struct short_waits *one, *two;
	unsigned int cpu, idle_cpu;
};

/**
 * shared_core_find() - the longest time of all
 * @list:    of @count workers
 * @core:    CPUs of each of @core_count cores
 * @idle_ns: of each CPU, at least that; room for all CPUs of @core
 * @span_ns: how long the span was, at most
 * @ret:     the one core that was shared for the longest time
 */
void shared_core_find(struct short_waits *const *list, size_t count,
		      const cpu_set_t *core, unsigned int core_count,
		      const uint64_t *idle_ns, uint64_t span_ns,
		      struct shared_core *ret);

/**
 * struct core_sharer - one worker, in several spans
 * @sum: of the span that is added
 * @ns:  how long it shared a core in all of them, of which @longest_ns in one:
 *	 the core of @shared_cpu, while that of @idle_cpu was idle; these are
 *the lowest CPUs of theirs
 */
struct core_sharer {
	struct short_waits sum;
	uint64_t ns, longest_ns;
	unsigned int shared_cpu, idle_cpu;
};

/**
 * shared_cores_add() - one more span
 * @list: of @count workers, each the @sum of a struct core_sharer, which gets
 *	  its part; the order changes
 *
 * All else as above. Of each core one pair counts, which shared it longest.
 */
void shared_cores_add(struct short_waits **list, size_t count,
		      const cpu_set_t *core, unsigned int core_count,
		      const uint64_t *idle_ns, uint64_t span_ns);
