/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmm/guest/machine.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/lib/cleanup.h"
#include "tools/lib/cpulist.h"
#include "tools/lib/file.h"
#include "tools/lib/num.h"
#include "vmm/guest/json.h"
#include "vmm/guest/machine-details.h"
#include "vmm/guest/sysfs.h"

/* Add @set to a list of sets unless it is there. */
static int add_set(cpu_set_t **list, unsigned int *count, const cpu_set_t *set)
{
	cpu_set_t *grown;

	for (unsigned int i = 0; i < *count; i++) {
		if (CPU_EQUAL(&(*list)[i], set))
			return 0;
	}
	grown = reallocarray(*list, *count + 1, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	*list = grown;
	grown[(*count)++] = *set;
	return 0;
}

/* The CPUs that share @cpu's cache of the highest level; -ENOENT if none. */
static int read_llc(int root, int cpu, cpu_set_t *ret, struct why *reterr_why)
{
	uint64_t best = 0, level;
	char path[128];

	for (int i = 0;; i++) {
		auto_free char *text = NULL;

		snprintf(path, sizeof(path), "cpu/cpu%d/cache/index%d/level",
			 cpu, i);
		if (sysfs_line(root, path, &text) < 0)
			break;
		if (num_parse(text, 1, 16, &level) < 0 || level <= best)
			continue;
		snprintf(path, sizeof(path),
			 "cpu/cpu%d/cache/index%d/shared_cpu_list", cpu, i);
		if (sysfs_cpus(root, path, ret, reterr_why) < 0)
			return -EIO;
		best = level;
	}
	return best ? 0 : -ENOENT;
}

static int read_cpu(int root, int cpu, struct guest_machine *g,
		    struct why *reterr_why)
{
	char path[128];
	cpu_set_t set;
	int r;

	snprintf(path, sizeof(path), "cpu/cpu%d/topology/thread_siblings_list",
		 cpu);
	r = sysfs_cpus(root, path, &set, reterr_why);
	if (r < 0 || (r = add_set(&g->core, &g->core_count, &set)) < 0)
		return r;
	r = read_llc(root, cpu, &set, reterr_why);
	if (r == -ENOENT) {
		g->llc_source = "package";
		snprintf(path, sizeof(path),
			 "cpu/cpu%d/topology/core_siblings_list", cpu);
		r = sysfs_cpus(root, path, &set, reterr_why);
	}
	if (r < 0)
		return r;
	return add_set(&g->machine.llc, &g->machine.llc_count, &set);
}

static int read_node(int root, unsigned int id, struct guest_machine *g,
		     struct why *reterr_why)
{
	unsigned int i = g->machine.node_count;
	cpu_set_t *grown;
	char path[128];
	int r;

	if (i == GUEST_NODES_MAX)
		return why_set(reterr_why, -ERANGE, "more than %d nodes",
			       GUEST_NODES_MAX);
	grown = reallocarray(g->machine.node, i + 1, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	g->machine.node = grown;
	g->machine.node_count++;
	g->node_id[i] = id;
	CPU_ZERO(&grown[i]);
	snprintf(path, sizeof(path), "node/node%u/cpulist", id);
	r = sysfs_cpus(root, path, &grown[i], reterr_why);
	if (r < 0)
		return r;
	snprintf(path, sizeof(path), "node/node%u/distance", id);
	r = sysfs_line(root, path, &g->distance[i]);
	if (r < 0)
		return why_set(reterr_why, r, "cannot read '%s'", path);
	return 0;
}

/* A kernel without NUMA has no node folder: one node with all CPUs. */
static int read_nodes(int root, struct guest_machine *g, struct why *reterr_why)
{
	cpu_set_t online; /* of nodes, in the same list format */
	int r = sysfs_cpus(root, "node/online", &online, reterr_why);

	if (r == -ENOENT) {
		g->machine.node = calloc(1, sizeof(*g->machine.node));
		g->distance[0] = strdup("10");
		if (!g->machine.node || !g->distance[0])
			return -ENOMEM;
		g->machine.node[0] = g->machine.all;
		g->machine.node_count = 1;
		return 0;
	}
	for (unsigned int id = 0; r == 0 && id < CPU_SETSIZE; id++) {
		if (CPU_ISSET(id, &online))
			r = read_node(root, id, g, reterr_why);
	}
	return r;
}

/* Not by "maxcpus=", which can only leave out the last CPUs. */
static int set_offline(int root, struct why *reterr_why)
{
	const char *list = getenv("ktstr_offline");
	cpu_set_t set;
	size_t at;

	if (!list)
		return 0;
	if (cpulist_parse(list, &set, &at) < 0)
		return why_set(reterr_why, -EINVAL,
			       "ktstr_offline '%s' is no list of CPUs", list);
	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		struct sysfs_path path = sysfs_path("cpu/cpu%d/online", cpu);
		int r = 0;

		if (CPU_ISSET(cpu, &set))
			r = file_write_at(root, path.text, "0");
		if (r < 0)
			return why_set(reterr_why, r,
				       "cannot take CPU %d offline", cpu);
	}
	return 0;
}

int guest_machine_read(int root, struct guest_machine *ret,
		       struct why *reterr_why)
{
	int r;

	*ret = (struct guest_machine){ .llc_source = "cache" };
	why_set(reterr_why, 0, "out of memory");
	r = set_offline(root, reterr_why);
	if (r == 0)
		r = sysfs_cpus(root, "cpu/online", &ret->machine.all,
			       reterr_why);
	for (int cpu = 0; r == 0 && cpu < CPU_SETSIZE; cpu++) {
		if (CPU_ISSET(cpu, &ret->machine.all))
			r = read_cpu(root, cpu, ret, reterr_why);
	}
	if (r == 0)
		r = read_nodes(root, ret, reterr_why);
	ret->machine.core = ret->core;
	ret->machine.core_count = ret->core_count;
	return r;
}

int guest_machine_details(int root, int proc, struct guest_machine *g)
{
	details_cpus(root, &g->machine.all, &g->details);
	details_caches(root, &g->machine.all, &g->details);
	details_memory(root, proc, g->node_id, g->machine.node_count,
		       &g->details);
	details_domains(proc, &g->details);
	return g->details.failed ? -ENOMEM : 0;
}

void guest_machine_done(struct guest_machine *g)
{
	for (unsigned int i = 0; i < GUEST_NODES_MAX; i++)
		free(g->distance[i]);
	str_done(&g->details);
	free(g->core);
	free(g->machine.llc);
	free(g->machine.node);
	*g = (struct guest_machine){ .llc_source = "cache" };
}

static void add_lists(struct str *out, const char *key, const cpu_set_t *set,
		      unsigned int count)
{
	json_key(out, key);
	for (unsigned int i = 0; i < count; i++) {
		str_add(out, i ? ",\"" : "[\"");
		cpulist_format(out, &set[i]);
		str_add(out, "\"");
	}
	str_add(out, count ? "]" : "[]");
}

/* "10 20" becomes [10,20]. */
static void add_distances(struct str *out, const char *line)
{
	json_key(out, "distances");
	str_add(out, "[");
	for (const char *p = line; *p; p++)
		str_add_bytes(out, *p == ' ' ? "," : p, 1);
	str_add(out, "]");
}

void guest_machine_frame(const struct guest_machine *g, struct str *out)
{
	const struct machine *m = &g->machine;

	json_open(out, "topology");
	json_cpus(out, "cpus", &m->all);
	json_key(out, "nodes");
	str_add(out, "[");
	for (unsigned int i = 0; i < m->node_count; i++) {
		str_addf(out, "%s{\"id\":%u", i ? "," : "", g->node_id[i]);
		json_cpus(out, "cpus", &m->node[i]);
		add_distances(out, g->distance[i]);
		str_add(out, "}");
	}
	str_add(out, "]");
	add_lists(out, "llcs", m->llc, m->llc_count);
	add_lists(out, "cores", g->core, g->core_count);
	json_text(out, "llc_source", g->llc_source);
	str_add(out, str_text(&g->details));
}
