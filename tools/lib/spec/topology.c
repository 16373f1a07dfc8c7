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

/* Name, nodes, LLCs, cores, threads, MiB. */
#define PRESET(name, n, l, c, t, mib)                                          \
	{                                                                      \
		name, { n, l, c, t, NULL }, mib                                \
	}
const struct preset preset_table[] = {
	PRESET("tiny-1llc", 1, 1, 4, 1, 2048),
	PRESET("tiny-2llc", 1, 2, 2, 1, 2048),
	PRESET("odd-3llc", 1, 3, 3, 1, 2048),
	PRESET("odd-5llc", 1, 5, 3, 1, 2048),
	PRESET("odd-7llc", 1, 7, 2, 1, 2048),
	PRESET("smt-2llc", 1, 2, 2, 2, 2048),
	PRESET("smt-3llc", 1, 3, 2, 2, 2048),
	PRESET("medium-4llc", 1, 4, 4, 2, 2048),
	PRESET("medium-8llc", 1, 8, 4, 2, 2048),
	PRESET("large-4llc", 1, 4, 16, 2, 2048),
	PRESET("large-8llc", 1, 8, 8, 2, 2048),
	PRESET("near-max-llc", 1, 15, 8, 2, 2048),
	PRESET("max-cpu", 1, 14, 9, 2, 4096),
	PRESET("medium-4llc-nosmt", 1, 4, 8, 1, 2048),
	PRESET("medium-8llc-nosmt", 1, 8, 8, 1, 2048),
	PRESET("large-4llc-nosmt", 1, 4, 32, 1, 2048),
	PRESET("large-8llc-nosmt", 1, 8, 16, 1, 2048),
	PRESET("near-max-llc-nosmt", 1, 15, 16, 1, 2048),
	PRESET("max-cpu-nosmt", 1, 14, 18, 1, 4096),
	PRESET("numa2-4llc", 2, 4, 4, 1, 2048),
	PRESET("numa2-8llc", 2, 8, 8, 2, 2048),
	PRESET("numa2-8llc-nosmt", 2, 8, 16, 1, 2048),
	PRESET("numa4-8llc", 4, 8, 4, 1, 2048),
	PRESET("numa4-12llc", 4, 12, 8, 2, 4096),
};
const size_t preset_count = sizeof(preset_table) / sizeof(preset_table[0]);

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

const struct preset *preset_find(const char *name)
{
	for (size_t i = 0; i < preset_count; i++) {
		if (strcmp(preset_table[i].name, name) == 0)
			return &preset_table[i];
	}
	return NULL;
}
