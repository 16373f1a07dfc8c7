/* SPDX-License-Identifier: GPL-2.0-or-later */
/* topology.h - the machine shapes "NnNlNcNt", and the presets by name. */
#pragma once

#include <stddef.h>

#include "tools/lib/why.h"

/**
 * struct topology - a uniform machine
 * @nodes:   NUMA nodes, 1 to 64
 * @llcs:    last-level caches in all, a multiple of @nodes
 * @cores:   cores behind each cache
 * @threads: threads of each core, 1 or 2
 *
 * CPUs are numbered thread fastest, then core, then LLC; LLC i is on node
 * i / (llcs / nodes). llcs * cores * threads is at most 512.
 */
struct topology {
	unsigned int nodes, llcs, cores, threads;
};

/* Room for any topology as text. */
#define TOPOLOGY_TEXT_SIZE 64

/* The machine of a scheduler and a test that declare none. */
extern const struct topology topology_default; /* 1n1l2c1t */

/**
 * topology_parse() - read "2n4l4c2t"
 *
 * Return: 0, or -EINVAL and the reason ("3 LLCs cannot be divided among 2
 * nodes", ...) in @reterr_why.
 */
int topology_parse(const char *text, struct topology *ret,
		   struct why *reterr_why);
void topology_format(const struct topology *t, char ret[TOPOLOGY_TEXT_SIZE]);
unsigned int topology_cpus(const struct topology *t);

/**
 * struct preset - a named topology
 * @memory_mib: memory that the machine gets, at least
 */
struct preset {
	const char *name;
	struct topology topology;
	unsigned int memory_mib;
};

/* The 24 presets, in their order; preset_count of them. */
extern const struct preset preset_table[];
extern const size_t preset_count;
/* The preset of that name, or NULL. */
const struct preset *preset_find(const char *name);
