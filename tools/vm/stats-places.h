/* SPDX-License-Identifier: GPL-2.0-or-later */
/* stats-places.h - where the workers of a cgroup ran, and where their memory
 * is. */
#pragma once

#include "vmm/facts.h"

/**
 * struct places - of a cgroup, or of all workers
 * @cpus: CPUs that a worker was seen on
 * @cpus_percent: of those that the workers could use at once: all that any of
 *	  them was allowed, but no more than there are workers; -1 without any
 * @locality_percent: pages on the nodes of the CPUs that a worker may use when
 *	  it ends, of all its pages; of the worst worker. -1 where no worker has
 *	  pages and may use a part of the machine's CPUs only.
 * @slow_tier_ratio: pages on other nodes than these, per page; of the worst
 *	  worker, whatever CPUs it may use; -1 where no worker has pages
 * @cross_node_ratio: pages that NUMA balancing moved, per page; the same
 *
 * A worker's pages are those of the memory that its type of work has.
 */
struct places {
	unsigned int cpus;
	double cpus_percent, locality_percent, cross_node_ratio;
	double slow_tier_ratio;
};

/* Of the workers in @cgroup, or of all when it is NULL. */
void places_of(const struct facts *f, const char *cgroup, struct places *ret);
