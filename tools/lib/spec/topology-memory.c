/* SPDX-License-Identifier: GPL-2.0-or-later */
/* topology-memory.c - the words about memory: memory=, distances= ... */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/lib/num.h"
#include "tools/lib/spec/topology-read.h"

#define NODE_MIB_MIN   16
#define MIB_MAX	       (1U << 20)
#define DISTANCE_MIN   11
#define DISTANCE_MAX   254
#define LATENCY_NS_MAX 65534
#define BANDWIDTH_MAX  (1U << 20)
#define LINE_BYTES_MAX 4096

/* MiB, written with M or G, or without a unit; @ret of 0 is "0". */
static int read_mib(const char *text, uint32_t *ret)
{
	uint64_t n;

	if (num_parse(text, 0, MIB_MAX, &n) < 0) {
		if (num_parse_size(text, &n) < 0 || n & ((1 << 20) - 1))
			return -EINVAL;
		n >>= 20;
	}
	if (n > MIB_MAX)
		return -ERANGE;
	*ret = (uint32_t)n;
	return 0;
}

static bool has_cpus(const struct topology_reading *r, unsigned int node)
{
	return !r->d->node_cpus || CPU_COUNT(&r->d->node_cpus[node]);
}

static bool has_memory(const struct topology_reading *r, unsigned int node)
{
	return !r->d->memory || r->d->memory[node];
}

int read_memory(struct topology_reading *r)
{
	struct topology_fault whole = r->at;
	unsigned int node = 0;
	uint64_t sum = 0;
	struct item_list l;
	int e = check_items(r, ',', r->t->nodes, "memory", "nodes");

	if (e < 0)
		return e;
	r->d->memory = calloc(r->t->nodes, sizeof(*r->d->memory));
	if (!r->d->memory)
		return -ENOMEM;
	for (items_begin(&l, r); items_next(&l, ','); node++) {
		uint32_t mib = 0;

		if (read_mib(l.item, &mib) < 0 || (mib && mib < NODE_MIB_MIN))
			return complain(r,
					"the memory of node %u is 0, or %uM to "
					"1024G in whole MiB, not '%s'",
					node, NODE_MIB_MIN, l.item);
		if (!mib && !has_cpus(r, node))
			return complain(r,
					"node %u would be empty: it has "
					"neither CPUs nor memory",
					node);
		r->d->memory[node] = mib;
		sum += mib;
	}
	r->at = whole;
	if (!sum || sum > MIB_MAX)
		return complain(r, "the memory of all nodes is %s",
				sum ? "more than 1024G" : "0");
	return 0;
}

int read_distances(struct topology_reading *r)
{
	unsigned int n = r->t->nodes, i = 0;
	struct item_list l;
	uint64_t value;
	int e = check_items(r, ',', n * n, "distances", "pairs of nodes");

	if (e < 0)
		return e;
	r->d->distance = calloc((size_t)n * n, sizeof(*r->d->distance));
	if (!r->d->distance)
		return -ENOMEM;
	for (items_begin(&l, r); items_next(&l, ','); i++) {
		bool local = i / n == i % n;

		if (num_parse(l.item,
			      local ? TOPOLOGY_LOCAL_DISTANCE : DISTANCE_MIN,
			      local ? TOPOLOGY_LOCAL_DISTANCE : DISTANCE_MAX,
			      &value) < 0)
			return complain(r,
					"the distance from node %u to node %u "
					"is %s, not '%s'",
					i / n, i % n,
					local ? "10" : "11 to 254", l.item);
		r->d->distance[i] = (uint8_t)value;
	}
	return 0;
}

/* One value for each pair; "-" exactly where no CPU is. */
static int read_pairs(struct topology_reading *r, const char *key,
		      const char *wanted,
		      int (*read)(const char *text, uint32_t *ret),
		      uint32_t **ret)
{
	unsigned int n = r->t->nodes, i = 0;
	struct item_list l;
	int e = check_items(r, ',', n * n, key, "pairs of nodes");

	if (e < 0)
		return e;
	*ret = calloc((size_t)n * n, sizeof(**ret));
	if (!*ret)
		return -ENOMEM;
	for (items_begin(&l, r); items_next(&l, ','); i++) {
		bool none = strcmp(l.item, "-") == 0;

		if (!has_cpus(r, i / n)) {
			if (none)
				continue;
			return complain(r,
					"the %s from node %u to node %u is "
					"'-': node %u has no CPUs",
					key, i / n, i % n, i / n);
		}
		if (none || read(l.item, &(*ret)[i]) < 0)
			return complain(r,
					"'%s' is no %s from node %u to node %u:"
					" write %s",
					l.item, key, i / n, i % n, wanted);
	}
	return 0;
}

static int read_ns(const char *text, uint32_t *ret)
{
	uint64_t ns;

	if (num_parse(text, 1, LATENCY_NS_MAX, &ns) < 0) {
		if (num_parse_time(text, &ns) < 0 || !ns || ns > LATENCY_NS_MAX)
			return -EINVAL;
	}
	*ret = (uint32_t)ns;
	return 0;
}

static int read_speed(const char *text, uint32_t *ret)
{
	return read_mib(text, ret) < 0 || !*ret ? -EINVAL : 0;
}

int read_latency(struct topology_reading *r)
{
	return read_pairs(r, "latency", "1 to 65534 ns", read_ns,
			  &r->d->latency);
}

int read_bandwidth(struct topology_reading *r)
{
	return read_pairs(r, "bandwidth", "1M to 1024G a second", read_speed,
			  &r->d->bandwidth);
}

/* "64M", "64M/complex", "64M/direct/write-through/128". */
static int read_cache(char *text, struct memory_cache *ret)
{
	struct memory_cache c = { .line = 64 };
	char *rest = text, *part = strsep(&rest, "/");
	uint64_t line;

	if (read_mib(part, &c.mib) < 0 || !c.mib)
		return -EINVAL;
	part = strsep(&rest, "/");
	c.complex = part && strcmp(part, "complex") == 0;
	if (part && !c.complex && strcmp(part, "direct") != 0)
		return -EINVAL;
	part = strsep(&rest, "/");
	c.write_through = part && strcmp(part, "write-through") == 0;
	if (part && !c.write_through && strcmp(part, "write-back") != 0)
		return -EINVAL;
	part = strsep(&rest, "/");
	if (part) {
		if (num_parse(part, 1, LINE_BYTES_MAX, &line) < 0 || rest)
			return -EINVAL;
		c.line = (uint16_t)line;
	}
	*ret = c;
	return 0;
}

int read_memory_cache(struct topology_reading *r)
{
	unsigned int node = 0;
	struct item_list l;
	int e = check_items(r, ',', r->t->nodes, "memory-cache", "nodes");

	if (e < 0)
		return e;
	r->d->cache = calloc(r->t->nodes, sizeof(*r->d->cache));
	if (!r->d->cache)
		return -ENOMEM;
	for (items_begin(&l, r); items_next(&l, ','); node++) {
		char text[ITEM_SIZE];

		if (strcmp(l.item, "-") == 0)
			continue;
		snprintf(text, sizeof(text), "%s", l.item);
		if (!has_memory(r, node))
			return complain(r, "node %u has no memory to cache",
					node);
		if (read_cache(text, &r->d->cache[node]) < 0)
			return complain(r,
					"'%s' is no cache of node %u: write - "
					"or SIZE/direct|complex/write-back|"
					"write-through/LINE",
					l.item, node);
	}
	return 0;
}
