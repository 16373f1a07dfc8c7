/* SPDX-License-Identifier: GPL-2.0-or-later */
/* under.c - a test's limits where a scheduler's declaration has some, too. */
#include "tools/lib/spec/sched.h"
#include "tools/lib/spec/test.h"

/* Bounds of what topology_parse() reads. */
#define NODES_MAX 64
#define CPUS_MAX  512

/* One pair of limits. */
struct range {
	unsigned int *min, *max;
	bool has_min, *has_max;
	unsigned int most;
};

static void take(const struct range *r, unsigned int min, unsigned int max)
{
	if (min && !r->has_min)
		*r->min = min;
	if (max && !*r->has_max) {
		*r->max = max;
		*r->has_max = true;
	}
	if (*r->min > *r->max && !*r->has_max)
		*r->max = r->most;
}

struct test test_under(const struct test *t, const struct sched *s)
{
	struct test m = *t;

	if (!s)
		return m;
	const struct sched_limits *l = &s->limits;
	take(&(struct range){ &m.min_nodes, &m.max_nodes, m.has_min_nodes,
			      &m.has_max_nodes, NODES_MAX },
	     l->min_nodes, l->max_nodes);
	take(&(struct range){ &m.min_llcs, &m.max_llcs, m.has_min_llcs,
			      &m.has_max_llcs, CPUS_MAX },
	     l->min_llcs, l->max_llcs);
	take(&(struct range){ &m.min_cpus, &m.max_cpus, m.has_min_cpus,
			      &m.has_max_cpus, CPUS_MAX },
	     l->min_cpus, l->max_cpus);
	if (l->has_smt && !m.has_smt)
		m.requires_smt = l->requires_smt;
	return m;
}
