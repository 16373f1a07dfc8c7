/* SPDX-License-Identifier: GPL-2.0-or-later */
/* topology-detail.h - what a machine has beside its shape, CPU by CPU. */
#pragma once

#include <stdint.h>

#include "tools/lib/spec/topology.h"

#define TOPOLOGY_LOCAL_DISTANCE 10
#define TOPOLOGY_FAR_DISTANCE	20

/**
 * struct memory_cache - a cache on the memory's side, of HMAT
 * @mib:           0: the node has none
 * @complex:       indexed in a complex way; else direct-mapped
 * @write_through: else write-back
 * @line:          bytes
 */
struct memory_cache {
	uint32_t mib;
	bool complex, write_through;
	uint16_t line;
};

/**
 * struct topology_detail - the words behind the shape
 * @text:      the whole machine in its one spelling
 * @name:      of topology_name()
 * @packages:  0: by topology_packages()'s rule
 * @llc_cores: cores of each LLC; NULL: all that the shape says
 * @core_threads: threads of each core; NULL: all that the shape says
 * @node_cpus: CPUs of each node; NULL: by LLCs
 * @memory:    MiB of each node; NULL: equal shares
 * @distance:  from node to node, row by row; NULL: 10 and 20
 * @latency:   ns from node to node; 0 where a row has no CPUs; NULL: the
 *	       machine has no HMAT
 * @bandwidth: MiB per second, likewise; NULL exactly where @latency is
 * @cache:     of each node; NULL: none
 * @offline:   CPUs that are there, but not online
 * @no_numa:   the firmware tells of no nodes
 */
struct topology_detail {
	struct topology_detail *next;
	char *text;
	char name[48];
	unsigned int packages;
	uint16_t *llc_cores;
	uint8_t *core_threads;
	cpu_set_t *node_cpus;
	uint32_t *memory;
	uint8_t *distance;
	uint32_t *latency, *bandwidth;
	struct memory_cache *cache;
	cpu_set_t offline;
	bool no_numa;
};

/**
 * struct topology_place - where a CPU is
 * @node, @llc, @package: numbers of them
 * @core:   counted over the machine
 * @slot:   position in the full shape, where absent CPUs leave holes
 * @online: while a test runs
 */
struct topology_place {
	uint16_t node, llc, package, core, slot;
	bool online;
};

/* All CPUs of a machine, in the order of their numbers. */
struct topology_map {
	unsigned int count;
	struct topology_place cpu[TOPOLOGY_CPUS_MAX];
};

void topology_map(const struct topology *t, struct topology_map *ret);

/**
 * topology_packages() - sockets; LLCs are divided equally among them
 *
 * As many as there are nodes with CPUs, if each of these has equally many whole
 * LLCs in order; else one; or as "packages=" says.
 */
unsigned int topology_packages(const struct topology *t);

unsigned int topology_distance(const struct topology *t, unsigned int from,
			       unsigned int to);
/* Has the node CPUs, be they online or not? */
bool topology_has_cpus(const struct topology *t, unsigned int node);
/* The node whose CPUs are nearest to @node's memory: by latency, else distance.
 */
unsigned int topology_initiator(const struct topology *t, unsigned int node);

/**
 * topology_intern() - the one copy of a detail
 * @d: in: on the heap; now owned by the list, or freed
 *
 * Return: it, or an equal one that was there.
 */
const struct topology_detail *topology_intern(struct topology_detail *d);
void topology_detail_free(struct topology_detail *d);
/* Free all details, for tests: no struct topology with one may be left. */
void topology_forget(void);

/* Read the words behind a shape into @t->detail. As topology_parse_at(). */
int topology_read_detail(const char *text, size_t from, struct topology *t,
			 struct topology_fault *reterr_at,
			 struct why *reterr_why);
/* Write @d's whole text for the shape of @t. Return: 0, -ENOMEM, or -E2BIG for
 * more than TOPOLOGY_TEXT_SIZE. */
int topology_write_detail(const struct topology *t, struct topology_detail *d);
