/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fit.c - does a test work on a machine of this shape? Its cgroups are followed
 * with the CPUs that each of them has.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/lib/cpulist.h"
#include "tools/lib/spec/fit.h"

struct fit_group *fit_find(const struct fit *f, const char *name, size_t *at)
{
	while (*at < f->count) {
		struct fit_group *g = &f->group[(*at)++];
		int copy;

		if (cgroup_def_is(g->def, name, &copy) &&
		    (copy < 0 || g->copy == (unsigned int)copy))
			return g;
	}
	return NULL;
}

bool fit_cpuset(const struct fit *f, const struct cpuset_spec *spec,
		const struct fit_group *g, const struct place *at,
		cpu_set_t *ret)
{
	struct cpuset_spec own = *spec;
	struct why why;

	if (g)
		own = cpuset_for_copy(spec, g->copy, g->copies);
	if (cpuset_resolve(&own, &f->m, ret, &why) == 0)
		return true;
	diag_add(f->d, at, "on %s: %s", f->shape, why.text);
	return false;
}

/* The one that @g is in; NULL: the root. */
static const struct fit_group *parent_of(const struct fit *f,
					 const struct fit_group *g)
{
	const char *slash = strrchr(g->def->name, '/');

	for (size_t i = 0; slash && i < f->count; i++) {
		const struct cgroup_def *p = f->group[i].def;

		if (strncmp(p->name, g->def->name,
			    (size_t)(slash - g->def->name)) == 0 &&
		    !p->name[slash - g->def->name] && f->group[i].exists)
			return &f->group[i];
	}
	return NULL;
}

/*
 * What the kernel makes of @g's CPUs: those of the parent where none of its own
 * is among them. Parents stand before children.
 */
static void refresh(const struct fit *f, struct fit_group *g)
{
	const struct fit_group *p = parent_of(f, g);
	const cpu_set_t *above = p ? &p->cpus : &f->online;

	g->cpus = *above;
	if (g->has_cpuset)
		CPU_AND(&g->cpus, above, &g->cpuset);
	if (CPU_COUNT(&g->cpus) == 0)
		g->cpus = *above;
}

void fit_refresh(struct fit *f, const struct fit_group *cause,
		 const struct place *at)
{
	for (size_t i = 0; i < f->count; i++) {
		struct fit_group *g = &f->group[i];
		cpu_set_t online, left;

		if (!g->exists)
			continue;
		refresh(f, g);
		CPU_AND(&online, &g->cpuset, &f->online);
		CPU_AND(&left, &g->cpus, &g->cpuset);
		/* Of a cpuset that is off line the kernel takes care. */
		if (!cause || !g->has_cpuset || CPU_COUNT(&left) ||
		    !CPU_COUNT(&online))
			continue;
		if (g == cause)
			diag_add(f->d, at,
				 "on %s: no CPU of this is in the cpuset of "
				 "'%.*s', its parent",
				 f->shape,
				 (int)(strrchr(g->def->name, '/') -
				       g->def->name),
				 g->def->name);
		else
			diag_add(f->d, at,
				 "on %s: this leaves no CPU to cgroup '%s', "
				 "which is below",
				 f->shape, g->def->name);
		return;
	}
}

static void check_affinity(const struct fit *f, const struct affinity *a,
			   const cpu_set_t *pool, const struct place *at)
{
	uint64_t random = 0;
	cpu_set_t set;

	if (affinity_resolve(a, pool, &f->m, &random, &set) < 0)
		diag_add(f->d, at,
			 "on %s: no CPU of the affinity is in the cgroup's "
			 "cpuset",
			 f->shape);
}

void fit_affinity(const struct fit *f, const struct affinity *a,
		  const struct fit_group *g, const struct place *at)
{
	check_affinity(f, a, g ? &g->cpus : &f->online, at);
}

bool fit_work(struct fit *f, const struct work *w, const struct fit_group *g)
{
	unsigned int before = f->d->count, n = 0;

	work_check_fit(w, &f->m, g ? &g->cpus : &f->online, f->t->workers,
		       f->shape, f->d);
	if (work_count(w, &f->numbers, &n, NULL) == 0)
		f->workers += n;
	fit_affinity(f, &w->affinity, g, &w->at);
	return f->d->count == before;
}

static void check_mems(const struct fit *f, const struct cgroup_def *c)
{
	for (unsigned int n = 0; c->has_mems && n < CPU_SETSIZE; n++) {
		if (!CPU_ISSET(n, &c->mems) || n < f->m.node_count)
			continue;
		diag_add(f->d, place_of(&f->t->conf, "cgroup", c->name, "mems"),
			 "on %s: there is no NUMA node %u: the machine has %u",
			 f->shape, n, f->m.node_count);
		return;
	}
}

bool fit_make(struct fit *f, struct fit_group *g)
{
	const struct cgroup_def *c = g->def;
	const struct place *at =
		place_of(&f->t->conf, "cgroup", c->name, "cpuset");
	unsigned int before = f->d->count;

	g->exists = true;
	g->has_cpuset = c->cpuset.kind != CPUSET_NONE;
	if (g->has_cpuset && !fit_cpuset(f, &c->cpuset, g, at, &g->cpuset))
		return g->has_cpuset = false;
	fit_refresh(f, g, at);
	for (size_t i = 0; i < c->work_count; i++)
		(void)fit_work(f, &c->work[i], g);
	if (!c->empty && !c->work_count)
		f->workers += f->t->workers;
	return f->d->count == before;
}

/* All that their sections make; one complaint for all copies. */
static void make_all(struct fit *f, const struct cgroup_def *c, size_t count)
{
	const struct cgroup_def *failed = NULL;

	for (size_t i = 0; count && i < f->count; i++) {
		struct fit_group *g = &f->group[i];

		if (g->def < c || g->def >= c + count || g->def->by_op ||
		    g->def == failed)
			continue;
		if (!fit_make(f, g))
			failed = g->def;
	}
}

static void end_step(struct fit *f, const struct step *step)
{
	for (size_t i = 0; step->cgroup_count && i < f->count; i++) {
		const struct cgroup_def *c = f->group[i].def;

		if (c->of_step && c >= step->cgroup &&
		    c < step->cgroup + step->cgroup_count)
			f->group[i].exists = false;
	}
}

static void follow_step(struct fit *f, const struct step *step)
{
	bool loops = step->hold.loop_ns > 0;

	if (loops)
		make_all(f, step->cgroup, step->cgroup_count);
	for (size_t i = 0; i < step->op_count; i++)
		fit_op(f, &step->op[i]);
	if (!loops)
		make_all(f, step->cgroup, step->cgroup_count);
	end_step(f, step);
}

/* Copies of @c here; 0, and a complaint, when the machine has no number. */
static unsigned int copies_of(const struct fit *f, const struct cgroup_def *c)
{
	unsigned int n = 1;
	struct why why;

	if (!amount_is_set(&c->copies))
		return 1;
	if (amount_eval_in(&c->copies, &f->numbers, "'copies'", 1,
			   CGROUP_COPIES_MAX, &n, &why) < 0) {
		diag_add(f->d,
			 place_of(&f->t->conf, "cgroup", c->name, "copies"),
			 "on %s: %s", f->shape, why.text);
		return 0;
	}
	return n;
}

static int add_groups(struct fit *f, const struct cgroup_def *c, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		unsigned int n = copies_of(f, &c[i]);
		struct fit_group *grown = reallocarray(
			f->group, f->count + n + 1, sizeof(*grown));

		if (!grown)
			return -ENOMEM;
		f->group = grown;
		check_mems(f, &c[i]);
		for (unsigned int k = 0; k < n; k++)
			grown[f->count++] = (struct fit_group){ .def = &c[i],
								.copy = k,
								.copies = n };
	}
	return 0;
}

static int add_all_groups(struct fit *f)
{
	int r = add_groups(f, f->t->cgroup, f->t->cgroup_count);

	for (size_t i = 0; r == 0 && i < f->t->step_count; i++)
		r = add_groups(f, f->t->step[i].cgroup,
			       f->t->step[i].cgroup_count);
	return r;
}

static void follow(struct fit *f)
{
	unsigned int before = f->d->count;

	if (add_all_groups(f) < 0)
		return;
	/* Without a number of copies the rest cannot be followed. */
	if (f->d->count > before)
		return;
	make_all(f, f->t->cgroup, f->t->cgroup_count);
	for (size_t i = 0; i < f->t->step_count; i++)
		follow_step(f, &f->t->step[i]);
	if (f->workers > WORKERS_OF_TEST_MAX)
		diag_add(f->d, &f->t->conf.section[0].at,
			 "on %s: this test has %u workers, and %d is the most",
			 f->shape, f->workers, WORKERS_OF_TEST_MAX);
}

void test_check_fit(const struct test *t, const struct topology *machine,
		    struct diag *d)
{
	struct fit f = { .t = t, .d = d };

	if (machine_from_topology(machine, &f.m) < 0)
		return;
	f.online = f.m.all;
	f.numbers = amount_machine_of(&f.m, t->workers);
	topology_format(machine, f.shape);
	follow(&f);
	free(f.group);
	machine_done(&f.m);
}
