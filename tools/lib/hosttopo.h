/* SPDX-License-Identifier: GPL-2.0-or-later */
/* hosttopo.h - CPUs, last-level caches and NUMA nodes of a Linux machine. */
#pragma once

#include <sched.h>
#include <stdint.h>

#include "tools/lib/why.h"

/* What the kernel reports for two nodes that cannot reach each other. */
#define HOSTTOPO_UNREACHABLE 255

/**
 * struct host_llc - CPUs behind one last-level cache
 * @id:   its lowest online CPU; see struct hosttopo
 * @cpus: online CPUs, never empty
 * @node: the NUMA node of most of them, the lowest one on a tie
 */
struct host_llc {
	unsigned int id;
	cpu_set_t cpus;
	unsigned int node;
};

/**
 * struct hosttopo - a machine
 * @online:       CPUs that are online
 * @llc:          @llc_count groups in ascending order of id; each online CPU is
 *		  in exactly one
 * @nodes:        NUMA nodes, with or without CPUs
 * @memory_nodes: those that have memory
 * @node_limit:   highest node + 1
 * @distance:     @node_limit rows of @node_limit; 10 is local
 * @cpu_node:     node of each CPU
 * @cpu_core:     lowest sibling thread of each CPU, which stands for the core
 *
 * An LLC is named by its lowest CPU because that is the one name on which every
 * view of a machine agrees: a position in a list depends on what the caller may
 * see, the kernel's cache ids can be missing and are unique within a level
 * only, while CPUs beside each other may end at different levels.
 */
struct hosttopo {
	cpu_set_t online;
	struct host_llc *llc;
	unsigned int llc_count;
	cpu_set_t nodes, memory_nodes;
	unsigned int node_limit;
	uint8_t *distance;
	unsigned int cpu_node[CPU_SETSIZE];
	unsigned int cpu_core[CPU_SETSIZE];
};

/**
 * hosttopo_read() - read a machine from sysfs
 * @root: folder that holds sys/, such as an open "/"
 * @ret:  written only on success; hosttopo_done() releases it
 *
 * Without caches in sysfs a group is a processor package, without packages a
 * NUMA node; without nodes everything is node 0.
 *
 * Return: 0, or with @reterr_why set
 * * -ERANGE - a CPU or node is CPU_SETSIZE or more
 * * -EINVAL - a file is not in list format
 * * -ENOMEM - out of memory
 * * -errno  - of reading the list of online CPUs
 *
 * Source: Linux Documentation/ABI/testing/sysfs-devices-system-cpu and
 * Documentation/ABI/stable/sysfs-devices-node.
 */
int hosttopo_read(int root, struct hosttopo *ret, struct why *reterr_why);
void hosttopo_done(struct hosttopo *h);

/* From node @a to node @b, both below node_limit. */
static inline unsigned int hosttopo_distance(const struct hosttopo *h,
					     unsigned int a, unsigned int b)
{
	return h->distance[a * h->node_limit + b];
}
