/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * flow.c - what each op of a test finds when it runs: does the cgroup exist
 * there, has it workers, a cpuset, children? All of it is known beforehand.
 *
 * Copies whose number depends on the machine are followed as those that are
 * named by themselves and one more, which stands for the rest.
 */
#include "tools/lib/spec/flow.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void flow_complain(struct flow *f, const struct place *at, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	diag_add(f->d, at, "%s%s", text,
		 f->second ? ", when the loop comes to it again" : "");
}

bool flow_is_below(const char *child, const char *parent)
{
	size_t len = strlen(parent);

	return strncmp(child, parent, len) == 0 && child[len] == '/';
}

const struct flow_state *flow_child(const struct flow *f, const char *name)
{
	for (size_t i = 0; i < f->count; i++) {
		if (f->state[i].exists &&
		    flow_is_below(f->state[i].def->name, name))
			return &f->state[i];
	}
	return NULL;
}

void flow_make(struct flow_state *s)
{
	const struct cgroup_def *c = s->def;

	s->exists = true;
	s->frozen = false;
	s->has_cpuset = c->cpuset.kind != CPUSET_NONE;
	s->lots = c->empty	  ? 0
		  : c->work_count ? (unsigned int)c->work_count
				  : 1;
}

void flow_stop(struct flow *f, struct flow_state *s)
{
	s->lots = 0;
	for (size_t i = 0; i < f->count; i++) {
		if (f->state[i].home == s)
			f->state[i].home = NULL;
	}
}

void flow_remove(struct flow *f, struct flow_state *s, unsigned int line)
{
	s->exists = s->frozen = false;
	s->removed_in_line = line;
	flow_stop(f, s);
}

const struct flow_state *flow_frozen(const struct flow *f,
				     const struct flow_state *s)
{
	for (size_t i = 0; i < f->count; i++) {
		const struct flow_state *up = &f->state[i];

		if (up->exists && up->frozen &&
		    (up == s || flow_is_below(s->def->name, up->def->name)))
			return up;
	}
	return NULL;
}

static const struct flow_state *find_plain(const struct flow *f,
					   const char *name)
{
	for (size_t i = 0; i < f->count; i++) {
		if (f->state[i].known &&
		    strcmp(f->state[i].def->name, name) == 0)
			return &f->state[i];
	}
	return NULL;
}

void flow_need_parent(struct flow *f, const struct flow_state *s,
		      const struct place *at)
{
	const char *own = s->def->name, *slash = strrchr(own, '/');
	const struct flow_state *parent;
	char name[256];

	if (!slash || !cgroup_is_name(own) ||
	    (size_t)(slash - own) >= sizeof(name))
		return;
	snprintf(name, sizeof(name), "%.*s", (int)(slash - own), own);
	parent = find_plain(f, name);
	if (parent && amount_is_set(&parent->def->copies))
		flow_complain(f, at,
			      "cgroup '%s' cannot be in '%s', of which there "
			      "are copies",
			      own, name);
	else if (!parent || !parent->exists)
		flow_complain(f, at,
			      "cgroup '%s' needs its parent first: [cgroup %s] "
			      "with 'work = none'",
			      own, name);
	else if (parent->lots)
		flow_complain(f, at,
			      "cgroup '%s' cannot be in '%s', which has "
			      "workers: a cgroup holds either children or "
			      "processes",
			      own, name);
	else if (flow_frozen(f, s))
		flow_complain(f, at, "cgroup '%s' is frozen at this point",
			      name);
}

/* Two names for one folder, or one name for two. */
static bool is_taken(struct flow *f, const struct cgroup_def *c)
{
	int copy;

	for (size_t i = 0; i < f->count && f->state[i].def != c; i++) {
		const struct cgroup_def *other = f->state[i].def;

		if (strcmp(other->name, c->name) == 0)
			diag_add(f->d, &c->at,
				 "a second cgroup '%s', the first is in line "
				 "%u",
				 c->name, other->at.line);
		else if (cgroup_def_is(other, c->name, &copy) ||
			 cgroup_def_is(c, other->name, &copy))
			diag_add(f->d, &c->at,
				 "cgroup '%s' and the copies of '%s' in line "
				 "%u have names in common",
				 c->name, other->name, other->at.line);
		else
			continue;
		return true;
	}
	return false;
}

/* The section of @c is reached, or the start if an op makes it. */
static void reach(struct flow *f, const struct cgroup_def *c)
{
	bool taken = is_taken(f, c), first = true;

	for (size_t i = 0; !taken && i < f->count; i++) {
		struct flow_state *s = &f->state[i];

		if (s->def != c)
			continue;
		if (first && !c->by_op)
			flow_need_parent(f, s, &c->at);
		first = false;
		s->known = true;
		if (!c->by_op)
			flow_make(s);
	}
	if (!taken)
		f->names[f->name_count++] = c->name;
}

static void reach_all(struct flow *f, const struct cgroup_def *c, size_t count,
		      bool by_op)
{
	for (size_t i = 0; i < count; i++) {
		if (c[i].by_op == by_op)
			reach(f, &c[i]);
	}
}

/* Those that live as long as their step, children before parents. */
static void end_step(struct flow *f, const struct step *step)
{
	for (size_t i = step->cgroup_count; i > 0; i--) {
		const struct cgroup_def *c = &step->cgroup[i - 1];
		const struct flow_state *child = flow_child(f, c->name);

		if (!c->of_step)
			continue;
		if (child)
			flow_complain(f, &c->at,
				      "cgroup '%s' ends with its step, while "
				      "'%s' is in it",
				      c->name, child->def->name);
		for (size_t k = 0; k < f->count; k++) {
			struct flow_state *s = &f->state[k];

			if (s->def == c && s->exists)
				flow_remove(f, s, c->at.line);
		}
	}
}

static void run_ops(struct flow *f, const struct step *step)
{
	for (size_t i = 0; i < step->op_count; i++)
		flow_op(f, &step->op[i]);
}

/* A turn must find what the one before it found, for ever. */
static int follow_loop(struct flow *f, const struct step *step)
{
	unsigned int before = f->d->count, *lots;

	f->in_loop = true;
	run_ops(f, step);
	f->in_loop = false;
	if (f->d->count > before)
		return 0;
	lots = calloc(f->count + 1, sizeof(*lots));
	if (!lots)
		return -ENOMEM;
	for (size_t i = 0; i < f->count; i++)
		lots[i] = f->state[i].lots;
	f->in_loop = f->second = true;
	run_ops(f, step);
	f->in_loop = f->second = false;
	for (size_t i = 0; i < f->count && f->d->count == before; i++) {
		if (f->state[i].lots > lots[i])
			diag_add(f->d, &step->at,
				 "each turn of the loop adds workers to cgroup "
				 "'%s', and nothing in it ends them",
				 f->state[i].def->name);
	}
	free(lots);
	return 0;
}

static int follow_step(struct flow *f, const struct step *step)
{
	int r = 0;

	if (!step->hold.loop_ns)
		run_ops(f, step);
	reach_all(f, step->cgroup, step->cgroup_count, false);
	if (step->hold.loop_ns)
		r = follow_loop(f, step);
	end_step(f, step);
	return r;
}

/* The highest copy of @c that an op names, or -1. */
static int highest_named(const struct test *t, const struct cgroup_def *c)
{
	int highest = -1, copy;

	for (size_t i = 0; i < t->step_count; i++) {
		for (size_t k = 0; k < t->step[i].op_count; k++) {
			const struct op *op = &t->step[i].op[k];

			if (op->cgroup && cgroup_def_is(c, op->cgroup, &copy) &&
			    copy > highest)
				highest = copy;
			if (op->other && cgroup_def_is(c, op->other, &copy) &&
			    copy > highest)
				highest = copy;
		}
	}
	return highest;
}

static void add_states(struct flow *f, const struct cgroup_def *c, size_t count)
{
	static const struct amount_machine none;

	for (size_t i = 0; i < count; i++) {
		unsigned int n = 1;
		uint64_t copies = UINT64_MAX;

		if (amount_is_set(&c[i].copies))
			n = (unsigned int)(highest_named(f->t, &c[i]) + 2);
		if (amount_is_set(&c[i].copies) &&
		    amount_is_constant(&c[i].copies) &&
		    amount_eval(&c[i].copies, &none, &copies, NULL) == 0 &&
		    copies < n)
			n = (unsigned int)copies;
		for (unsigned int k = 0; k < n; k++) {
			if (f->state)
				f->state[f->count] =
					(struct flow_state){ .def = &c[i],
							     .copy = k };
			f->count++;
		}
	}
}

static void add_all_states(struct flow *f)
{
	add_states(f, f->t->cgroup, f->t->cgroup_count);
	for (size_t i = 0; i < f->t->step_count; i++)
		add_states(f, f->t->step[i].cgroup, f->t->step[i].cgroup_count);
}

/* A cgroup that only an op makes, and none does. */
static void check_added(struct flow *f, const struct cgroup_def *c,
			size_t count)
{
	for (size_t i = 0; i < count; i++) {
		bool added = !c[i].by_op;
		int copy;

		for (size_t s = 0; s < f->t->step_count; s++) {
			const struct step *step = &f->t->step[s];

			for (size_t k = 0; k < step->op_count; k++)
				added |=
					step->op[k].kind == OP_ADD_CGROUP &&
					cgroup_def_is(&c[i], step->op[k].cgroup,
						      &copy);
		}
		if (!added)
			diag_add(f->d, &c[i].at,
				 "cgroup '%s' has 'start = op', and no "
				 "'add-cgroup' makes it",
				 c[i].name);
	}
}

static int follow(struct flow *f)
{
	const struct test *t = f->t;
	int r = 0;

	reach_all(f, t->cgroup, t->cgroup_count, true);
	check_added(f, t->cgroup, t->cgroup_count);
	for (size_t i = 0; i < t->step_count; i++) {
		reach_all(f, t->step[i].cgroup, t->step[i].cgroup_count, true);
		check_added(f, t->step[i].cgroup, t->step[i].cgroup_count);
	}
	reach_all(f, t->cgroup, t->cgroup_count, false);
	for (size_t i = 0; r == 0 && i < t->step_count; i++)
		r = follow_step(f, &t->step[i]);
	return r;
}

int test_check_flow(const struct test *t, struct diag *d)
{
	struct flow f = { .t = t, .d = d };
	int r = -ENOMEM;

	add_all_states(&f); /* counts them */
	f.state = calloc(f.count + 1, sizeof(*f.state));
	f.names = calloc(f.count + 1, sizeof(*f.names));
	f.count = 0;
	if (f.state && f.names) {
		add_all_states(&f);
		r = follow(&f);
	}
	free(f.state);
	free(f.names);
	return r;
}
