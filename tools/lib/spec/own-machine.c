/* SPDX-License-Identifier: GPL-2.0-or-later */
/* own-machine.c - the machine of a test that is run by itself, "own". */
#include "tools/lib/spec/test.h"

static unsigned int at_least(unsigned int value, unsigned int least)
{
	return value < least ? least : value;
}

static bool is_enough(const struct test *t, const struct topology *m)
{
	return m->nodes >= t->min_nodes && m->llcs >= t->min_llcs &&
	       topology_cpus(m) >= t->min_cpus &&
	       (!t->requires_smt || topology_has_smt(m));
}

struct topology test_own_topology(const struct test *t,
				  const struct topology *base)
{
	struct topology m = base ? *base : topology_default, wide = m;
	unsigned int behind; /* CPUs behind each LLC, without @cores */

	if (t->has_topology)
		return t->topology;
	/* What somebody described in detail is meant as it is. */
	if (m.detail || is_enough(t, &m))
		return m;
	wide.nodes = at_least(m.nodes, t->min_nodes);
	wide.llcs = at_least(at_least(m.llcs, t->min_llcs), wide.nodes);
	wide.llcs = (wide.llcs + wide.nodes - 1) / wide.nodes * wide.nodes;
	if (t->requires_smt)
		wide.threads = at_least(m.threads, 2);
	behind = wide.llcs * wide.threads;
	wide.cores = at_least(m.cores, (t->min_cpus + behind - 1) / behind);
	return behind * wide.cores <= TOPOLOGY_CPUS_MAX ? wide : m;
}
