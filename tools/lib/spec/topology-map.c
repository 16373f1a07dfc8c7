/* SPDX-License-Identifier: GPL-2.0-or-later */
/* topology-map.c - where each CPU of a machine is, and how far from what. */
#include <stdlib.h>
#include <string.h>

#include "tools/lib/spec/topology-detail.h"

static unsigned int cores_of(const struct topology *t, unsigned int llc)
{
	return t->detail && t->detail->llc_cores ? t->detail->llc_cores[llc]
						 : t->cores;
}

static unsigned int threads_of(const struct topology *t, unsigned int core)
{
	return t->detail && t->detail->core_threads
		       ? t->detail->core_threads[core]
		       : t->threads;
}

static unsigned int node_of(const struct topology *t, unsigned int cpu,
			    unsigned int llc)
{
	const cpu_set_t *cpus = t->detail ? t->detail->node_cpus : NULL;
	unsigned int node = 0;

	if (!cpus)
		return llc / (t->llcs / t->nodes);
	while (node + 1 < t->nodes && !CPU_ISSET(cpu, &cpus[node]))
		node++;
	return node;
}

/* All but @package. */
static void place_cpus(const struct topology *t, struct topology_map *map)
{
	unsigned int cpu = 0, core = 0;

	for (unsigned int llc = 0; llc < t->llcs; llc++) {
		for (unsigned int i = 0; i < cores_of(t, llc); i++, core++) {
			for (unsigned int j = 0; j < threads_of(t, core); j++)
				map->cpu[cpu++] = (struct topology_place){
					.llc = (uint16_t)llc,
					.core = (uint16_t)core,
					.slot = (uint16_t)((llc * t->cores +
							    i) * t->threads +
							   j),
				};
		}
	}
	map->count = cpu;
	for (cpu = 0; cpu < map->count; cpu++) {
		struct topology_place *p = &map->cpu[cpu];

		p->node = (uint16_t)node_of(t, cpu, p->llc);
		p->online = !t->detail || !CPU_ISSET(cpu, &t->detail->offline);
	}
}

/* How many nodes have CPUs, if each has as many whole LLCs in order; else 1. */
static unsigned int packages_by_nodes(const struct topology *t,
				      const struct topology_map *map)
{
	unsigned int node_of_llc[TOPOLOGY_CPUS_MAX], found = 1;

	memset(node_of_llc, 0xff, sizeof(node_of_llc));
	for (unsigned int cpu = 0; cpu < map->count; cpu++) {
		const struct topology_place *p = &map->cpu[cpu];

		if (node_of_llc[p->llc] == ~0U)
			node_of_llc[p->llc] = p->node;
		else if (node_of_llc[p->llc] != p->node)
			return 1;
	}
	for (unsigned int llc = 1; llc < t->llcs; llc++) {
		if (node_of_llc[llc] < node_of_llc[llc - 1])
			return 1;
		found += node_of_llc[llc] != node_of_llc[llc - 1];
	}
	if (t->llcs % found)
		return 1;
	for (unsigned int llc = 0; llc < t->llcs; llc++) {
		unsigned int each = t->llcs / found;

		if (node_of_llc[llc] != node_of_llc[llc / each * each])
			return 1;
	}
	return found;
}

static unsigned int packages_of(const struct topology *t,
				const struct topology_map *map)
{
	if (!t->detail)
		return t->nodes;
	if (t->detail->packages)
		return t->detail->packages;
	return packages_by_nodes(t, map);
}

void topology_map(const struct topology *t, struct topology_map *ret)
{
	unsigned int each;

	place_cpus(t, ret);
	each = t->llcs / packages_of(t, ret);
	for (unsigned int cpu = 0; cpu < ret->count; cpu++)
		ret->cpu[cpu].package = (uint16_t)(ret->cpu[cpu].llc / each);
}

unsigned int topology_packages(const struct topology *t)
{
	struct topology_map map;

	if (!t->detail)
		return t->nodes;
	place_cpus(t, &map);
	return packages_of(t, &map);
}

unsigned int topology_cpus(const struct topology *t)
{
	struct topology_map map;
	unsigned int online = 0;

	if (!t->detail)
		return t->llcs * t->cores * t->threads;
	place_cpus(t, &map);
	for (unsigned int cpu = 0; cpu < map.count; cpu++)
		online += map.cpu[cpu].online;
	return online;
}

bool topology_has_smt(const struct topology *t)
{
	bool seen[TOPOLOGY_CPUS_MAX] = { false };
	struct topology_map map;

	if (!t->detail)
		return t->threads > 1;
	place_cpus(t, &map);
	for (unsigned int cpu = 0; cpu < map.count; cpu++) {
		const struct topology_place *p = &map.cpu[cpu];

		if (p->online && seen[p->core])
			return true;
		seen[p->core] |= p->online;
	}
	return false;
}

const char *topology_name(const struct topology *t)
{
	return t->detail ? t->detail->name : NULL;
}

unsigned int topology_distance(const struct topology *t, unsigned int from,
			       unsigned int to)
{
	if (t->detail && t->detail->distance)
		return t->detail->distance[from * t->nodes + to];
	return from == to ? TOPOLOGY_LOCAL_DISTANCE : TOPOLOGY_FAR_DISTANCE;
}

bool topology_has_cpus(const struct topology *t, unsigned int node)
{
	return !t->detail || !t->detail->node_cpus ||
	       CPU_COUNT(&t->detail->node_cpus[node]) > 0;
}

static unsigned int cost(const struct topology *t, unsigned int from,
			 unsigned int to)
{
	if (t->detail && t->detail->latency &&
	    t->detail->latency[from * t->nodes + to])
		return t->detail->latency[from * t->nodes + to];
	return topology_distance(t, from, to);
}

unsigned int topology_initiator(const struct topology *t, unsigned int node)
{
	unsigned int best = t->nodes;

	if (topology_has_cpus(t, node))
		return node;
	for (unsigned int from = 0; from < t->nodes; from++) {
		if (topology_has_cpus(t, from) &&
		    (best == t->nodes ||
		     cost(t, from, node) < cost(t, best, node)))
			best = from;
	}
	return best;
}
