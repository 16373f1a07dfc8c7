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
	const struct short_waits *one, *two;
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
