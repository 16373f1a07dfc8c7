/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Plans of a number of CPUs: shared ones and windows. */
#include <errno.h>
#include <stdlib.h>

#include "tools/lib/cleanup.h"
#include "tools/lock/plan.h"

/* Order of the kinds of candidates; see plan_make(). */
enum rank {
	RANK_SHARED_WITH_ROOM,
	RANK_FREE,
	RANK_CROWDED,
	RANK_WINDOWED,
	RANK_EXCLUSIVE,
};

/**
 * struct candidate - allowed CPUs of an LLC: without windows, or with them
 * @llc:   index in host->llc
 * @cpus:  the CPUs, @count of them
 * @order: within @rank, the least comes first
 */
struct candidate {
	unsigned int llc;
	cpu_set_t cpus;
	unsigned int count;
	enum rank rank;
	long order;
};

/**
 * struct work - candidates by rank, nodes by distance, and the load of cores
 * @load:  users, and CPUs of windows, of all threads of each core
 * @taken: CPUs of this plan on each core
 */
struct work {
	struct candidate *candidate;
	unsigned int count;
	unsigned int *node;
	unsigned int load[CPU_SETSIZE], taken[CPU_SETSIZE];
};

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

/* Add the CPUs of LLC @llc that are in windows, or those that are not. */
static void add_candidate(const struct plan_input *in, unsigned int llc,
			  bool windowed, struct work *w)
{
	struct candidate c = { .llc = llc };
	cpu_set_t in_windows;

	CPU_AND(&c.cpus, &in->host->llc[llc].cpus, &in->allowed);
	CPU_AND(&in_windows, &c.cpus, &in->windowed);
	if (windowed)
		c.cpus = in_windows;
	else
		CPU_XOR(&c.cpus, &c.cpus, &in_windows);
	c.count = (unsigned int)CPU_COUNT(&c.cpus);
	if (c.count == 0)
		return;
	set_rank(in, &c);
	if (windowed && c.rank != RANK_EXCLUSIVE)
		c.rank = RANK_WINDOWED;
	w->candidate[w->count++] = c;
}

static void collect(const struct plan_input *in, struct work *w)
{
	const struct hosttopo *h = in->host;

	for (unsigned int i = 0; i < h->llc_count; i++) {
		if (in->kind == PLAN_WINDOW && in->llc[i].exclusive)
			continue;
		add_candidate(in, i, /* windowed */ false, w);
		if (in->kind != PLAN_WINDOW)
			add_candidate(in, i, /* windowed */ true, w);
	}
	for (unsigned int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		if (CPU_ISSET(cpu, &h->online))
			w->load[h->cpu_core[cpu]] +=
				in->users[cpu] +
				(CPU_ISSET(cpu, &in->windowed) ? 1 : 0);
	}
}

/* A window goes into one LLC, if one has room for it. */
static void keep_fitting(const struct plan_input *in, struct work *w)
{
	unsigned int kept = 0;

	for (unsigned int i = 0; i < w->count; i++) {
		if (w->candidate[i].count >= in->target)
			w->candidate[kept++] = w->candidate[i];
	}
	w->count = kept ? kept : w->count;
}

/* Is @cpu, with as many users as @best, on the better core? */
static bool better_core(const struct plan_input *in, const struct work *w,
			unsigned int cpu, unsigned int best)
{
	unsigned int core = in->host->cpu_core[cpu];
	unsigned int best_core = in->host->cpu_core[best];

	if (in->kind == PLAN_WINDOW) {
		/* Whole cores: no other window is slowed by its sibling. */
		if (!w->taken[core] != !w->taken[best_core])
			return w->taken[core] != 0;
		return w->load[core] < w->load[best_core];
	}
	return w->load[core] + w->taken[core] <
	       w->load[best_core] + w->taken[best_core];
}

static unsigned int best_cpu(const struct plan_input *in, const struct work *w,
			     const cpu_set_t *from)
{
	unsigned int best = CPU_SETSIZE;

	for (unsigned int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		if (!CPU_ISSET(cpu, from))
			continue;
		if (best == CPU_SETSIZE || in->users[cpu] < in->users[best] ||
		    (in->users[cpu] == in->users[best] &&
		     better_core(in, w, cpu, best)))
			best = cpu;
	}
	return best;
}

/* Take up to @missing CPUs of @c; returns how many are missing still. */
static unsigned int take(const struct plan_input *in, struct work *w,
			 const struct candidate *c, unsigned int missing,
			 struct plan *plan)
{
	cpu_set_t from = c->cpus;

	CPU_SET(in->host->llc[c->llc].id, &plan->llcs);
	while (missing > 0 && CPU_COUNT(&from) > 0) {
		unsigned int cpu = best_cpu(in, w, &from);

		CPU_CLR(cpu, &from);
		CPU_SET(cpu, &plan->cpus);
		w->taken[in->host->cpu_core[cpu]]++;
		missing--;
	}
	return missing;
}

/* From the candidates of ranks @first to @last, nearest nodes first. */
static unsigned int take_ranks(const struct plan_input *in, struct work *w,
			       enum rank first, enum rank last,
			       unsigned int missing, struct plan *plan)
{
	for (unsigned int n = 0; n < in->host->node_limit; n++) {
		for (unsigned int i = 0; i < w->count && missing > 0; i++) {
			const struct candidate *c = &w->candidate[i];

			if (c->rank >= first && c->rank <= last &&
			    in->host->llc[c->llc].node == w->node[n])
				missing = take(in, w, c, missing, plan);
		}
	}
	return missing;
}

/* What keeps a window of in->target CPUs from its place? */
static int window_blocked(const struct plan_input *in, unsigned int missing,
			  struct blocked *reterr_blocked,
			  struct why *reterr_why)
{
	CPU_ZERO(&reterr_blocked->llcs);
	CPU_AND(&reterr_blocked->cpus, &in->allowed, &in->windowed);
	for (unsigned int i = 0; i < in->host->llc_count; i++) {
		cpu_set_t cpus;

		CPU_AND(&cpus, &in->host->llc[i].cpus, &in->allowed);
		if (in->llc[i].exclusive && CPU_COUNT(&cpus) > 0)
			CPU_SET(in->host->llc[i].id, &reterr_blocked->llcs);
	}
	return why_set(reterr_why, -EWOULDBLOCK,
		       "no window of %u CPUs: %u of the allowed ones are free",
		       in->target, in->target - missing);
}

int plan_cpus(const struct plan_input *in, struct plan *ret,
	      struct blocked *reterr_blocked, struct why *reterr_why)
{
	const struct hosttopo *h = in->host;
	auto_free struct work *w = calloc(1, sizeof(*w));
	auto_free struct candidate *candidate =
		calloc(h->llc_count, 2 * sizeof(*candidate));
	auto_free unsigned int *node = calloc(h->node_limit, sizeof(*node));
	unsigned int missing = in->target;

	if (!w || !candidate || !node)
		return why_set(reterr_why, -ENOMEM, "out of memory");
	w->candidate = candidate;
	w->node = node;
	collect(in, w);
	if (in->kind == PLAN_WINDOW)
		keep_fitting(in, w);
	qsort(w->candidate, w->count, sizeof(*w->candidate), by_rank);
	if (w->count > 0)
		plan_order_nodes(h, h->llc[w->candidate[0].llc].node, w->node);
	missing = take_ranks(in, w, RANK_SHARED_WITH_ROOM, RANK_CROWDED,
			     missing, ret);
	missing = take_ranks(in, w, RANK_WINDOWED, RANK_WINDOWED, missing, ret);
	missing =
		take_ranks(in, w, RANK_EXCLUSIVE, RANK_EXCLUSIVE, missing, ret);
	if (missing > 0 && in->kind == PLAN_WINDOW)
		return window_blocked(in, missing, reterr_blocked, reterr_why);
	return 0;
}
