/* SPDX-License-Identifier: GPL-2.0-or-later */
/* work-types.c - the table of all types of work and of their options. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tools/lib/spec/cpuset.h"
#include "tools/lib/spec/work-parts.h"

#define US  UINT64_C(1000)
#define MS  (1000 * US)
#define KIB UINT64_C(1024)
#define MIB (1024 * KIB)

const char *const work_type_names[WORK_TYPES] = {
	[WORK_CPU_SPIN] = "cpu-spin",
	[WORK_YIELD_HEAVY] = "yield-heavy",
	[WORK_MIXED] = "mixed",
	[WORK_IO_SYNC] = "io-sync",
	[WORK_BURSTY] = "bursty",
	[WORK_PIPE_IO] = "pipe-io",
	[WORK_FUTEX_PING_PONG] = "futex-ping-pong",
	[WORK_CACHE_PRESSURE] = "cache-pressure",
	[WORK_CACHE_YIELD] = "cache-yield",
	[WORK_CACHE_PIPE] = "cache-pipe",
	[WORK_FUTEX_FAN_OUT] = "futex-fan-out",
	[WORK_SEQUENCE] = "sequence",
	[WORK_FORK_EXIT] = "fork-exit",
	[WORK_NICE_SWEEP] = "nice-sweep",
	[WORK_AFFINITY_CHURN] = "affinity-churn",
	[WORK_POLICY_CHURN] = "policy-churn",
	[WORK_FAN_OUT_COMPUTE] = "fan-out-compute",
	[WORK_PAGE_FAULT_CHURN] = "page-fault-churn",
	[WORK_MUTEX_CONTENTION] = "mutex-contention",
	[WORK_EXEC] = "exec",
};

/* Places in the table below, plus 1. */
enum {
	OPT_SPIN = 1,
	OPT_BURST,
	OPT_SLEEP,
	OPT_SIZE,
	OPT_STRIDE,
	OPT_FAN,
	OPT_CONTENDERS,
	OPT_HOLD,
	OPT_OPS,
	OPT_TOUCHES,
	OPT_PHASES,
	OPT_ONCE,
};

#define AT(field) offsetof(struct work, field)

const struct work_option work_option_table[WORK_OPTIONS] = {
	{ "spin", FIELD_NUMBER, AT(spin), 1, 1000000 },
	{ "burst", FIELD_TIME, AT(burst_ns), 10 * US, 60000 * MS },
	{ "sleep", FIELD_TIME, AT(sleep_ns), 10 * US, 60000 * MS },
	{ "size", FIELD_SIZE, AT(size), 1 * KIB, 256 * MIB },
	{ "stride", FIELD_NUMBER, AT(stride), 1, MIB },
	{ "fan", FIELD_NUMBER, AT(fan), 1, WORK_FAN_MAX },
	{ "contenders", FIELD_NUMBER, AT(contenders), 2, WORK_TEAM_MAX },
	{ "hold", FIELD_NUMBER, AT(hold), 1, 1000000 },
	{ "ops", FIELD_NUMBER, AT(ops), 1, 1000 },
	{ "touches", FIELD_NUMBER, AT(touches), 1, 1000000 },
	{ "phases", FIELD_PHASES, 0, 0, 0 },
	{ "once", FIELD_YES, 0, 0, 0 },
};

const struct work_info work_info[WORK_TYPES] = {
	[WORK_BURSTY] = { { { OPT_BURST, 50 * MS }, { OPT_SLEEP, 100 * MS } } },
	[WORK_PIPE_IO] = { { { OPT_SPIN, 1024 } } },
	[WORK_FUTEX_PING_PONG] = { { { OPT_SPIN, 1024 } } },
	[WORK_CACHE_PRESSURE] = { { { OPT_SIZE, 32 * KIB },
				    { OPT_STRIDE, 64 } } },
	[WORK_CACHE_YIELD] = { { { OPT_SIZE, 32 * KIB }, { OPT_STRIDE, 64 } } },
	[WORK_CACHE_PIPE] = { { { OPT_SIZE, 32 * KIB }, { OPT_SPIN, 1024 } } },
	[WORK_FUTEX_FAN_OUT] = { { { OPT_FAN, 4 }, { OPT_SPIN, 1024 } } },
	[WORK_SEQUENCE] = { { { OPT_PHASES, 0 } } },
	[WORK_AFFINITY_CHURN] = { { { OPT_SPIN, 1024 } } },
	[WORK_POLICY_CHURN] = { { { OPT_SPIN, 1024 } } },
	[WORK_FAN_OUT_COMPUTE] = { { { OPT_FAN, 4 },
				     { OPT_SIZE, 256 * KIB },
				     { OPT_OPS, 5 },
				     { OPT_SLEEP, 100 * US } } },
	[WORK_PAGE_FAULT_CHURN] = { { { OPT_SIZE, 4 * MIB },
				      { OPT_TOUCHES, 256 },
				      { OPT_SPIN, 64 } } },
	[WORK_MUTEX_CONTENTION] = { { { OPT_CONTENDERS, 4 },
				      { OPT_HOLD, 256 },
				      { OPT_SPIN, 1024 } } },
	[WORK_EXEC] = { { { OPT_ONCE, 0 } } },
};

const struct work_option *work_find_option(enum work_type type,
					   const char *name)
{
	const struct work_default *own = work_info[type].own;

	for (; own->option; own++) {
		const struct work_option *o =
			&work_option_table[own->option - 1];

		if (strcmp(o->name, name) == 0)
			return o;
	}
	return NULL;
}

unsigned int work_group_size(const struct work *w)
{
	switch (w->type) {
	case WORK_PIPE_IO:
	case WORK_FUTEX_PING_PONG:
	case WORK_CACHE_PIPE:
		return 2;
	case WORK_FUTEX_FAN_OUT:
	case WORK_FAN_OUT_COMPUTE:
		return (unsigned int)w->fan + 1;
	case WORK_MUTEX_CONTENTION:
		return (unsigned int)w->contenders;
	default:
		return 1;
	}
}

int work_count(const struct work *w, const struct amount_machine *m,
	       unsigned int *ret, struct why *reterr_why)
{
	unsigned int size = work_group_size(w), n = m->workers;
	bool own = amount_is_set(&w->workers);
	int r = 0;

	if (own)
		r = amount_eval_in(&w->workers, m, "'workers'", 1,
				   WORK_WORKERS_MAX, &n, reterr_why);
	if (r < 0)
		return r;
	if (n % size)
		return why_set(reterr_why, -ERANGE,
			       own ? "%s works in groups of %u: of %u workers "
				     "some would be left over"
				   : "%s works in groups of %u, and the test's "
				     "'workers' is %u",
			       work_type_names[w->type], size, n);
	*ret = n;
	return 0;
}

/* Nodes of the CPUs @cpus. */
static uint64_t nodes_of(const struct machine *m, const cpu_set_t *cpus)
{
	uint64_t nodes = 0;
	cpu_set_t both;

	for (unsigned int i = 0; i < m->node_count && i < 64; i++) {
		CPU_AND(&both, &m->node[i], cpus);
		if (CPU_COUNT(&both) > 0)
			nodes |= UINT64_C(1) << i;
	}
	return nodes;
}

static void check_nodes(const struct work *w, const struct machine *m,
			const cpu_set_t *cpuset, const char *shape,
			struct diag *d)
{
	uint64_t all = m->node_count < 64 ? (UINT64_C(1) << m->node_count) - 1
					  : UINT64_MAX;

	/* Relative ones are counted among those that there are. */
	if (w->mem.flags & MEM_RELATIVE)
		return;
	if (w->mem.nodes & ~all)
		diag_add(d, &w->at,
			 "on %s: a node of 'mem' does not exist: there %s %u",
			 shape, m->node_count == 1 ? "is" : "are",
			 m->node_count);
	else if (!(w->mem.flags & MEM_STATIC) &&
		 w->mem.nodes & ~nodes_of(m, cpuset))
		diag_add(d, &w->at,
			 "on %s: a node of 'mem' has none of the cgroup's "
			 "CPUs; 'mem-flags=static' takes it all the same",
			 shape);
}

void work_check_fit(const struct work *w, const struct machine *m,
		    const cpu_set_t *cpuset, unsigned int workers,
		    const char *shape, struct diag *d)
{
	struct amount_machine a = amount_machine_of(m, workers);
	struct why why;
	unsigned int n;

	check_nodes(w, m, cpuset, shape, d);
	if (amount_is_constant(&w->workers) && !amount_has_workers(&w->workers))
		return; /* complained of where it stands */
	if (work_count(w, &a, &n, &why) < 0)
		diag_add(d, &w->at, "on %s: %s", shape, why.text);
}
