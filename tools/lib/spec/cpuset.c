/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/lib/spec/cpuset.h"

#include <errno.h>
#include <stdlib.h>

#include "tools/lib/cpulist.h"
#include "tools/lib/spec/topology-detail.h"

/* An LLC whose CPUs are all offline is not seen by the guest. */
static void drop_empty(struct machine *m)
{
	unsigned int count = 0;

	for (unsigned int i = 0; i < m->llc_count; i++) {
		if (CPU_COUNT(&m->llc[i]))
			m->llc[count++] = m->llc[i];
	}
	m->llc_count = count;
}

int machine_from_topology(const struct topology *t, struct machine *ret)
{
	struct machine m = { .llc_count = t->llcs, .node_count = t->nodes };
	struct topology_map map;

	m.llc = calloc(t->llcs, sizeof(*m.llc));
	m.node = calloc(t->nodes, sizeof(*m.node));
	if (!m.llc || !m.node) {
		machine_done(&m);
		return -ENOMEM;
	}
	topology_map(t, &map);
	for (unsigned int cpu = 0; cpu < map.count; cpu++) {
		if (!map.cpu[cpu].online)
			continue;
		CPU_SET(cpu, &m.all);
		CPU_SET(cpu, &m.llc[map.cpu[cpu].llc]);
		CPU_SET(cpu, &m.node[map.cpu[cpu].node]);
	}
	drop_empty(&m);
	*ret = m;
	return 0;
}

void machine_done(struct machine *m)
{
	free(m->llc);
	free(m->node);
	*m = (struct machine){ 0 };
}

/* Members of @all in order, without the last one where there are more than 2,
 * which is left to the harness. */
static unsigned int usable_cpus(const cpu_set_t *all,
				unsigned int ret[CPU_SETSIZE])
{
	unsigned int n = 0;

	for (unsigned int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		if (CPU_ISSET(cpu, all))
			ret[n++] = cpu;
	}
	return n > 2 ? n - 1 : n;
}

/* How many of @usable come before the middle of LLC 0, or of all of them where
 * it is the only one. */
static unsigned int middle_of_llc(const struct machine *m,
				  const unsigned int *usable, unsigned int n)
{
	unsigned int in_llc = 0;

	if (m->llc_count < 2)
		return n / 2;
	for (unsigned int i = 0; i < n; i++)
		in_llc += CPU_ISSET(usable[i], &m->llc[0]) != 0;
	return in_llc / 2;
}

struct cpuset_spec cpuset_for_copy(const struct cpuset_spec *spec,
				   unsigned int index, unsigned int count)
{
	struct cpuset_spec r = *spec;

	if (spec->kind == CPUSET_EACH || spec->each) {
		r.index = index;
		r.of = count;
	}
	return r;
}

/* @set without the last CPU of a machine that has more than 2. */
static int resolve_usable(const struct cpuset_spec *spec,
			  const struct machine *m, const cpu_set_t *set,
			  cpu_set_t *ret, struct why *reterr_why)
{
	unsigned int usable[CPU_SETSIZE], n = usable_cpus(&m->all, usable);
	cpu_set_t r;

	if (!spec->usable) {
		*ret = *set;
		return 0;
	}
	CPU_ZERO(&r);
	for (unsigned int i = 0; i < n; i++) {
		if (CPU_ISSET(usable[i], set))
			CPU_SET(usable[i], &r);
	}
	if (CPU_COUNT(&r) == 0)
		return why_set(reterr_why, -ERANGE, "%s %u has no usable CPU",
			       spec->kind == CPUSET_LLC ? "LLC" : "NUMA node",
			       spec->index);
	*ret = r;
	return 0;
}

static int resolve_part(const struct cpuset_spec *spec, const struct machine *m,
			cpu_set_t *ret, struct why *reterr_why)
{
	unsigned int usable[CPU_SETSIZE], n = usable_cpus(&m->all, usable);
	unsigned int start, end;
	cpu_set_t set;

	if (spec->kind == CPUSET_RANGE) {
		start = (unsigned int)(n * spec->from);
		end = (unsigned int)(n * spec->to);
	} else if (spec->kind == CPUSET_MISALIGNED) {
		unsigned int cut = middle_of_llc(m, usable, n);

		start = spec->index ? cut : 0;
		end = spec->index ? n : cut;
	} else if (spec->kind == CPUSET_EACH) {
		if (n < spec->of)
			return why_set(reterr_why, -ERANGE,
				       "%u usable CPUs are too few for %u "
				       "copies with one each",
				       n, spec->of);
		start = spec->index;
		end = start + 1;
	} else {
		if (n < spec->of)
			return why_set(reterr_why, -ERANGE,
				       "%u usable CPUs cannot be shared among "
				       "%u cpusets",
				       n, spec->of);
		unsigned int chunk = n / spec->of, wider = 0;
		bool last = spec->index + 1 == spec->of;

		if (spec->kind == CPUSET_OVERLAP)
			wider = (unsigned int)(chunk * spec->from);
		start = spec->index * chunk;
		start -= spec->index ? wider : 0;
		end = last ? n : (spec->index + 1) * chunk + wider;
		end = end > n ? n : end;
	}
	if (start >= end)
		return why_set(reterr_why, -ERANGE,
			       "no CPU is left: %u usable CPUs are too few", n);
	CPU_ZERO(&set);
	for (unsigned int i = start; i < end; i++)
		CPU_SET(usable[i], &set);
	*ret = set;
	return 0;
}

static int resolve_exact(const cpu_set_t *exact, const struct machine *m,
			 cpu_set_t *ret, struct why *reterr_why)
{
	cpu_set_t there;

	CPU_AND(&there, exact, &m->all);
	if (!CPU_EQUAL(&there, exact)) {
		auto_str struct str missing = { 0 };
		cpu_set_t gone;

		CPU_XOR(&gone, exact, &there);
		cpulist_format(&missing, &gone);
		return why_set(reterr_why, -ERANGE, "the machine has no CPU %s",
			       str_text(&missing));
	}
	*ret = there;
	return 0;
}

static int resolve_cpu(const struct amount *number, const struct machine *m,
		       cpu_set_t *ret, struct why *reterr_why)
{
	struct amount_machine numbers = amount_machine_of(m, 0);
	unsigned int cpu;
	cpu_set_t set;
	int r = amount_eval_in(number, &numbers, "'cpu'", 0, CPU_SETSIZE - 1,
			       &cpu, reterr_why);

	if (r < 0)
		return r;
	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	return resolve_exact(&set, m, ret, reterr_why);
}

int cpuset_resolve(const struct cpuset_spec *spec, const struct machine *m,
		   cpu_set_t *ret, struct why *reterr_why)
{
	switch (spec->kind) {
	case CPUSET_NONE:
		*ret = m->all;
		return 0;
	case CPUSET_LLC:
		if (spec->index >= m->llc_count)
			return why_set(reterr_why, -ERANGE,
				       "there is no LLC %u: the machine has %u",
				       spec->index, m->llc_count);
		return resolve_usable(spec, m, &m->llc[spec->index], ret,
				      reterr_why);
	case CPUSET_NUMA:
		if (spec->index >= m->node_count)
			return why_set(reterr_why, -ERANGE,
				       "there is no NUMA node %u: the machine "
				       "has %u",
				       spec->index, m->node_count);
		if (CPU_COUNT(&m->node[spec->index]) == 0)
			return why_set(reterr_why, -ERANGE,
				       "NUMA node %u has no CPUs", spec->index);
		return resolve_usable(spec, m, &m->node[spec->index], ret,
				      reterr_why);
	case CPUSET_RANGE:
	case CPUSET_DISJOINT:
	case CPUSET_OVERLAP:
	case CPUSET_MISALIGNED:
	case CPUSET_EACH:
		return resolve_part(spec, m, ret, reterr_why);
	case CPUSET_CPU:
		return resolve_cpu(&spec->cpu, m, ret, reterr_why);
	case CPUSET_EXACT:
		return resolve_exact(&spec->exact, m, ret, reterr_why);
	}
	/* no fixture: the kinds above are all. */
	return why_set(reterr_why, -EINVAL, "no such kind of cpuset");
}

/* The next number of splitmix64. Source: Steele, Lea, Flood, "Fast splittable
 * pseudorandom number generators" (2014); constants of variant 13. */
static uint64_t next_random(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return z ^ (z >> 31);
}

/* Half of @pool, at least one CPU. */
static void pick_half(const cpu_set_t *pool, uint64_t *random, cpu_set_t *ret)
{
	unsigned int cpu[CPU_SETSIZE], n = 0, want;

	for (unsigned int i = 0; i < CPU_SETSIZE; i++) {
		if (CPU_ISSET(i, pool))
			cpu[n++] = i;
	}
	want = n / 2 ? n / 2 : 1;
	CPU_ZERO(ret);
	for (unsigned int i = 0; i < want && i < n; i++) {
		unsigned int at =
			i + (unsigned int)(next_random(random) % (n - i));
		unsigned int picked = cpu[at];

		cpu[at] = cpu[i];
		CPU_SET(picked, ret);
	}
}

/* The part of @pool in the LLC that has most of it; the first of equals. */
static void pick_llc(const cpu_set_t *pool, const struct machine *m,
		     cpu_set_t *ret)
{
	int most = 0;

	CPU_ZERO(ret);
	for (unsigned int i = 0; i < m->llc_count; i++) {
		cpu_set_t both;

		CPU_AND(&both, pool, &m->llc[i]);
		if (CPU_COUNT(&both) <= most)
			continue;
		most = CPU_COUNT(&both);
		*ret = both;
	}
}

static void pick_first(const cpu_set_t *pool, unsigned int count,
		       cpu_set_t *ret)
{
	for (unsigned int cpu = 0; cpu < CPU_SETSIZE && count > 0; cpu++) {
		if (!CPU_ISSET(cpu, pool))
			continue;
		CPU_SET(cpu, ret);
		count--;
	}
}

struct affinity affinity_for_worker(const struct affinity *a,
				    unsigned int index)
{
	struct affinity r = *a;

	if (a->kind == AFFINITY_EACH)
		r.count = index;
	return r;
}

/* CPU number @index of @pool, and from its first one again behind the last. */
static void pick_one(const cpu_set_t *pool, unsigned int index, cpu_set_t *ret)
{
	unsigned int n = (unsigned int)CPU_COUNT(pool), at = 0;

	for (unsigned int cpu = 0; cpu < CPU_SETSIZE && n > 0; cpu++) {
		if (CPU_ISSET(cpu, pool) && at++ == index % n)
			CPU_SET(cpu, ret);
	}
}

int affinity_resolve(const struct affinity *a, const cpu_set_t *pool,
		     const struct machine *m, uint64_t *random, cpu_set_t *ret)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	switch (a->kind) {
	case AFFINITY_INHERIT:
		return 1;
	case AFFINITY_RANDOM:
		pick_half(pool, random, &set);
		break;
	case AFFINITY_LLC:
		pick_llc(pool, m, &set);
		break;
	case AFFINITY_CROSS:
		set = m->all;
		break;
	case AFFINITY_SINGLE:
		pick_first(pool, 1, &set);
		break;
	case AFFINITY_EACH:
		pick_one(pool, a->count, &set);
		break;
	case AFFINITY_FIRST:
		pick_first(pool, a->count, &set);
		break;
	case AFFINITY_EXACT:
		CPU_AND(&set, &a->exact, pool);
		break;
	}
	if (CPU_COUNT(&set) == 0)
		return -EINVAL;
	*ret = set;
	return 0;
}
