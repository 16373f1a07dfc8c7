/* SPDX-License-Identifier: GPL-2.0-or-later */
/* payload-flow.c - when payloads run, and in which cgroups. */
#include <stdlib.h>
#include <string.h>

#include "tools/lib/spec/flow.h"

/* The lines where it was started and where it ended; 0: not yet. */
struct course {
	unsigned int begun, over;
};

static bool is_payload_op(enum op_kind kind)
{
	return kind == OP_RUN_PAYLOAD || kind == OP_WAIT_PAYLOAD ||
	       kind == OP_KILL_PAYLOAD;
}

static const struct payload *find(const struct test *t, const char *name)
{
	for (size_t i = 0; i < t->payload_count; i++) {
		if (strcmp(t->payload[i].name, name) == 0)
			return &t->payload[i];
	}
	return NULL;
}

static void complain_of_absence(const struct test *t, const struct op *op,
				struct diag *d)
{
	const char *names[PAYLOADS_MAX + 1] = { NULL };

	for (size_t i = 0; i < t->payload_count && i < PAYLOADS_MAX; i++)
		names[i] = t->payload[i].name;
	diag_add(d, &op->at, "there is no [payload %s]", op->payload);
	diag_hint(d, diag_nearest(op->payload, names));
}

static void follow_run(const struct payload *p, const struct op *op,
		       struct course *c, struct diag *d)
{
	if (!p->by_op)
		diag_add(d, &op->at,
			 "payload '%s' starts with the test: 'run-payload' is "
			 "for one with 'start = op'",
			 p->name);
	else if (c->begun)
		diag_add(d, &op->at,
			 "payload '%s' runs once, and line %u starts it",
			 p->name, c->begun);
	c->begun = op->at.line;
}

static void follow_end(const struct payload *p, const struct op *op,
		       struct course *c, struct diag *d)
{
	if (!c->begun)
		diag_add(d, &op->at,
			 "payload '%s' was not started at this point", p->name);
	else if (c->over)
		diag_add(d, &op->at,
			 "payload '%s' is over at this point: see line %u",
			 p->name, c->over);
	if (c->begun)
		c->over = op->at.line;
}

static void follow_loop(const struct op *op, struct course *c, struct diag *d)
{
	diag_add(d, &op->at, "a payload runs once, so '%s' cannot be in a loop",
		 op_kind_names[op->kind]);
	c->begun = op->at.line;
}

static void follow(const struct test *t, const struct step *s,
		   const struct op *op, struct course *course, struct diag *d)
{
	const struct payload *p;

	if (!is_payload_op(op->kind) || !op->payload)
		return;
	p = find(t, op->payload);
	if (!p)
		complain_of_absence(t, op, d);
	else if (s->hold.loop_ns)
		follow_loop(op, &course[p - t->payload], d);
	else if (op->kind == OP_RUN_PAYLOAD)
		follow_run(p, op, &course[p - t->payload], d);
	else
		follow_end(p, op, &course[p - t->payload], d);
}

/* One that is there from the start to the end, and may hold processes. */
static void check_cgroup(const struct test *t, const struct payload *p,
			 struct diag *d)
{
	const struct place *at =
		place_of(&t->conf, "payload", p->name, "cgroup");
	const struct cgroup_def *c = NULL;

	for (size_t i = 0; i < t->cgroup_count; i++) {
		if (strcmp(t->cgroup[i].name, p->cgroup) == 0)
			c = &t->cgroup[i];
		if (flow_is_below(t->cgroup[i].name, p->cgroup))
			diag_add(d, at,
				 "'%s' is in '%s', and a cgroup holds either "
				 "children or processes",
				 t->cgroup[i].name, p->cgroup);
	}
	if (!c)
		diag_add(d, at, "there is no cgroup '%s' above the first step",
			 p->cgroup);
	else if (c->by_op || amount_is_set(&c->copies))
		diag_add(d, at,
			 "a payload's cgroup has neither 'start = op' nor "
			 "'copies'");
}

/* Nothing below it comes, and it does not go, while the payload may run. */
static void check_cgroup_stays(const struct test *t, const struct payload *p,
			       const struct step *s, struct diag *d)
{
	for (size_t i = 0; i < s->cgroup_count; i++) {
		if (flow_is_below(s->cgroup[i].name, p->cgroup))
			diag_add(d,
				 place_of(&t->conf, "payload", p->name,
					  "cgroup"),
				 "'%s' is in '%s', and a cgroup holds either "
				 "children or processes",
				 s->cgroup[i].name, p->cgroup);
	}
	for (size_t i = 0; i < s->op_count; i++) {
		const struct op *op = &s->op[i];

		if (op->kind == OP_REMOVE_CGROUP &&
		    (strcmp(op->cgroup, p->cgroup) == 0 ||
		     flow_is_below(p->cgroup, op->cgroup)))
			diag_add(d, &op->at,
				 "payload '%s' has cgroup '%s' to the end of "
				 "the test",
				 p->name, p->cgroup);
	}
}

void test_check_payloads(struct test *t, struct diag *d)
{
	struct course course[PAYLOADS_MAX + 1] = { 0 };

	if (t->payload_count > PAYLOADS_MAX)
		return; /* that was complained of */
	for (size_t i = 0; i < t->payload_count; i++) {
		struct payload *p = &t->payload[i];

		if (!p->timeout_ns)
			p->timeout_ns = t->duration_ns;
		course[i].begun = p->by_op ? 0 : p->at.line;
		if (p->cgroup)
			check_cgroup(t, p, d);
		for (size_t k = 0; p->cgroup && k < t->step_count; k++)
			check_cgroup_stays(t, p, &t->step[k], d);
	}
	for (size_t i = 0; i < t->step_count; i++) {
		const struct step *s = &t->step[i];

		for (size_t k = 0; k < s->op_count; k++)
			follow(t, s, &s->op[k], course, d);
	}
	for (size_t i = 0; i < t->payload_count; i++) {
		if (!course[i].begun)
			diag_add(d, &t->payload[i].at,
				 "payload '%s' never runs: no step has "
				 "'run-payload = %s'",
				 t->payload[i].name, t->payload[i].name);
	}
}
