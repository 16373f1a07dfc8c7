/* SPDX-License-Identifier: GPL-2.0-or-later */
/* topology-cpus.c - the words about CPUs: cores=, threads=, cpus= ... */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tools/lib/cpulist.h"
#include "tools/lib/num.h"
#include "tools/lib/spec/topology-read.h"

int read_packages(struct topology_reading *r)
{
	uint64_t n;
	struct item_list l;

	items_begin(&l, r);
	items_next(&l, ',');
	if (num_parse(l.item, 1, r->t->llcs, &n) < 0 || r->t->llcs % n)
		return complain(r,
				"%u LLCs cannot be divided among '%s' packages",
				r->t->llcs, l.item);
	r->d->packages = (unsigned int)n;
	return 0;
}

int read_cores(struct topology_reading *r)
{
	unsigned int llc = 0;
	struct item_list l;
	uint64_t n;
	int e = check_items(r, ',', r->t->llcs, "cores", "LLCs");

	if (e < 0)
		return e;
	r->d->llc_cores = calloc(r->t->llcs, sizeof(*r->d->llc_cores));
	if (!r->d->llc_cores)
		return -ENOMEM;
	for (items_begin(&l, r); items_next(&l, ','); llc++) {
		if (num_parse(l.item, 1, r->t->cores, &n) < 0)
			return complain(r,
					"LLC %u cannot have '%s' cores: the "
					"shape says 1 to %u",
					llc, l.item, r->t->cores);
		r->d->llc_cores[llc] = (uint16_t)n;
	}
	return 0;
}

int read_threads(struct topology_reading *r)
{
	unsigned int core = 0;
	struct item_list l;
	uint64_t n;
	int e = check_items(r, ',', r->cores, "threads", "cores");

	if (e < 0)
		return e;
	r->d->core_threads = calloc(r->cores, sizeof(*r->d->core_threads));
	if (!r->d->core_threads)
		return -ENOMEM;
	for (items_begin(&l, r); items_next(&l, ','); core++) {
		if (num_parse(l.item, 1, r->t->threads, &n) < 0)
			return complain(r,
					"core %u cannot have '%s' threads: the "
					"shape says 1 to %u",
					core, l.item, r->t->threads);
		r->d->core_threads[core] = (uint8_t)n;
	}
	return 0;
}

/* Read a list of this machine's CPUs; "-" is none. */
static int read_cpu_list(struct topology_reading *r, const char *text,
			 cpu_set_t *ret)
{
	size_t at = 0;

	CPU_ZERO(ret);
	if (strcmp(text, "-") == 0)
		return 0;
	if (!*text || cpulist_parse(text, ret, &at) < 0)
		return complain(r, "'%s' is no list of CPUs", text);
	for (unsigned int cpu = r->cpus; cpu < CPU_SETSIZE; cpu++) {
		if (CPU_ISSET(cpu, ret))
			return complain(r, "there is no CPU %u, the last is %u",
					cpu, r->cpus - 1);
	}
	return 0;
}

static int first_cpu(const struct topology_reading *r, unsigned int node)
{
	int cpu = cpulist_first(&r->d->node_cpus[node]);

	return cpu < 0 ? CPU_SETSIZE : cpu;
}

/* Each CPU in one node, all threads of a core in the same. */
static int check_node_cpus(struct topology_reading *r)
{
	struct topology machine = *r->t;
	struct topology_map map;

	for (unsigned int cpu = 0; cpu < r->cpus; cpu++) {
		unsigned int found = 0;

		for (unsigned int n = 0; n < r->t->nodes; n++)
			found += CPU_ISSET(cpu, &r->d->node_cpus[n]) ? 1 : 0;
		if (found != 1)
			return complain(r, "CPU %u is in %s", cpu,
					found ? "two nodes" : "no node");
	}
	for (unsigned int n = 1; n < r->t->nodes; n++) {
		if (first_cpu(r, n) < first_cpu(r, n - 1))
			return complain(r,
					"kernels number nodes by their first "
					"CPUs, and nodes without CPUs behind "
					"them: write node %u before node %u",
					n, n - 1);
	}
	machine.detail = r->d;
	topology_map(&machine, &map);
	for (unsigned int cpu = 1; cpu < map.count; cpu++) {
		if (map.cpu[cpu].core == map.cpu[cpu - 1].core &&
		    map.cpu[cpu].node != map.cpu[cpu - 1].node)
			return complain(r,
					"CPUs %u and %u are threads of one "
					"core and cannot be in two nodes",
					cpu - 1, cpu);
	}
	return 0;
}

int read_node_cpus(struct topology_reading *r)
{
	struct topology_fault whole = r->at;
	unsigned int node = 0;
	struct item_list l;
	int e = check_items(r, '/', r->t->nodes, "cpus", "nodes");

	if (e < 0)
		return e;
	r->d->node_cpus = calloc(r->t->nodes, sizeof(*r->d->node_cpus));
	if (!r->d->node_cpus)
		return -ENOMEM;
	for (items_begin(&l, r); items_next(&l, '/'); node++) {
		e = read_cpu_list(r, l.item, &r->d->node_cpus[node]);
		if (e < 0)
			return e;
	}
	r->at = whole;
	return check_node_cpus(r);
}

int read_offline(struct topology_reading *r)
{
	struct item_list l;
	int e;

	items_begin(&l, r);
	items_next(&l, '/');
	e = read_cpu_list(r, l.item, &r->d->offline);
	if (e < 0)
		return e;
	if (l.next || !CPU_COUNT(&r->d->offline))
		return complain(r, "offline= takes a list of CPUs");
	if (CPU_ISSET(0, &r->d->offline))
		return complain(r, "CPU 0 cannot be offline: x86 kernels boot "
				   "on it and keep it");
	return 0;
}

int read_numa(struct topology_reading *r)
{
	struct item_list l;

	items_begin(&l, r);
	items_next(&l, '/');
	if (strcmp(l.item, "off") != 0)
		return complain(r, "numa= can only be off, not '%s'", l.item);
	if (r->t->nodes != 1)
		return complain(r,
				"numa=off is for a machine of one node, "
				"not of %u",
				r->t->nodes);
	r->d->no_numa = true;
	return 0;
}
