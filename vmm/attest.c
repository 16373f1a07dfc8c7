/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmm/attest.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "vmm/facts.h"

/* The list "first-last" of @count CPUs from @first. */
static void range(char *text, size_t size, unsigned int first,
		  unsigned int count)
{
	if (count == 1)
		snprintf(text, size, "%u", first);
	else
		snprintf(text, size, "%u-%u", first, first + count - 1);
}

/* Compare a list of CPU sets with @groups equal groups in order. */
static int check_groups(const json_t *list, const char *what,
			unsigned int groups, unsigned int each,
			struct why *reterr_why)
{
	char want[32];

	if (json_array_size(list) != groups)
		return why_set(reterr_why, -EINVAL,
			       "%u %s were declared, the guest has %zu", groups,
			       what, json_array_size(list));
	for (unsigned int i = 0; i < groups; i++) {
		const char *have = json_string_value(json_array_get(list, i));

		range(want, sizeof(want), i * each, each);
		if (!have || strcmp(have, want) != 0)
			return why_set(reterr_why, -EINVAL,
				       "%s: number %u has CPUs %s, not %s",
				       what, i, have ? have : "(none)", want);
	}
	return 0;
}

static int check_distances(const json_t *node, unsigned int id,
			   unsigned int nodes, struct why *reterr_why)
{
	const json_t *list = json_object_get(node, "distances");

	if (json_array_size(list) != nodes)
		return why_set(reterr_why, -EINVAL,
			       "node %u has %zu distances, not %u", id,
			       json_array_size(list), nodes);
	for (unsigned int to = 0; to < nodes; to++) {
		int have = (int)json_integer_value(json_array_get(list, to));
		int want = to == id ? 10 : 20;

		if (have != want)
			return why_set(reterr_why, -EINVAL,
				       "the distance from node %u to %u is %d, "
				       "not %d",
				       id, to, have, want);
	}
	return 0;
}

static int check_nodes(const json_t *list, const struct topology *t,
		       struct why *reterr_why)
{
	unsigned int each = topology_cpus(t) / t->nodes;
	char want[32];

	if (json_array_size(list) != t->nodes)
		return why_set(reterr_why, -EINVAL,
			       "%u nodes were declared, the guest has %zu",
			       t->nodes, json_array_size(list));
	for (unsigned int i = 0; i < t->nodes; i++) {
		const json_t *node = json_array_get(list, i);
		const char *have = facts_text(node, "cpus");

		range(want, sizeof(want), i * each, each);
		if (facts_int(node, "id") != i || strcmp(have, want) != 0)
			return why_set(reterr_why, -EINVAL,
				       "node %u has CPUs %s, not %s", i, have,
				       want);
		if (check_distances(node, i, t->nodes, reterr_why) < 0)
			return -EINVAL;
	}
	return 0;
}

int attest_topology(const json_t *frame, const struct topology *t,
		    struct why *reterr_why)
{
	unsigned int cpus = topology_cpus(t);
	char want[32];
	int r;

	if (!frame)
		return why_set(reterr_why, -EINVAL,
			       "the guest did not tell its topology");
	range(want, sizeof(want), 0, cpus);
	if (strcmp(facts_text(frame, "cpus"), want) != 0)
		return why_set(reterr_why, -EINVAL,
			       "the guest has CPUs %s online, not %s",
			       facts_text(frame, "cpus"), want);
	r = check_nodes(json_object_get(frame, "nodes"), t, reterr_why);
	if (r == 0)
		r = check_groups(json_object_get(frame, "llcs"),
				 "last-level caches", t->llcs, cpus / t->llcs,
				 reterr_why);
	if (r == 0)
		r = check_groups(json_object_get(frame, "cores"), "cores",
				 t->llcs * t->cores, t->threads, reterr_why);
	return r;
}
