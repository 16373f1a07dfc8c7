/* SPDX-License-Identifier: GPL-2.0-or-later */
/* plan.h - which CPUs a reservation takes: a pure function. */
#pragma once

#include <sched.h>
#include <stdbool.h>

#include "tools/lib/hosttopo.h"
#include "tools/lib/spec/topology.h"
#include "tools/lib/why.h"

/* The largest machine that struct topology can tell. */
#define PLAN_VCPUS_MAX 512

/**
 * enum plan_kind - what a reservation promises
 * @PLAN_SHARED:    CPUs that others may use as well
 * @PLAN_WINDOW:    CPUs that no other window has; LLCs are shared
 * @PLAN_EXCLUSIVE: whole LLCs alone, and a CPU for each vCPU of a guest
 */
enum plan_kind {
	PLAN_SHARED,
	PLAN_WINDOW,
	PLAN_EXCLUSIVE,
};

/**
 * struct llc_state - what is known of the lock of one LLC
 * @holders:   how many hold it, shared or not
 * @exclusive: one holds it alone, so that a shared lock would have to wait
 */
struct llc_state {
	unsigned int holders;
	bool exclusive;
};

/**
 * struct plan_input - all that a plan depends on
 * @host:     the machine
 * @allowed:  CPUs that the caller may run on
 * @mems:     NUMA nodes that the caller may take memory from
 * @kind:     what is asked for
 * @target:   CPUs wanted, 1 or more; not for PLAN_EXCLUSIVE
 * @guest:    for PLAN_EXCLUSIVE: the guest
 * @llc:      one state for each of host->llc
 * @users:    reservations that use each CPU, CPU_SETSIZE of them
 * @windowed: CPUs that windows have
 */
struct plan_input {
	const struct hosttopo *host;
	cpu_set_t allowed, mems;
	enum plan_kind kind;
	unsigned int target;
	struct topology guest;
	const struct llc_state *llc;
	const unsigned int *users;
	cpu_set_t windowed;
};

/**
 * struct plan - what to lock and use
 * @kind:     as asked for
 * @llcs:     ids of the LLCs to share
 * @alone:    ids of the LLCs to lock exclusively
 * @cpus:     CPUs to use
 * @mems:     the memory node nearest to each of the CPUs
 * @vcpu:     for PLAN_EXCLUSIVE: the CPU of each of @vcpus vCPUs
 * @service:  for PLAN_EXCLUSIVE: the CPU of all else that belongs to the guest
 * @unmapped: for PLAN_EXCLUSIVE: nodes of the guest are not nodes of the host
 */
struct plan {
	enum plan_kind kind;
	cpu_set_t llcs, alone, cpus, mems;
	unsigned int vcpus, vcpu[PLAN_VCPUS_MAX];
	unsigned int service;
	bool unmapped;
};

/* What would have to be given back first: ids of LLCs, and CPUs of windows. */
struct blocked {
	cpu_set_t llcs, cpus;
};

/* The CPUs to take when nobody says: the greater of 30 % of @allowed, rounded
 * up, and four (or all, when there are fewer). */
unsigned int plan_default_target(unsigned int allowed);

/**
 * plan_make() - choose LLCs and CPUs
 *
 * PLAN_SHARED. LLCs are ranked. First those that are shared already and still
 * have enough CPUs without users, most holders first: reservations gather
 * there, and whole LLCs stay free for those who need one alone. Then those
 * without holders, then the crowded ones, least used first. Equal ones go by
 * id. The node of the first is the anchor; nodes are visited by distance from
 * it, and in each the LLCs by rank, until they have enough allowed CPUs. All
 * allowed CPUs of an LLC are taken but for the last one, which gives those with
 * the fewest users; of equal ones, those on the least used core. CPUs of
 * windows come only when there are too few without them, and LLCs that are held
 * exclusively after these.
 *
 * PLAN_WINDOW. The same, but CPUs of windows and of LLCs held exclusively are
 * out of the question, an LLC that has all @target comes before any two, and of
 * the last LLC whole cores are taken.
 *
 * PLAN_EXCLUSIVE. LLCs that nobody holds, with as many allowed CPUs as an LLC
 * of the guest, one for one. Nodes of the guest are nodes of the host, where
 * there are enough. Threads of a guest's core are threads of one core. The
 * service CPU is in one of these LLCs, at best on a core of its own, else in
 * another one, which is then shared.
 *
 * Return: 0, or with @reterr_why set
 * * -ENODEV      - no LLC has an allowed CPU
 * * -ERANGE      - this machine never has that many
 * * -EWOULDBLOCK - not now; @reterr_blocked says what stands in the way
 * * -ENOMEM
 */
int plan_make(const struct plan_input *in, struct plan *ret,
	      struct blocked *reterr_blocked, struct why *reterr_why);

/* The parts of plan_make(); @ret is zeroed. */
int plan_cpus(const struct plan_input *in, struct plan *ret,
	      struct blocked *reterr_blocked, struct why *reterr_why);
int plan_guest(const struct plan_input *in, struct plan *ret,
	       struct blocked *reterr_blocked, struct why *reterr_why);

/**
 * plan_order_nodes() - all nodes, nearest to @anchor first
 * @ret: room for h->node_limit
 *
 * Stable; those out of reach have the greatest distance there is.
 */
void plan_order_nodes(const struct hosttopo *h, unsigned int anchor,
		      unsigned int *ret);
