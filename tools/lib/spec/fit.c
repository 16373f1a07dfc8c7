/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fit.c - does a test work on a machine of this shape? */
#include <stdio.h>
#include <string.h>

#include "tools/lib/spec/cpuset.h"
#include "tools/lib/spec/test-parts.h"

struct fit {
	const struct test *t;
	struct machine m;
	char shape[TOPOLOGY_TEXT_SIZE];
	struct diag *d;
};

/* True, and a complaint, when @spec has no CPUs here; else they are @ret. */
static bool is_impossible(const struct fit *f, const struct cpuset_spec *spec,
			  const struct place *at, cpu_set_t *ret)
{
	struct why why;

	if (cpuset_resolve(spec, &f->m, ret, &why) == 0)
		return false;
	diag_add(f->d, at, "on %s: %s", f->shape, why.text);
	return true;
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

/* A child gets none of what its parent does not have. */
static void check_parent(const struct fit *f, const struct cgroup_def *c,
			 const cpu_set_t *set, const struct place *at)
{
	for (size_t i = 0; i < f->t->cgroup_count; i++) {
		const struct cgroup_def *p = &f->t->cgroup[i];
		size_t len = strlen(p->name);
		cpu_set_t parent, both;

		if (strncmp(c->name, p->name, len) != 0 ||
		    c->name[len] != '/' ||
		    cpuset_resolve(&p->cpuset, &f->m, &parent, NULL) < 0)
			continue;
		CPU_AND(&both, set, &parent);
		if (CPU_COUNT(&both) == 0)
			diag_add(f->d, at,
				 "on %s: no CPU of this is in the cpuset of "
				 "'%s', its parent",
				 f->shape, p->name);
	}
}

static void check_cgroups(const struct fit *f, const struct cgroup_def *c,
			  size_t count, bool at_start)
{
	for (size_t i = 0; i < count; i++) {
		const struct place *at =
			place_of(&f->t->conf, "cgroup", c[i].name, "cpuset");
		cpu_set_t set;

		if (is_impossible(f, &c[i].cpuset, at, &set))
			continue;
		/* Later a parent's cpuset may have been changed. */
		if (at_start && c[i].cpuset.kind != CPUSET_NONE)
			check_parent(f, &c[i], &set, at);
		for (size_t j = 0; j < c[i].work_count; j++) {
			const struct work *w = &c[i].work[j];

			check_affinity(f, &w->affinity, &set, &w->at);
			work_check_fit(w, &f->m, &set, f->t->workers, f->shape,
				       f->d);
		}
	}
}

void test_check_fit(const struct test *t, const struct topology *machine,
		    struct diag *d)
{
	struct fit f = { .t = t, .d = d };

	if (machine_from_topology(machine, &f.m) < 0)
		return;
	topology_format(machine, f.shape);
	check_cgroups(&f, t->cgroup, t->cgroup_count, true);
	for (size_t i = 0; i < t->step_count; i++) {
		const struct step *s = &t->step[i];

		for (size_t j = 0; j < s->op_count; j++) {
			const struct op *op = &s->op[j];
			cpu_set_t set;

			if (op->kind == OP_SET_CPUSET)
				(void)is_impossible(&f, &op->cpuset, &op->at,
						    &set);
			else if (op->kind == OP_SET_AFFINITY)
				check_affinity(&f, &op->affinity, &f.m.all,
					       &op->at);
		}
		check_cgroups(&f, s->cgroup, s->cgroup_count, false);
	}
	machine_done(&f.m);
}
