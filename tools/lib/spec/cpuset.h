/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cpuset.h - from a cpuset or affinity as written to CPUs of a real machine. */
#pragma once

#include <stdint.h>

#include "tools/lib/spec/test.h"

/**
 * struct machine - CPUs of a machine, however they were found
 * @all:  online CPUs
 * @llc:  CPUs behind each last-level cache, @llc_count of them
 * @node: CPUs of each NUMA node, @node_count of them
 * @core: CPUs of each core, @core_count of them; borrowed, none where nobody
 *	  said them
 */
struct machine {
	cpu_set_t all;
	cpu_set_t *llc, *node;
	unsigned int llc_count, node_count;
	const cpu_set_t *core;
	unsigned int core_count;
};

/* The machine that a declared topology describes; machine_done() frees it. */
int machine_from_topology(const struct topology *t, struct machine *ret);
void machine_done(struct machine *m);

/**
 * cpuset_resolve() - the CPUs that a spec means
 *
 * Usable CPUs U are all but the last one where there are more than 2. Rules:
 * range: U[trunc(n*a)] to U[trunc(n*b)) ; disjoint i/of: chunks of n/of, the
 * last takes the rest; overlap i/of f: the chunk, wider by trunc(chunk*f) on
 * each side that has a neighbour; misaligned 0/2: U up to the middle of LLC 0,
 * with one LLC up to the middle of U; misaligned 1/2: the rest. An "each" must
 * have been through cpuset_for_copy().
 *
 * Return: 0; -ERANGE with the reason when the machine is too small for it (an
 * LLC or node that is not there, fewer CPUs than shares); CPUSET_NONE gives
 * all.
 */
int cpuset_resolve(const struct cpuset_spec *spec, const struct machine *m,
		   cpu_set_t *ret, struct why *reterr_why);

/* What @spec means for copy @index of @count. */
struct cpuset_spec cpuset_for_copy(const struct cpuset_spec *spec,
				   unsigned int index, unsigned int count);

/* What @a means for worker @index, from 0, of its "work" line. */
struct affinity affinity_for_worker(const struct affinity *a,
				    unsigned int index);

/**
 * affinity_resolve() - the CPUs a worker may run on
 * @pool: the cgroup's cpuset, or all CPUs
 * @random: state of the generator for AFFINITY_RANDOM, moved on
 *
 * An "each" must have been through affinity_for_worker(), or is worker 0's.
 *
 * Return: 0; 1 when nothing is to be set (inherit); -EINVAL when @kind leaves
 * no CPU of the pool.
 */
int affinity_resolve(const struct affinity *a, const cpu_set_t *pool,
		     const struct machine *m, uint64_t *random, cpu_set_t *ret);
