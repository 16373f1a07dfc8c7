/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fit-op.c - one op on a machine: which CPUs has who behind it? */
#include <string.h>

#include "tools/lib/spec/fit.h"

/* A copy that the flow of the test could not know to be missing. */
static bool is_missing(struct fit *f, const struct op *op, const char *name)
{
	size_t at = 0;

	if (fit_find(f, name, &at))
		return false;
	diag_add(f->d, &op->at, "on %s: there is no cgroup '%s'", f->shape,
		 name);
	return true;
}

static void change_cpuset(struct fit *f, struct fit_group *g, bool has,
			  const cpu_set_t *set, const struct place *at)
{
	g->has_cpuset = has;
	if (has)
		g->cpuset = *set;
	fit_refresh(f, g, at);
}

static void swap(struct fit *f, const struct op *op, struct fit_group *g)
{
	size_t at = 0;
	struct fit_group *other = fit_find(f, op->other, &at), was = *g;

	g->has_cpuset = other->has_cpuset;
	g->cpuset = other->cpuset;
	change_cpuset(f, other, was.has_cpuset, &was.cpuset, &op->at);
}

static void on_group(struct fit *f, const struct op *op, struct fit_group *g)
{
	cpu_set_t set;

	switch (op->kind) {
	case OP_SET_CPUSET:
		if (fit_cpuset(f, &op->cpuset, g, &op->at, &set))
			change_cpuset(f, g, true, &set, &op->at);
		break;
	case OP_CLEAR_CPUSET:
		change_cpuset(f, g, false, NULL, &op->at);
		break;
	case OP_SWAP_CPUSETS:
		swap(f, op, g);
		break;
	case OP_SET_AFFINITY:
		fit_affinity(f, &op->affinity, g, &op->at);
		break;
	case OP_REMOVE_CGROUP:
		g->exists = false;
		break;
	case OP_SPAWN:
		(void)fit_work(f, op->work, g);
		break;
	default:
		break;
	}
}

/* Adding finds those that are not there, all others those that are. */
static void on_groups(struct fit *f, const struct op *op)
{
	bool add = op->kind == OP_ADD_CGROUP;
	unsigned int before = f->d->count;
	struct fit_group *g;
	size_t at = 0;

	if (is_missing(f, op, op->cgroup) ||
	    (op->other && is_missing(f, op, op->other)))
		return;
	while ((g = fit_find(f, op->cgroup, &at)) && f->d->count == before) {
		if (add && !g->exists)
			(void)fit_make(f, g);
		else if (!add && g->exists)
			on_group(f, op, g);
	}
}

static void on_cpus(struct fit *f, const struct op *op)
{
	bool off = op->kind == OP_OFFLINE_CPUS;
	cpu_set_t set;

	if (!fit_cpuset(f, &op->cpuset, NULL, &op->at, &set))
		return;
	if (off && CPU_ISSET(0, &set)) {
		diag_add(f->d, &op->at,
			 "on %s: CPU 0 is among these, and it cannot go "
			 "off line",
			 f->shape);
		return;
	}
	for (unsigned int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		if (!CPU_ISSET(cpu, &set))
			continue;
		if (off)
			CPU_CLR(cpu, &f->online);
		else
			CPU_SET(cpu, &f->online);
	}
	fit_refresh(f, NULL, &op->at);
}

static void on_map(struct fit *f, const struct op *op)
{
	if (op->map.has_cpu && !CPU_ISSET(op->map.cpu, &f->m.all))
		diag_add(f->d, &op->at,
			 "on %s: there is no CPU %u, whose value '%s' is about",
			 f->shape, op->map.cpu, op_kind_names[op->kind]);
}

void fit_op(struct fit *f, const struct op *op)
{
	if (op->kind == OP_OFFLINE_CPUS || op->kind == OP_ONLINE_CPUS)
		on_cpus(f, op);
	else if (op->kind == OP_SPAWN_HOST)
		(void)fit_work(f, op->work, NULL);
	else if (op->map.map)
		on_map(f, op);
	else if (op->cgroup)
		on_groups(f, op);
}
