/* SPDX-License-Identifier: GPL-2.0-or-later */
/* flow-op.c - what one op finds and leaves. */
#include <string.h>

#include "tools/lib/spec/flow.h"

/* The states that an op's name means: @count of them from @first on, those that
 * do not exist among them. */
struct targets {
	struct flow_state *first;
	size_t count;
	const char *name;
};

static struct targets find(const struct flow *f, const char *name)
{
	struct targets t = { NULL, 0, name };
	int copy;

	for (size_t i = 0; i < f->count; i++) {
		struct flow_state *s = &f->state[i];

		if (!s->known || !cgroup_def_is(s->def, name, &copy) ||
		    (copy >= 0 && s->copy != (unsigned int)copy))
			continue;
		if (!t.first)
			t.first = s;
		t.count++;
	}
	return t;
}

/* The first of @t that exists, or NULL. */
static struct flow_state *existing(const struct targets *t)
{
	for (size_t i = 0; i < t->count; i++) {
		if (t->first[i].exists)
			return &t->first[i];
	}
	return NULL;
}

static void complain_of_absence(struct flow *f, const struct op *op,
				const struct targets *t)
{
	if (!t->count) {
		flow_complain(f, &op->at,
			      "there is no cgroup '%s' at this point", t->name);
		diag_hint(f->d, diag_nearest(t->name, f->names));
	} else if (t->first->removed_in_line) {
		flow_complain(f, &op->at,
			      "cgroup '%s' is gone, line %u removed it",
			      t->name, t->first->removed_in_line);
	} else {
		flow_complain(f, &op->at,
			      "cgroup '%s' is not there yet at this point: it "
			      "has 'start = op', and 'add-cgroup' makes it",
			      t->name);
	}
}

/* Those that @op names, of which one exists; or none, and a complaint. */
static struct targets need(struct flow *f, const struct op *op,
			   const char *name)
{
	struct targets t = find(f, name);

	if (existing(&t))
		return t;
	complain_of_absence(f, op, &t);
	t.count = 0;
	return t;
}

static bool need_workers(struct flow *f, const struct op *op,
			 const struct targets *t)
{
	for (size_t i = 0; i < t->count; i++) {
		if (t->first[i].exists && t->first[i].lots)
			return true;
	}
	if (t->count)
		flow_complain(f, &op->at,
			      "cgroup '%s' has no workers at this point",
			      t->name);
	return false;
}

static void need_cpuset(struct flow *f, const struct op *op,
			const struct targets *t)
{
	for (size_t i = 0; i < t->count; i++) {
		if (t->first[i].exists && t->first[i].has_cpuset)
			return;
	}
	if (t->count)
		flow_complain(f, &op->at,
			      "cgroup '%s' has no cpuset at this point",
			      t->name);
}

static void need_one(struct flow *f, const struct op *op,
		     const struct targets *t)
{
	if (t->count > 1)
		flow_complain(f, &op->at,
			      "'%s' means all copies here, and '%s' takes one, "
			      "such as %s-0",
			      t->name, op_kind_names[op->kind], t->name);
}

/* Workers that come into a frozen cgroup would never begin. */
static void need_thawed(struct flow *f, const struct op *op,
			const struct targets *t)
{
	for (size_t i = 0; i < t->count; i++) {
		const struct flow_state *up =
			t->first[i].exists ? flow_frozen(f, &t->first[i])
					   : NULL;

		if (!up)
			continue;
		flow_complain(f, &op->at, "cgroup '%s' is frozen at this point",
			      up == &t->first[i] ? t->name : up->def->name);
		return;
	}
}

/* Its own freezer is opened when its workers end, those above are not. */
static void need_thawed_above(struct flow *f, const struct op *op,
			      const struct targets *t)
{
	for (size_t i = 0; i < t->count; i++) {
		const struct flow_state *up = NULL;

		if (t->first[i].exists)
			up = flow_frozen(f, &t->first[i]);
		if (!up || up == &t->first[i])
			continue;
		flow_complain(f, &op->at, "cgroup '%s' is frozen at this point",
			      up->def->name);
		return;
	}
}

/* Those below end with it, and thaw. */
static void stop_below(struct flow *f, struct flow_state *top)
{
	for (size_t i = 0; i < f->count; i++) {
		struct flow_state *s = &f->state[i];

		if (!s->exists ||
		    (s != top && !flow_is_below(s->def->name, top->def->name)))
			continue;
		s->frozen = false;
		flow_stop(f, s);
	}
}

static void follow_cpusets(struct flow *f, const struct op *op,
			   struct targets *t)
{
	bool has = op->kind == OP_SET_CPUSET;
	bool each = op->cpuset.kind == CPUSET_EACH || op->cpuset.each;

	if (each && t->count && !amount_is_set(&t->first->def->copies))
		flow_complain(f, &op->at,
			      "'each' is for a cgroup with 'copies'");
	if (!has)
		need_cpuset(f, op, t);
	for (size_t i = 0; i < t->count; i++)
		t->first[i].has_cpuset = has;
}

static void follow_swap(struct flow *f, const struct op *op, struct targets *t)
{
	struct targets other;

	need_one(f, op, t);
	need_cpuset(f, op, t);
	other = need(f, op, op->other);
	need_one(f, op, &other);
	need_cpuset(f, op, &other);
}

static void follow_remove(struct flow *f, const struct op *op,
			  struct targets *t)
{
	const struct flow_state *child = flow_child(f, op->cgroup);

	need_thawed_above(f, op, t);
	if (t->count && child)
		flow_complain(f, &op->at,
			      "cgroup '%s' cannot be removed while '%s' is in "
			      "it",
			      op->cgroup, child->def->name);
	for (size_t i = 0; i < t->count; i++)
		flow_remove(f, &t->first[i], op->at.line);
}

static void follow_move(struct flow *f, const struct op *op,
			struct targets *from)
{
	struct targets to = need(f, op, op->other);
	const struct flow_state *child =
		to.count ? flow_child(f, op->other) : NULL;
	unsigned int lots = 0;

	need_workers(f, op, from);
	need_one(f, op, &to);
	need_thawed(f, op, from);
	need_thawed(f, op, &to);
	if (child)
		flow_complain(f, &op->at,
			      "cgroup '%s' cannot take workers: '%s' is in it, "
			      "and a cgroup holds either children or processes",
			      op->other, child->def->name);
	for (size_t i = 0; i < from->count; i++) {
		lots += from->first[i].lots;
		from->first[i].lots = 0;
		for (size_t k = 0; to.count && k < f->count; k++) {
			if (f->state[k].home == &from->first[i])
				f->state[k].home = to.first;
		}
	}
	if (to.count)
		to.first->lots += lots;
}

static void follow_add(struct flow *f, const struct op *op)
{
	struct targets t = find(f, op->cgroup);
	bool any = false;

	if (!t.count || !t.first->def->by_op) {
		if (!t.count)
			complain_of_absence(f, op, &t);
		else
			flow_complain(f, &op->at,
				      "cgroup '%s' is made by itself: "
				      "'add-cgroup' is for one with 'start = "
				      "op'",
				      op->cgroup);
		return;
	}
	flow_need_parent(f, t.first, &op->at);
	for (size_t i = 0; i < t.count; i++) {
		struct flow_state *s = &t.first[i];

		if (s->exists)
			continue;
		any = true;
		if (s->home && s->home != s)
			flow_complain(f, &op->at,
				      "the workers that began in cgroup '%s' "
				      "are in '%s' at this point, and must end "
				      "first",
				      op->cgroup, s->home->def->name);
		flow_make(s);
	}
	if (!any)
		flow_complain(f, &op->at,
			      "cgroup '%s' is there already at this point",
			      op->cgroup);
}

static void follow_spawn(struct flow *f, const struct op *op, struct targets *t)
{
	const struct flow_state *child =
		t->count ? flow_child(f, op->cgroup) : NULL;

	need_thawed(f, op, t);
	if (child)
		flow_complain(f, &op->at,
			      "cgroup '%s' cannot take workers: '%s' is in it, "
			      "and a cgroup holds either children or processes",
			      op->cgroup, child->def->name);
	for (size_t i = 0; i < t->count; i++)
		t->first[i].lots += t->first[i].exists;
}

static void follow_freezer(struct flow *f, const struct op *op,
			   struct targets *t)
{
	bool freeze = op->kind == OP_FREEZE, any = false;

	for (size_t i = 0; i < t->count; i++) {
		struct flow_state *s = &t->first[i];

		any |= s->exists && s->frozen != freeze;
		s->frozen = s->exists && freeze;
	}
	if (t->count && !any)
		flow_complain(f, &op->at, "cgroup '%s' is %s at this point",
			      op->cgroup,
			      freeze ? "frozen already" : "not frozen");
}

/* An op that names no cgroup. */
static void follow_nameless(struct flow *f, const struct op *op)
{
	if (op->kind == OP_SPAWN_HOST && f->in_loop && !f->second)
		flow_complain(f, &op->at,
			      "'spawn-host' in a loop would start workers "
			      "without end: nothing ends them before the test "
			      "does");
}

void flow_op(struct flow *f, const struct op *op)
{
	struct targets t;

	if (!op->cgroup) {
		follow_nameless(f, op);
		return;
	}
	if (op->kind == OP_ADD_CGROUP) {
		follow_add(f, op);
		return;
	}
	t = need(f, op, op->cgroup);
	switch (op->kind) {
	case OP_SET_CPUSET:
	case OP_CLEAR_CPUSET:
		follow_cpusets(f, op, &t);
		break;
	case OP_SWAP_CPUSETS:
		follow_swap(f, op, &t);
		break;
	case OP_SET_AFFINITY:
	case OP_SET_NICE:
	case OP_SET_POLICY:
		need_workers(f, op, &t);
		break;
	case OP_STOP_CGROUP:
		need_workers(f, op, &t);
		need_thawed_above(f, op, &t);
		for (size_t i = 0; i < t.count; i++)
			stop_below(f, &t.first[i]);
		break;
	case OP_REMOVE_CGROUP:
		follow_remove(f, op, &t);
		break;
	case OP_MOVE_TASKS:
		follow_move(f, op, &t);
		break;
	case OP_SPAWN:
		follow_spawn(f, op, &t);
		break;
	case OP_FREEZE:
	case OP_THAW:
		follow_freezer(f, op, &t);
		break;
	default:
		break;
	}
}
