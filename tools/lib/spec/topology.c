/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/lib/spec/topology.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tools/lib/spec/topology-detail.h"

#define NODES_MAX   TOPOLOGY_NODES_MAX
#define CPUS_MAX    TOPOLOGY_CPUS_MAX
#define THREADS_MAX 4

const struct topology topology_default = { 1, 1, 2, 1, NULL };

/* Read "NUMBERletter" at *p and move *p past it; numbers have up to 4 digits.
 */
static int read_part(const char **p, char letter, unsigned int *ret)
{
	unsigned int value = 0;
	size_t digits = strspn(*p, "0123456789");

	if (digits == 0 || digits > 4 || (*p)[digits] != letter)
		return -EINVAL;
	for (size_t i = 0; i < digits; i++)
		value = value * 10 + (unsigned int)((*p)[i] - '0');
	*p += digits + 1;
	*ret = value;
	return 0;
}

/* What is wrong with numbers that were read. */
static int check(const struct topology *t, struct why *reterr_why)
{
	if (!t->nodes || !t->llcs || !t->cores || !t->threads)
		return why_set(reterr_why, -EINVAL,
			       "each number of a topology is at least 1");
	if (t->nodes > NODES_MAX)
		return why_set(reterr_why, -EINVAL, "%u nodes are more than %d",
			       t->nodes, NODES_MAX);
	if (t->threads > THREADS_MAX)
		return why_set(reterr_why, -EINVAL,
			       "a core has 1 to %d threads, not %u",
			       THREADS_MAX, t->threads);
	if (t->llcs > CPUS_MAX || t->cores > CPUS_MAX ||
	    topology_cpus(t) > CPUS_MAX)
		return why_set(reterr_why, -EINVAL,
			       "%u LLCs of %u cores of %u threads are more "
			       "than %d CPUs",
			       t->llcs, t->cores, t->threads, CPUS_MAX);
	return 0;
}

/* LLCs and nodes of a shape to which nothing was added. */
static int check_nodes(const struct topology *t, struct why *reterr_why)
{
	if ((!t->detail || !t->detail->node_cpus) && t->llcs % t->nodes)
		return why_set(reterr_why, -EINVAL,
			       "%u LLCs cannot be divided among %u nodes",
			       t->llcs, t->nodes);
	return 0;
}

int topology_parse_at(const char *text, struct topology *ret,
		      struct topology_fault *reterr_at, struct why *reterr_why)
{
	struct topology_fault at = { 0, strcspn(text, " \t") };
	struct topology t = { 0 };
	const char *p = text;
	int r;

	if (reterr_at)
		*reterr_at = at;
	if (read_part(&p, 'n', &t.nodes) < 0 ||
	    read_part(&p, 'l', &t.llcs) < 0 ||
	    read_part(&p, 'c', &t.cores) < 0 ||
	    read_part(&p, 't', &t.threads) < 0 || (size_t)(p - text) != at.len)
		return why_set(reterr_why, -EINVAL,
			       "'%.*s' is no topology: write nodes, LLCs in "
			       "all, cores per LLC, threads per core as "
			       "1n2l4c1t",
			       (int)at.len, text);
	r = check(&t, reterr_why);
	if (r < 0)
		return r;
	r = topology_read_detail(text, at.len, &t, &at, reterr_why);
	if (reterr_at && r < 0)
		*reterr_at = at;
	if (r == 0)
		r = check_nodes(&t, reterr_why);
	if (r < 0)
		return r;
	*ret = t;
	return 0;
}

int topology_parse(const char *text, struct topology *ret,
		   struct why *reterr_why)
{
	return topology_parse_at(text, ret, NULL, reterr_why);
}

void topology_format(const struct topology *t, char ret[TOPOLOGY_TEXT_SIZE])
{
	if (t->detail)
		snprintf(ret, TOPOLOGY_TEXT_SIZE, "%s", t->detail->text);
	else
		snprintf(ret, TOPOLOGY_TEXT_SIZE, "%un%ul%uc%ut", t->nodes,
			 t->llcs, t->cores, t->threads);
}
