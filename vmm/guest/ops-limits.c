/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ops-limits.c - ops that change what share of the CPUs who gets. */
#include <stdlib.h>

#include "vmm/guest/ops.h"

/* @set for each copy of the op's cgroup, as long as it succeeds. */
static int set_copies(struct scenario *s, const struct op *op,
		      int (*set)(struct group *g, const struct op *op,
				 struct str *in_force, struct why *reterr_why),
		      struct str *in_force, struct why *reterr_why)
{
	struct group *g;
	size_t at = 0;
	int r = 0;

	while (r == 0 && (g = scenario_next(s, op->cgroup, &at))) {
		in_force->len = 0; /* of one copy, all are equal */
		r = set(g, op, in_force, reterr_why);
	}
	return r;
}

static int set_weight(struct group *g, const struct op *op,
		      struct str *in_force, struct why *reterr_why)
{
	return group_set_weight(g, op->weight, in_force, reterr_why);
}

int op_set_weight(struct scenario *s, const struct op *op, struct str *in_force,
		  struct why *reterr_why)
{
	return set_copies(s, op, set_weight, in_force, reterr_why);
}

static int set_max(struct group *g, const struct op *op, struct str *in_force,
		   struct why *reterr_why)
{
	return group_set_max(g, &op->max, in_force, reterr_why);
}

int op_set_max(struct scenario *s, const struct op *op, struct str *in_force,
	       struct why *reterr_why)
{
	return set_copies(s, op, set_max, in_force, reterr_why);
}

static int set_uclamp(struct group *g, const struct op *op,
		      struct str *in_force, struct why *reterr_why)
{
	return group_set_uclamp(g, &op->uclamp, in_force, reterr_why);
}

int op_set_uclamp(struct scenario *s, const struct op *op, struct str *in_force,
		  struct why *reterr_why)
{
	return set_copies(s, op, set_uclamp, in_force, reterr_why);
}

int op_set_nice(struct scenario *s, const struct op *op, struct str *in_force,
		struct why *reterr_why)
{
	struct crew c;
	int r = ops_crew(s, op->cgroup, &c, reterr_why);

	if (r < 0)
		return r;
	for (size_t i = 0; r == 0 && i < c.count; i++)
		r = crew_set_nice(c.member[i], op->nice, reterr_why);
	free(c.member);
	str_addf(in_force, "%d", op->nice);
	return r;
}

int op_set_policy(struct scenario *s, const struct op *op, struct str *in_force,
		  struct why *reterr_why)
{
	static const char *const names[] = {
		[POLICY_NORMAL] = "normal", [POLICY_BATCH] = "batch",
		[POLICY_IDLE] = "idle",	    [POLICY_FIFO] = "fifo",
		[POLICY_RR] = "rr",
	};
	struct crew c;
	int r = ops_crew(s, op->cgroup, &c, reterr_why);

	if (r < 0)
		return r;
	for (size_t i = 0; r == 0 && i < c.count; i++)
		r = crew_set_policy(c.member[i], op->policy, op->priority,
				    reterr_why);
	free(c.member);
	str_add(in_force, names[op->policy]);
	if (op->priority)
		str_addf(in_force, ":%u", op->priority);
	return r;
}
