/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Plans of whole LLCs, and of a CPU for each vCPU of a guest. */
#include <errno.h>
#include <stdlib.h>

#include "tools/lib/cleanup.h"
#include "tools/lock/plan.h"

/**
 * struct work - the guest, and what was chosen
 * @per_llc:  vCPUs behind an LLC of the guest
 * @per_node: LLCs of a node of the guest
 * @chosen:   index in host->llc for each LLC of the guest, @count so far
 */
struct work {
	unsigned int per_llc, per_node;
	unsigned int *chosen, count;
};

static unsigned int allowed_cpus(const struct plan_input *in, unsigned int llc,
				 cpu_set_t *ret)
{
	CPU_AND(ret, &in->host->llc[llc].cpus, &in->allowed);
	return (unsigned int)CPU_COUNT(ret);
}

/* Could LLC @llc of the host be one of the guest's, were it free? */
static bool is_large(const struct plan_input *in, const struct work *w,
		     unsigned int llc)
{
	cpu_set_t cpus;

	return allowed_cpus(in, llc, &cpus) >= w->per_llc;
}

static bool is_free(const struct plan_input *in, unsigned int llc)
{
	return in->llc[llc].holders == 0 && !in->llc[llc].exclusive;
}

/* LLCs of @node that are large enough; only free ones when @free_ones. */
static unsigned int count_in_node(const struct plan_input *in,
				  const struct work *w, unsigned int node,
				  bool free_ones)
{
	unsigned int count = 0;

	for (unsigned int i = 0; i < in->host->llc_count; i++)
		count += in->host->llc[i].node == node && is_large(in, w, i) &&
			 (!free_ones || is_free(in, i));
	return count;
}

/* Nodes with enough LLCs for a node of the guest; @ret_first is one. */
static unsigned int count_nodes(const struct plan_input *in,
				const struct work *w, bool free_ones,
				unsigned int *ret_first)
{
	unsigned int count = 0;

	for (unsigned int node = 0; node < in->host->node_limit; node++) {
		if (count_in_node(in, w, node, free_ones) < w->per_node)
			continue;
		if (count++ == 0)
			*ret_first = node;
	}
	return count;
}

/* Choose up to @wanted free LLCs of @node, or of any with -1. */
static void choose(const struct plan_input *in, struct work *w, long node,
		   unsigned int wanted)
{
	for (unsigned int i = 0; i < in->host->llc_count && wanted > 0; i++) {
		if ((node >= 0 && in->host->llc[i].node != node) ||
		    !is_large(in, w, i) || !is_free(in, i))
			continue;
		w->chosen[w->count++] = i;
		wanted--;
	}
}

/**
 * choose_llcs() - one of the host for each of the guest
 *
 * A guest of one node that finds no node free spans several of the host; one of
 * several nodes waits for them, unless the host has not that many at all.
 */
static int choose_llcs(const struct plan_input *in, struct work *w,
		       struct plan *plan)
{
	const struct hosttopo *h = in->host;
	auto_free unsigned int *order = calloc(h->node_limit, sizeof(*order));
	unsigned int nodes = in->guest.nodes, first = 0;

	if (!order)
		return -ENOMEM;
	plan->unmapped = nodes > 1 && count_nodes(in, w, /* free_ones */ false,
						  &first) < nodes;
	if (count_nodes(in, w, /* free_ones */ true, &first) >= nodes) {
		plan_order_nodes(h, first, order);
		for (unsigned int n = 0;
		     n < h->node_limit && w->count < in->guest.llcs; n++) {
			if (count_in_node(in, w, order[n], true) >= w->per_node)
				choose(in, w, order[n], w->per_node);
		}
	} else if (nodes == 1 || plan->unmapped) {
		choose(in, w, /* node */ -1, in->guest.llcs);
	}
	return w->count < in->guest.llcs ? -EWOULDBLOCK : 0;
}

/* Is @cpu the first of @cpus that are on its core? */
static bool leads_core(const struct plan_input *in, unsigned int cpu,
		       const cpu_set_t *cpus)
{
	for (unsigned int i = 0; i < cpu; i++) {
		if (CPU_ISSET(i, cpus) &&
		    in->host->cpu_core[i] == in->host->cpu_core[cpu])
			return false;
	}
	return true;
}

/* Up to @wanted CPUs of @left that are on @core, to the guest. */
static void pin_core(const struct plan_input *in, unsigned int core,
		     unsigned int wanted, cpu_set_t *left, struct plan *plan)
{
	for (unsigned int i = 0; i < CPU_SETSIZE && wanted > 0; i++) {
		if (!CPU_ISSET(i, left) || in->host->cpu_core[i] != core)
			continue;
		CPU_CLR(i, left);
		CPU_SET(i, &plan->cpus);
		plan->vcpu[plan->vcpus++] = i;
		wanted--;
	}
}

/* The vCPUs of one LLC. In each round a core gives as many threads as the
 * guest's cores have. */
static void pin_llc(const struct plan_input *in, const struct work *w,
		    unsigned int llc, struct plan *plan)
{
	unsigned int end = plan->vcpus + w->per_llc;
	cpu_set_t cpus, left;

	allowed_cpus(in, llc, &cpus);
	left = cpus;
	CPU_SET(in->host->llc[llc].id, &plan->alone);
	for (unsigned int cpu = 0; plan->vcpus < end;
	     cpu = (cpu + 1) % CPU_SETSIZE) {
		unsigned int wanted = end - plan->vcpus;

		if (!CPU_ISSET(cpu, &cpus) || !leads_core(in, cpu, &cpus))
			continue;
		if (wanted > in->guest.threads)
			wanted = in->guest.threads;
		pin_core(in, in->host->cpu_core[cpu], wanted, &left, plan);
	}
}

/* Is a vCPU on the core of @cpu? */
static bool core_is_pinned(const struct plan_input *in, const struct plan *plan,
			   unsigned int cpu)
{
	for (unsigned int i = 0; i < plan->vcpus; i++) {
		if (in->host->cpu_core[plan->vcpu[i]] ==
		    in->host->cpu_core[cpu])
			return true;
	}
	return false;
}

/* A CPU of the guest's own LLCs that no vCPU has. */
static bool service_inside(const struct plan_input *in, const struct work *w,
			   struct plan *plan)
{
	bool found = false;

	for (unsigned int i = 0; i < w->count; i++) {
		cpu_set_t cpus;

		allowed_cpus(in, w->chosen[i], &cpus);
		for (unsigned int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
			bool alone;

			if (!CPU_ISSET(cpu, &cpus) ||
			    CPU_ISSET(cpu, &plan->cpus))
				continue;
			alone = !core_is_pinned(in, plan, cpu);
			if (found && !alone)
				continue;
			plan->service = cpu;
			if (alone)
				return true;
			found = true;
		}
	}
	return found;
}

/* The CPU of LLC @llc with the fewest users that no window has, or -1. */
static int quiet_cpu(const struct plan_input *in, unsigned int llc)
{
	cpu_set_t cpus;
	int best = -1;

	allowed_cpus(in, llc, &cpus);
	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		if (!CPU_ISSET(cpu, &cpus) || CPU_ISSET(cpu, &in->windowed))
			continue;
		if (best < 0 || in->users[cpu] < in->users[best])
			best = cpu;
	}
	return best;
}

/* A CPU of another LLC: one that is shared already, by the most; else the last
 * one, so that what guests to come want is touched last. */
static bool service_outside(const struct plan_input *in, struct plan *plan)
{
	const struct hosttopo *h = in->host;
	unsigned int best = h->llc_count;

	for (unsigned int i = 0; i < h->llc_count; i++) {
		if (CPU_ISSET(h->llc[i].id, &plan->alone) ||
		    in->llc[i].exclusive || quiet_cpu(in, i) < 0)
			continue;
		if (best == h->llc_count ||
		    in->llc[i].holders >= in->llc[best].holders)
			best = i;
	}
	if (best == h->llc_count)
		return false;
	plan->service = (unsigned int)quiet_cpu(in, best);
	CPU_SET(h->llc[best].id, &plan->llcs);
	return true;
}

/* Can this machine ever run the guest? */
static int check_size(const struct plan_input *in, const struct work *w,
		      struct why *reterr_why)
{
	unsigned int vcpus = topology_cpus(&in->guest), large = 0;
	cpu_set_t usable;

	CPU_AND(&usable, &in->allowed, &in->host->online);
	if (vcpus + 1 > (unsigned int)CPU_COUNT(&usable))
		return why_set(reterr_why, -ERANGE,
			       "%u vCPU%s and a service CPU are wanted, and "
			       "this process may use %d",
			       vcpus, vcpus == 1 ? "" : "s",
			       CPU_COUNT(&usable));
	for (unsigned int i = 0; i < in->host->llc_count; i++)
		large += is_large(in, w, i);
	if (large < in->guest.llcs)
		return why_set(reterr_why, -ERANGE,
			       "LLCs with %u allowed CPU%s each: %u wanted, "
			       "this machine has %u",
			       w->per_llc, w->per_llc == 1 ? "" : "s",
			       in->guest.llcs, large);
	return 0;
}

/* What would have to be free, for the LLCs or for the service CPU. */
static int guest_blocked(const struct plan_input *in, const struct work *w,
			 struct blocked *reterr_blocked, struct why *reterr_why)
{
	const struct hosttopo *h = in->host;
	bool service = w->count == in->guest.llcs;

	*reterr_blocked = (struct blocked){ 0 };
	for (unsigned int i = 0; i < h->llc_count; i++) {
		if (service ? in->llc[i].exclusive
			    : is_large(in, w, i) && !is_free(in, i))
			CPU_SET(h->llc[i].id, &reterr_blocked->llcs);
	}
	if (service)
		CPU_AND(&reterr_blocked->cpus, &in->allowed, &in->windowed);
	if (service)
		return why_set(reterr_why, -EWOULDBLOCK,
			       "no CPU is left to serve the guest");
	return why_set(reterr_why, -EWOULDBLOCK,
		       "not enough of the LLCs with %u CPU%s are free: wanted "
		       "%u of each of %u node%s",
		       w->per_llc, w->per_llc == 1 ? "" : "s", w->per_node,
		       in->guest.nodes, in->guest.nodes == 1 ? "" : "s");
}

int plan_guest(const struct plan_input *in, struct plan *ret,
	       struct blocked *reterr_blocked, struct why *reterr_why)
{
	const struct topology *guest = &in->guest;
	struct work w = {
		.per_llc = guest->cores * guest->threads,
		.per_node = guest->llcs / guest->nodes,
	};
	auto_free unsigned int *chosen = calloc(guest->llcs, sizeof(*chosen));
	int r;

	if (!chosen)
		return why_set(reterr_why, -ENOMEM, "out of memory");
	w.chosen = chosen;
	r = check_size(in, &w, reterr_why);
	if (r < 0)
		return r;
	r = choose_llcs(in, &w, ret);
	if (r == -ENOMEM)
		return why_set(reterr_why, r, "out of memory");
	if (r < 0)
		return guest_blocked(in, &w, reterr_blocked, reterr_why);
	for (unsigned int i = 0; i < w.count; i++)
		pin_llc(in, &w, w.chosen[i], ret);
	if (!service_inside(in, &w, ret) && !service_outside(in, ret))
		return guest_blocked(in, &w, reterr_blocked, reterr_why);
	CPU_SET(ret->service, &ret->cpus);
	return 0;
}
