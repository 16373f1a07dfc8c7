/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/lib/hosttopo.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "tools/lib/cleanup.h"
#include "tools/lib/cpulist.h"
#include "tools/lib/file.h"
#include "tools/lib/num.h"

#define CPUS		"sys/devices/system/cpu"
#define NODES		"sys/devices/system/node"
#define LIST_BYTES_MAX	65536
#define CACHE_INDEX_MAX 16
#define LOCAL_DISTANCE	10
#define OTHER_DISTANCE	20

static int read_list(int root, const char *path, cpu_set_t *ret,
		     struct why *reterr_why)
{
	auto_free char *text = NULL;
	size_t at = 0;
	int r = file_read_at(root, path, LIST_BYTES_MAX, &text);

	if (r < 0)
		return why_set(reterr_why, r, "cannot read '/%s': %s", path,
			       strerror(-r));
	r = cpulist_parse(text, ret, &at);
	if (r == -ERANGE)
		return why_set(reterr_why, r, "'/%s' names %d or more", path,
			       CPU_SETSIZE);
	if (r < 0)
		return why_set(reterr_why, r, "'/%s' is no list at byte %zu",
			       path, at);
	return 0;
}

static int read_cpu_list(int root, unsigned int cpu, const char *file,
			 cpu_set_t *ret)
{
	char path[128];

	snprintf(path, sizeof(path), CPUS "/cpu%u/%s", cpu, file);
	return read_list(root, path, ret, NULL);
}

/* The level of cache @index of @cpu, 0 when it is none that holds data, -1 when
 * there is no such cache. */
static int cache_level(int root, unsigned int cpu, unsigned int index)
{
	auto_free char *level = NULL;
	auto_free char *type = NULL;
	char path[128];
	uint64_t n;
	size_t len;

	snprintf(path, sizeof(path), CPUS "/cpu%u/cache/index%u/level", cpu,
		 index);
	if (file_read_at(root, path, /* max */ 64, &level) < 0)
		return -1;
	len = strcspn(level, "\n");
	level[len] = '\0';
	if (num_parse(level, 1, 16, &n) < 0)
		return 0;
	snprintf(path, sizeof(path), CPUS "/cpu%u/cache/index%u/type", cpu,
		 index);
	if (file_read_at(root, path, /* max */ 64, &type) >= 0 &&
	    strncmp(type, "Instruction", strlen("Instruction")) == 0)
		return 0;
	return (int)n;
}

/* CPUs that share the last-level cache of @cpu. */
static int read_cache(int root, unsigned int cpu, cpu_set_t *ret)
{
	unsigned int best_index = 0;
	int best = 0;
	char file[64];

	for (unsigned int i = 0; i < CACHE_INDEX_MAX; i++) {
		int level = cache_level(root, cpu, i);

		if (level < 0 && best > 0)
			break;
		if (level > best) {
			best = level;
			best_index = i;
		}
	}
	if (best == 0)
		return -ENOENT;
	snprintf(file, sizeof(file), "cache/index%u/shared_cpu_list",
		 best_index);
	return read_cpu_list(root, cpu, file, ret);
}

/* CPUs of the node of @cpu, for machines that tell nothing better. */
static void same_node(const struct hosttopo *h, unsigned int cpu,
		      cpu_set_t *ret)
{
	CPU_ZERO(ret);
	for (unsigned int i = 0; i < CPU_SETSIZE; i++) {
		if (h->cpu_node[i] == h->cpu_node[cpu])
			CPU_SET(i, ret);
	}
}

static void read_group(int root, const struct hosttopo *h, unsigned int cpu,
		       cpu_set_t *ret)
{
	if (read_cache(root, cpu, ret) < 0 &&
	    read_cpu_list(root, cpu, "topology/package_cpus_list", ret) < 0 &&
	    read_cpu_list(root, cpu, "topology/core_siblings_list", ret) < 0)
		same_node(h, cpu, ret);
}

/* The node of most CPUs of @llc. */
static unsigned int vote(const struct hosttopo *h, const struct host_llc *llc)
{
	unsigned int votes[CPU_SETSIZE] = { 0 };
	unsigned int best = 0;

	for (unsigned int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		if (CPU_ISSET(cpu, &llc->cpus))
			votes[h->cpu_node[cpu]]++;
	}
	for (unsigned int node = 1; node < h->node_limit; node++) {
		if (votes[node] > votes[best])
			best = node;
	}
	return best;
}

/* CPUs come in ascending order, so the groups do as well. */
static int read_llcs(int root, struct hosttopo *h)
{
	cpu_set_t left = h->online;

	h->llc = calloc((size_t)CPU_COUNT(&h->online), sizeof(*h->llc));
	if (!h->llc)
		return -ENOMEM;
	for (unsigned int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		struct host_llc *llc = &h->llc[h->llc_count];
		cpu_set_t group;

		if (!CPU_ISSET(cpu, &left))
			continue;
		read_group(root, h, cpu, &group);
		CPU_SET(cpu, &group);
		/* Only CPUs that no earlier group has: a partition. */
		CPU_AND(&llc->cpus, &group, &left);
		CPU_XOR(&left, &left, &llc->cpus);
		llc->id = cpu;
		llc->node = vote(h, llc);
		h->llc_count++;
	}
	return 0;
}

static void set_core(struct hosttopo *h, const cpu_set_t *siblings,
		     cpu_set_t *left)
{
	unsigned int first = (unsigned int)cpulist_first(siblings);

	for (unsigned int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		if (!CPU_ISSET(cpu, siblings))
			continue;
		h->cpu_core[cpu] = first;
		CPU_CLR(cpu, left);
	}
}

/* What one thread of a core tells holds for the others. */
static void read_cores(int root, struct hosttopo *h)
{
	cpu_set_t left = h->online;

	for (unsigned int cpu = 0; cpu < CPU_SETSIZE; cpu++)
		h->cpu_core[cpu] = cpu;
	for (unsigned int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		cpu_set_t siblings;

		if (!CPU_ISSET(cpu, &left) ||
		    (read_cpu_list(root, cpu, "topology/core_cpus_list",
				   &siblings) < 0 &&
		     read_cpu_list(root, cpu, "topology/thread_siblings_list",
				   &siblings) < 0))
			continue;
		if (CPU_ISSET(cpu, &siblings))
			set_core(h, &siblings, &left);
	}
}

static void default_distances(struct hosttopo *h)
{
	for (unsigned int a = 0; a < h->node_limit; a++) {
		for (unsigned int b = 0; b < h->node_limit; b++)
			h->distance[a * h->node_limit + b] =
				a == b ? LOCAL_DISTANCE : OTHER_DISTANCE;
	}
}

/* The file has one number for each node, in ascending order of nodes. */
static void read_distances(int root, struct hosttopo *h, unsigned int node)
{
	auto_free char *text = NULL;
	char path[128];
	char *p;

	snprintf(path, sizeof(path), NODES "/node%u/distance", node);
	if (file_read_at(root, path, LIST_BYTES_MAX, &text) < 0)
		return;
	p = text;
	for (unsigned int to = 0; to < h->node_limit; to++) {
		uint64_t n;
		char *word;

		if (!CPU_ISSET(to, &h->nodes))
			continue;
		p += strspn(p, " \n");
		word = p;
		p += strcspn(p, " \n");
		if (*p)
			*p++ = '\0';
		if (num_parse(word, 1, HOSTTOPO_UNREACHABLE, &n) < 0)
			return;
		h->distance[node * h->node_limit + to] = (uint8_t)n;
	}
}

static void read_node_cpus(int root, struct hosttopo *h, unsigned int node)
{
	char path[128];
	cpu_set_t cpus;

	snprintf(path, sizeof(path), NODES "/node%u/cpulist", node);
	if (read_list(root, path, &cpus, NULL) < 0)
		return;
	for (unsigned int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		if (CPU_ISSET(cpu, &cpus))
			h->cpu_node[cpu] = node;
	}
}

static int read_nodes(int root, struct hosttopo *h)
{
	if (read_list(root, NODES "/online", &h->nodes, NULL) < 0 ||
	    CPU_COUNT(&h->nodes) == 0) {
		CPU_ZERO(&h->nodes);
		CPU_SET(0, &h->nodes);
	}
	if (read_list(root, NODES "/has_memory", &h->memory_nodes, NULL) < 0)
		h->memory_nodes = h->nodes;
	CPU_AND(&h->memory_nodes, &h->memory_nodes, &h->nodes);
	for (unsigned int node = 0; node < CPU_SETSIZE; node++) {
		if (CPU_ISSET(node, &h->nodes))
			h->node_limit = node + 1;
	}
	h->distance = malloc((size_t)h->node_limit * h->node_limit);
	if (!h->distance)
		return -ENOMEM;
	default_distances(h);
	for (unsigned int node = 0; node < h->node_limit; node++) {
		if (!CPU_ISSET(node, &h->nodes))
			continue;
		read_distances(root, h, node);
		read_node_cpus(root, h, node);
	}
	return 0;
}

int hosttopo_read(int root, struct hosttopo *ret, struct why *reterr_why)
{
	struct hosttopo h = { 0 };
	int r;

	r = read_list(root, CPUS "/online", &h.online, reterr_why);
	if (r < 0)
		return r;
	if (CPU_COUNT(&h.online) == 0)
		return why_set(reterr_why, -EINVAL, "'/%s' names no CPU",
			       CPUS "/online");
	r = read_nodes(root, &h);
	if (r == 0)
		r = read_llcs(root, &h);
	if (r < 0) {
		hosttopo_done(&h);
		return why_set(reterr_why, r, "out of memory");
	}
	read_cores(root, &h);
	*ret = h;
	return 0;
}

void hosttopo_done(struct hosttopo *h)
{
	free(h->llc);
	free(h->distance);
	*h = (struct hosttopo){ 0 };
}
