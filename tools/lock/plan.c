/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/lock/plan.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>

#include "tools/lib/cleanup.h"

/* Order of the kinds of LLCs; see plan_make(). */
enum rank {
	RANK_SHARED_WITH_ROOM,
	RANK_FREE,
	RANK_CROWDED,
	RANK_EXCLUSIVE,
};

/**
 * struct candidate - an LLC that has allowed CPUs
 * @llc:   index in host->llc
 * @cpus:  its allowed CPUs, @count of them
 * @order: within @rank, the least comes first
 */
struct candidate {
	unsigned int llc;
	cpu_set_t cpus;
	unsigned int count;
	enum rank rank;
	long order;
};

/* Allocated together, since their numbers are bounded by the machine. */
struct work {
	struct candidate *candidate;
	unsigned int count;
	unsigned int *node;
	unsigned int node_count;
};

unsigned int plan_default_target(unsigned int allowed)
{
	unsigned int share = (allowed * 30 + 99) / 100;
	unsigned int least = allowed < 4 ? allowed : 4;

	return share > least ? share : least;
}

static void set_rank(const struct plan_input *in, struct candidate *c)
{
	unsigned int holders = in->llc[c->llc].holders;
	unsigned int need = c->count < in->target ? c->count : in->target;
	unsigned int unused = 0;
	long users = 0;

	for (unsigned int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		if (!CPU_ISSET(cpu, &c->cpus))
			continue;
		unused += in->users[cpu] == 0;
		users += in->users[cpu];
	}
	if (in->llc[c->llc].exclusive) {
		c->rank = RANK_EXCLUSIVE;
	} else if (holders == 0) {
		c->rank = RANK_FREE;
	} else if (unused >= need) {
		c->rank = RANK_SHARED_WITH_ROOM;
		c->order = -(long)holders;
	} else {
		c->rank = RANK_CROWDED;
		c->order = users;
	}
}

static int by_rank(const void *left, const void *right)
{
	const struct candidate *a = left, *b = right;

	if (a->rank != b->rank)
		return a->rank < b->rank ? -1 : 1;
	if (a->order != b->order)
		return a->order < b->order ? -1 : 1;
	return a->llc < b->llc ? -1 : a->llc > b->llc;
}

/* Collect and rank; returns how many allowed CPUs there are. */
static unsigned int collect(const struct plan_input *in, bool exclusive_too,
			    struct work *w)
{
	unsigned int total = 0;

	w->count = 0;
	for (unsigned int i = 0; i < in->host->llc_count; i++) {
		struct candidate c = { .llc = i };

		CPU_AND(&c.cpus, &in->host->llc[i].cpus, &in->allowed);
		c.count = (unsigned int)CPU_COUNT(&c.cpus);
		if (c.count == 0 || (in->llc[i].exclusive && !exclusive_too))
			continue;
		set_rank(in, &c);
		total += c.count;
		w->candidate[w->count++] = c;
	}
	qsort(w->candidate, w->count, sizeof(*w->candidate), by_rank);
	return total;
}

/* All nodes, nearest to @anchor first; a stable insertion sort. Unreachable
 * ones have the greatest number there is. */
static void order_nodes(const struct hosttopo *h, unsigned int anchor,
			struct work *w)
{
	w->node_count = 0;
	for (unsigned int node = 0; node < h->node_limit; node++) {
		unsigned int at = w->node_count++;
		unsigned int far = hosttopo_distance(h, anchor, node);

		while (at > 0 &&
		       hosttopo_distance(h, anchor, w->node[at - 1]) > far) {
			w->node[at] = w->node[at - 1];
			at--;
		}
		w->node[at] = node;
	}
}

/* Users of the other threads of the core of @cpu, with those of this plan. */
static unsigned int core_users(const struct plan_input *in, unsigned int cpu,
			       const cpu_set_t *taken)
{
	unsigned int core = in->host->cpu_core[cpu];
	unsigned int sum = 0;

	for (unsigned int i = 0; i < CPU_SETSIZE; i++) {
		if (i != cpu && CPU_ISSET(i, &in->host->online) &&
		    in->host->cpu_core[i] == core)
			sum += in->users[i] + (CPU_ISSET(i, taken) ? 1 : 0);
	}
	return sum;
}

/* The CPU of @from with the fewest users, then on the least used core. */
static unsigned int best_cpu(const struct plan_input *in, const cpu_set_t *from,
			     const cpu_set_t *taken)
{
	unsigned int best = 0, least = UINT_MAX, least_core = UINT_MAX;

	for (unsigned int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		unsigned int core;

		if (!CPU_ISSET(cpu, from) || in->users[cpu] > least)
			continue;
		core = core_users(in, cpu, taken);
		if (in->users[cpu] == least && core >= least_core)
			continue;
		best = cpu;
		least = in->users[cpu];
		least_core = core;
	}
	return best;
}

/* Take up to @missing CPUs of @c; returns how many are missing still. */
static unsigned int take(const struct plan_input *in, const struct candidate *c,
			 unsigned int missing, struct plan *plan)
{
	cpu_set_t from = c->cpus;

	CPU_SET(in->host->llc[c->llc].id, &plan->llcs);
	if (c->count <= missing) {
		CPU_OR(&plan->cpus, &plan->cpus, &from);
		return missing - c->count;
	}
	while (missing > 0) {
		unsigned int cpu = best_cpu(in, &from, &plan->cpus);

		CPU_CLR(cpu, &from);
		CPU_SET(cpu, &plan->cpus);
		missing--;
	}
	return 0;
}

static void take_all(const struct plan_input *in, const struct work *w,
		     struct plan *plan)
{
	unsigned int missing = in->target;

	for (unsigned int n = 0; n < w->node_count; n++) {
		for (unsigned int i = 0; i < w->count && missing > 0; i++) {
			const struct candidate *c = &w->candidate[i];

			if (in->host->llc[c->llc].node == w->node[n])
				missing = take(in, c, missing, plan);
		}
	}
}

/* The usable memory node nearest to @node; nothing when there is none. */
static void add_memory(const struct plan_input *in, unsigned int node,
		       struct plan *plan)
{
	const struct hosttopo *h = in->host;
	unsigned int best = CPU_SETSIZE, least = UINT_MAX;

	for (unsigned int i = 0; i < h->node_limit; i++) {
		unsigned int far = hosttopo_distance(h, node, i);

		if (CPU_ISSET(i, &h->memory_nodes) && CPU_ISSET(i, &in->mems) &&
		    far < least) {
			best = i;
			least = far;
		}
	}
	if (best < CPU_SETSIZE)
		CPU_SET(best, &plan->mems);
}

int plan_make(const struct plan_input *in, struct plan *ret,
	      struct why *reterr_why)
{
	const struct hosttopo *h = in->host;
	auto_free struct candidate *candidate =
		calloc(h->llc_count, sizeof(*candidate));
	auto_free unsigned int *node = calloc(h->node_limit, sizeof(*node));
	struct work w = { .candidate = candidate, .node = node };
	struct plan plan = { 0 };

	if (!candidate || !node)
		return why_set(reterr_why, -ENOMEM, "out of memory");
	if (collect(in, /* exclusive_too */ false, &w) < in->target)
		collect(in, /* exclusive_too */ true, &w);
	if (w.count == 0)
		return why_set(reterr_why, -ENODEV,
			       "no CPU that sysfs knows is allowed to this "
			       "process");
	order_nodes(h, h->llc[w.candidate[0].llc].node, &w);
	take_all(in, &w, &plan);
	for (unsigned int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		if (CPU_ISSET(cpu, &plan.cpus))
			add_memory(in, h->cpu_node[cpu], &plan);
	}
	*ret = plan;
	return 0;
}
