/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * attest-domains.c - the spans of the scheduler's domains.
 *
 * Linux makes, from the smallest up, a domain of a core's threads, of an LLC's
 * CPUs within a node, of a node, and of all nodes within each distance that
 * occurs; those of one CPU, and those that span what the one below does, it
 * drops (kernel/sched/topology.c, arch/x86/kernel/smpboot.c).
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tools/lib/cpulist.h"
#include "tools/lib/str.h"
#include "vmm/attest-parts.h"
#include "vmm/facts.h"

/* Spans as text, "0-1 0-3 0-7". */
struct spans {
	struct str text;
	cpu_set_t last;
};

static void add_span(struct spans *s, const cpu_set_t *set)
{
	if (CPU_COUNT(set) < 2 || CPU_EQUAL(set, &s->last))
		return;
	s->last = *set;
	str_add(&s->text, s->text.len ? " " : "");
	cpulist_format(&s->text, set);
}

static bool is_populated(const struct attesting *a, unsigned int node)
{
	cpu_set_t set;

	attest_set(a, number_of_node, node, &set);
	return CPU_COUNT(&set) > 0;
}

/* The distances between nodes with CPUs. */
static void find_distances(const struct attesting *a, bool ret[256])
{
	memset(ret, 0, 256 * sizeof(*ret));
	for (unsigned int from = 0; from < a->t->nodes; from++) {
		for (unsigned int to = 0; to < a->t->nodes; to++) {
			if (is_populated(a, from) && is_populated(a, to))
				ret[topology_distance(a->t, from, to) & 255] =
					true;
		}
	}
}

static void add_nodes_within(const struct attesting *a, unsigned int node,
			     unsigned int distance, struct spans *s)
{
	cpu_set_t all, set;

	CPU_ZERO(&all);
	for (unsigned int to = 0; to < a->t->nodes; to++) {
		if (topology_distance(a->t, node, to) > distance)
			continue;
		attest_set(a, number_of_node, to, &set);
		CPU_OR(&all, &all, &set);
	}
	add_span(s, &all);
}

static void expect(const struct attesting *a, const bool distances[256],
		   unsigned int cpu, struct spans *s)
{
	const struct topology_place *p = &a->map.cpu[cpu];
	cpu_set_t node, set;

	attest_set(a, number_of_node, p->node, &node);
	attest_set(a, number_of_core, p->core, &set);
	add_span(s, &set);
	attest_set(a, number_of_llc, p->llc, &set);
	CPU_AND(&set, &set, &node);
	add_span(s, &set);
	add_span(s, &node);
	for (unsigned int d = 0; d < 256; d++) {
		if (distances[d])
			add_nodes_within(a, p->node, d, s);
	}
}

static void read_spans(const json_t *list, struct str *ret)
{
	for (size_t i = 0; i < json_array_size(list); i++) {
		const char *span = json_string_value(json_array_get(list, i));

		str_add(ret, i ? " " : "");
		str_add(ret, span ? span : "?");
	}
}

static int check_cpu(const struct attesting *a, const bool distances[256],
		     unsigned int cpu, const char *have)
{
	struct spans want = { 0 };
	int r = 0;

	expect(a, distances, cpu, &want);
	if (strcmp(str_text(&want.text), have) != 0)
		r = why_set(a->why, -EINVAL,
			    "the scheduling domains of CPU %u span %s, not %s",
			    cpu, *have ? have : "(nothing)",
			    want.text.len ? str_text(&want.text) : "(nothing)");
	str_done(&want.text);
	return r;
}

/* @seen: gets the CPUs of the group. */
static int check_group(const struct attesting *a, const bool distances[256],
		       const json_t *group, cpu_set_t *seen)
{
	struct str have = { 0 };
	cpu_set_t cpus;
	size_t at;
	int r = 0;

	if (cpulist_parse(facts_text(group, "cpus"), &cpus, &at) < 0)
		return why_set(a->why, -EINVAL,
			       "the scheduling domains are those of CPUs '%s'",
			       facts_text(group, "cpus"));
	read_spans(json_object_get(group, "spans"), &have);
	for (unsigned int cpu = 0; r == 0 && cpu < a->map.count; cpu++) {
		if (CPU_ISSET(cpu, &cpus))
			r = check_cpu(a, distances, cpu, str_text(&have));
	}
	CPU_OR(seen, seen, &cpus);
	str_done(&have);
	return r;
}

/*
 * Where the way there is longer than the way back Linux gives some CPUs no
 * domains at all (seen with 6.12: of a CPU that reaches all others only by a
 * distance at which their domains were complete before). It is the kernel's
 * affair which.
 */
static bool is_symmetric(const struct topology *t)
{
	for (unsigned int i = 0; i < t->nodes * t->nodes; i++) {
		unsigned int from = i / t->nodes, to = i % t->nodes;

		if (topology_distance(t, from, to) !=
		    topology_distance(t, to, from))
			return false;
	}
	return true;
}

int attest_domains(const struct attesting *a)
{
	const json_t *list = json_object_get(a->frame, "domains");
	bool distances[256];
	cpu_set_t seen;
	int r = 0;

	/* Who asked for isolated CPUs wanted no domains of them. */
	if (!list || *facts_text(a->frame, "isolated") || !is_symmetric(a->t))
		return 0;
	CPU_ZERO(&seen);
	find_distances(a, distances);
	for (size_t i = 0; r == 0 && i < json_array_size(list); i++)
		r = check_group(a, distances, json_array_get(list, i), &seen);
	for (unsigned int cpu = 0; r == 0 && cpu < a->map.count; cpu++) {
		if (a->map.cpu[cpu].online && !CPU_ISSET(cpu, &seen))
			r = why_set(a->why, -EINVAL,
				    "CPU %u is in no list of scheduling "
				    "domains",
				    cpu);
	}
	return r;
}
