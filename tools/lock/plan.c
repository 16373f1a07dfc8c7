/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/lock/plan.h"

#include <errno.h>
#include <limits.h>

unsigned int plan_default_target(unsigned int allowed)
{
	unsigned int share = (allowed * 30 + 99) / 100;
	unsigned int least = allowed < 4 ? allowed : 4;

	return share > least ? share : least;
}

/* A stable insertion sort. */
void plan_order_nodes(const struct hosttopo *h, unsigned int anchor,
		      unsigned int *ret)
{
	for (unsigned int node = 0; node < h->node_limit; node++) {
		unsigned int at = node;
		unsigned int far = hosttopo_distance(h, anchor, node);

		while (at > 0 &&
		       hosttopo_distance(h, anchor, ret[at - 1]) > far) {
			ret[at] = ret[at - 1];
			at--;
		}
		ret[at] = node;
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
	      struct blocked *reterr_blocked, struct why *reterr_why)
{
	const struct hosttopo *h = in->host;
	struct plan plan = { .kind = in->kind };
	cpu_set_t usable;
	int r;

	CPU_AND(&usable, &in->allowed, &h->online);
	if (CPU_COUNT(&usable) == 0)
		return why_set(reterr_why, -ENODEV,
			       "no CPU that sysfs knows is allowed to this "
			       "process");
	if (in->kind == PLAN_EXCLUSIVE)
		r = plan_guest(in, &plan, reterr_blocked, reterr_why);
	else
		r = plan_cpus(in, &plan, reterr_blocked, reterr_why);
	if (r < 0)
		return r;
	for (unsigned int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		if (CPU_ISSET(cpu, &plan.cpus))
			add_memory(in, h->cpu_node[cpu], &plan);
	}
	*ret = plan;
	return 0;
}
