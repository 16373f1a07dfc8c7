/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * flow.c - what each op of a test finds when it runs: does the cgroup exist
 * there, has it workers, a cpuset, children? All of it is known beforehand.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tools/lib/spec/test-parts.h"

/* A cgroup at one point of the test; once known it stays in the list. */
struct state {
	const struct cgroup_def *def;
	bool exists, has_workers, has_cpuset;
	unsigned int removed_in_line;
};

struct flow {
	struct state *state;
	const char **names; /* for "did you mean"; NULL-terminated */
	size_t count;
	struct diag *d;
};

static struct state *find(const struct flow *f, const char *name)
{
	for (size_t i = 0; i < f->count; i++) {
		if (strcmp(f->state[i].def->name, name) == 0)
			return &f->state[i];
	}
	return NULL;
}

/* Is @child below @parent, at any depth? */
static bool is_below(const char *child, const char *parent)
{
	size_t len = strlen(parent);

	return strncmp(child, parent, len) == 0 && child[len] == '/';
}

static const struct state *find_child(const struct flow *f, const char *name)
{
	for (size_t i = 0; i < f->count; i++) {
		if (f->state[i].exists && is_below(f->state[i].def->name, name))
			return &f->state[i];
	}
	return NULL;
}

/* The state of a cgroup that @op names, or NULL and a complaint. */
static struct state *need(struct flow *f, const struct op *op, const char *name)
{
	struct state *s = find(f, name);

	if (s && s->exists)
		return s;
	if (s)
		diag_add(f->d, &op->at,
			 "cgroup '%s' is gone, line %u removed it", name,
			 s->removed_in_line);
	else {
		diag_add(f->d, &op->at, "there is no cgroup '%s' at this point",
			 name);
		diag_hint(f->d, diag_nearest(name, f->names));
	}
	return NULL;
}

static bool need_workers(struct flow *f, const struct op *op, struct state *s)
{
	if (s && !s->has_workers)
		diag_add(f->d, &op->at,
			 "cgroup '%s' has no workers at this point",
			 s->def->name);
	return s && s->has_workers;
}

static void need_cpuset(struct flow *f, const struct op *op, struct state *s)
{
	if (s && !s->has_cpuset)
		diag_add(f->d, &op->at,
			 "cgroup '%s' has no cpuset at this point",
			 s->def->name);
}

static void follow_remove(struct flow *f, const struct op *op, struct state *s)
{
	const struct state *child = find_child(f, op->cgroup);

	if (!s)
		return;
	if (child)
		diag_add(f->d, &op->at,
			 "cgroup '%s' cannot be removed while '%s' is in it",
			 op->cgroup, child->def->name);
	s->exists = false;
	s->removed_in_line = op->at.line;
}

static void follow_move(struct flow *f, const struct op *op, struct state *from)
{
	struct state *to = need(f, op, op->other);
	const struct state *child = to ? find_child(f, op->other) : NULL;

	need_workers(f, op, from);
	if (child)
		diag_add(f->d, &op->at,
			 "cgroup '%s' cannot take workers: '%s' is in it, and "
			 "a cgroup holds either children or processes",
			 op->other, child->def->name);
	if (from)
		from->has_workers = false;
	if (to)
		to->has_workers = true;
}

static void follow_op(struct flow *f, const struct op *op)
{
	struct state *s = need(f, op, op->cgroup);

	switch (op->kind) {
	case OP_SET_CPUSET:
		if (s)
			s->has_cpuset = true;
		break;
	case OP_CLEAR_CPUSET:
		need_cpuset(f, op, s);
		if (s)
			s->has_cpuset = false;
		break;
	case OP_SWAP_CPUSETS:
		need_cpuset(f, op, s);
		need_cpuset(f, op, need(f, op, op->other));
		break;
	case OP_SET_AFFINITY:
		need_workers(f, op, s);
		break;
	case OP_STOP_CGROUP:
		if (need_workers(f, op, s))
			s->has_workers = false;
		break;
	case OP_REMOVE_CGROUP:
		follow_remove(f, op, s);
		break;
	case OP_MOVE_TASKS:
		follow_move(f, op, s);
		break;
	case OP_KINDS:
		break;
	}
}

/* The cgroup that @c is a child of must be there, without processes. */
static void check_parent(struct flow *f, const struct cgroup_def *c)
{
	const char *slash = strrchr(c->name, '/');
	const struct state *parent = NULL;
	char name[256];

	if (!slash || !cgroup_is_name(c->name) ||
	    (size_t)(slash - c->name) >= sizeof(name))
		return;
	memcpy(name, c->name, (size_t)(slash - c->name));
	name[slash - c->name] = '\0';
	parent = find(f, name);
	if (!parent || !parent->exists)
		diag_add(f->d, &c->at,
			 "cgroup '%s' needs its parent first: [cgroup %s] with "
			 "'work = none'",
			 c->name, name);
	else if (parent->has_workers)
		diag_add(f->d, &c->at,
			 "cgroup '%s' cannot be in '%s', which has workers: a "
			 "cgroup holds either children or processes",
			 c->name, name);
}

static void follow_cgroups(struct flow *f, const struct cgroup_def *c,
			   size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct state *same = find(f, c[i].name);

		if (same) {
			diag_add(f->d, &c[i].at,
				 "a second cgroup '%s', the first is in line "
				 "%u",
				 c[i].name, same->def->at.line);
			continue;
		}
		check_parent(f, &c[i]);
		f->names[f->count] = c[i].name;
		f->state[f->count++] = (struct state){
			.def = &c[i],
			.exists = true,
			.has_workers = !c[i].empty,
			.has_cpuset = c[i].cpuset.kind != CPUSET_NONE,
		};
	}
}

int test_check_flow(const struct test *t, struct diag *d)
{
	struct flow f = { .d = d };
	size_t all = t->cgroup_count;

	for (size_t i = 0; i < t->step_count; i++)
		all += t->step[i].cgroup_count;
	f.state = calloc(all + 1, sizeof(*f.state));
	f.names = calloc(all + 1, sizeof(*f.names));
	if (f.state && f.names) {
		follow_cgroups(&f, t->cgroup, t->cgroup_count);
		for (size_t i = 0; i < t->step_count; i++) {
			const struct step *s = &t->step[i];

			for (size_t j = 0; j < s->op_count; j++)
				follow_op(&f, &s->op[j]);
			follow_cgroups(&f, s->cgroup, s->cgroup_count);
		}
	}
	bool failed = !f.state || !f.names;
	free(f.state);
	free(f.names);
	return failed ? -ENOMEM : 0;
}
