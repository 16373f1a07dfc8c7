/* SPDX-License-Identifier: GPL-2.0-or-later */
/* flow.h - cgroups at one point of a test, while it is followed (private to
 * the checks of tests). */
#pragma once

#include "tools/lib/spec/test-parts.h"

/**
 * struct flow_state - a cgroup, or some copies of it that are alike
 * @copy:  which, or the first of them
 * @known: its section was reached, or an op may make it
 * @lots:  kinds of worker in it
 * @home:  where the workers are that began in it, or NULL when they ended
 * @removed_in_line: of the op that removed it last
 */
struct flow_state {
	const struct cgroup_def *def;
	unsigned int copy, lots, removed_in_line;
	bool known, exists, has_cpuset, frozen;
	const struct flow_state *home;
};

/**
 * struct flow - a test that is followed
 * @state: all cgroups, in the order of the file
 * @names: of those that are known, for "did you mean"; NULL-terminated
 * @second: in the second turn of a loop
 */
struct flow {
	const struct test *t;
	struct flow_state *state;
	const char **names;
	size_t count, name_count;
	bool second, in_loop;
	struct diag *d;
};

/* Complain, and tell of the second turn. */
void flow_complain(struct flow *f, const struct place *at, const char *fmt, ...)
	KTSTR_PRINTF(3, 4);

/* Is @child below @parent, at any depth? */
bool flow_is_below(const char *child, const char *parent);

/* One that exists below @name, or NULL. */
const struct flow_state *flow_child(const struct flow *f, const char *name);

/* The one that @s is in exists, holds no workers and is not frozen; or a
 * complaint. */
void flow_need_parent(struct flow *f, const struct flow_state *s,
		      const struct place *at);

/* It is made. */
void flow_make(struct flow_state *s);

/* One that is frozen, exists, and is above @s, or @s itself; or NULL. */
const struct flow_state *flow_frozen(const struct flow *f,
				     const struct flow_state *s);

/* It goes, with its workers. */
void flow_remove(struct flow *f, struct flow_state *s, unsigned int line);

/* All workers in @s end. */
void flow_stop(struct flow *f, struct flow_state *s);

/* Follow one op. */
void flow_op(struct flow *f, const struct op *op);
