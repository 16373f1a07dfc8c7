/* SPDX-License-Identifier: GPL-2.0-or-later */
/* plan.h - which CPUs a reservation takes: a pure function. */
#pragma once

#include <sched.h>
#include <stdbool.h>

#include "tools/lib/hosttopo.h"
#include "tools/lib/why.h"

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
 * @host:    the machine
 * @allowed: CPUs that the caller may run on
 * @mems:    NUMA nodes that the caller may take memory from
 * @target:  CPUs wanted, 1 or more
 * @llc:     one state for each of host->llc
 * @users:   reservations that use each CPU, CPU_SETSIZE of them
 */
struct plan_input {
	const struct hosttopo *host;
	cpu_set_t allowed, mems;
	unsigned int target;
	const struct llc_state *llc;
	const unsigned int *users;
};

/**
 * struct plan - what to lock and use
 * @llcs: ids of the LLCs to lock
 * @cpus: target CPUs behind them, fewer only when no more are allowed
 * @mems: the memory node nearest to each of the CPUs
 */
struct plan {
	cpu_set_t llcs, cpus, mems;
};

/* The CPUs to take when nobody says: the greater of 30 % of @allowed, rounded
 * up, and four (or all, when there are fewer). */
unsigned int plan_default_target(unsigned int allowed);

/**
 * plan_make() - choose LLCs and CPUs
 *
 * LLCs are ranked. First those that are shared already and still have enough
 * CPUs without users, most holders first: reservations gather there, and whole
 * LLCs stay free for those who need one alone. Then those without holders, then
 * the crowded ones, least used first. Equal ones go by id.
 *
 * The node of the first is the anchor; nodes are visited by distance from it,
 * and in each the LLCs by rank, until they have enough allowed CPUs. LLCs that
 * are held exclusively are left out unless there are too few CPUs without them,
 * and then they come last.
 *
 * All allowed CPUs of an LLC are taken but for the last one, which gives those
 * with the fewest users; of equal ones, those on the least used core.
 *
 * Return: 0, or -ENODEV with @reterr_why set when no LLC has an allowed CPU.
 */
int plan_make(const struct plan_input *in, struct plan *ret,
	      struct why *reterr_why);
