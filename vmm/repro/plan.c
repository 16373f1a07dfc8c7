/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmm/repro/plan.h"

#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "vmm/mon/resolve.h"
#include "vmm/repro/pieces.h"

int repro_plan_begin_types(struct repro_plan *ret, struct btf *btf,
			   unsigned int cpus, struct why *reterr_why)
{
	__s32 task =
		btf__find_by_name_kind(btf, "task_struct", BTF_KIND_STRUCT);

	*ret = (struct repro_plan){ .btf = btf, .cpus = cpus };
	if (task <= 0 ||
	    !mon_find_member(btf, (__u32)task, "pid", &ret->pid_at))
		return why_set(reterr_why, -ENOTSUP,
			       "the kernel's BTF has no tasks");
	return 0;
}

int repro_plan_begin(struct repro_plan *ret, const char *vmlinux,
		     unsigned int cpus, struct why *reterr_why)
{
	struct btf *btf;

	libbpf_set_print(NULL);
	btf = btf__parse(vmlinux, NULL);
	if (!btf) {
		*ret = (struct repro_plan){ 0 };
		return why_set(reterr_why, -ENOTSUP,
			       "'%s' has no type information in BTF", vmlinux);
	}
	return repro_plan_begin_types(ret, btf, cpus, reterr_why);
}

void repro_plan_done(struct repro_plan *p)
{
	btf__free(p->btf);
	str_done(&p->left_out);
	*p = (struct repro_plan){ 0 };
}

int repro_plan_find(const struct repro_plan *p, const char *name)
{
	for (unsigned int i = 0; i < p->count; i++) {
		if (strcmp(p->named[i].name, name) == 0)
			return (int)i;
	}
	return -1;
}

/* What the prototype @id says of function @i; members of structures have no
 * names of their arguments. */
static void add_args(struct repro_plan *p, unsigned int i, uint32_t id)
{
	const struct btf_type *t = btf__type_by_id(p->btf, id);
	const struct btf_param *param = btf_params(t);
	struct repro_named *n = &p->named[i];
	uint8_t count = 0;

	n->result_type = t->type;
	/* A parameter without a type is "...". */
	while (count < btf_vlen(t) && count < REPRO_ARGS && param[count].type) {
		struct repro_value *v = &n->arg[count];
		const char *name =
			btf__name_by_offset(p->btf, param[count].name_off);
		const char *type =
			repro_pointed(p->btf, param[count].type, NULL);

		if (name && *name)
			snprintf(v->name, sizeof(v->name), "%s", name);
		else if (!*v->name)
			snprintf(v->name, sizeof(v->name), "arg%u", count);
		v->type = param[count].type;
		v->form = repro_form_of(v->name);
		if (type && strcmp(type, "task_struct") == 0 &&
		    n->task == REPRO_NONE)
			n->task = count;
		count++;
	}
	p->function[i].args = count;
	for (unsigned int k = 0; k < count; k++)
		repro_pieces_add(p, i, k);
}

/* Room for a function. Return: its number, or -ENOSPC. */
static int make_room(struct repro_plan *p, const char *name)
{
	int i = (int)p->count;

	if (p->count == REPRO_FUNCTIONS_MAX) {
		str_addf(&p->left_out, "%s: there are %d functions already\n",
			 name, REPRO_FUNCTIONS_MAX);
		return -ENOSPC;
	}
	if (strlen(name) >= sizeof(p->named[i].name)) {
		str_addf(&p->left_out, "%.40s...: its name is too long\n",
			 name);
		return -ENOSPC;
	}
	p->function[i] = (struct repro_function){ 0 };
	p->named[i] = (struct repro_named){ .task = REPRO_NONE };
	memcpy(p->named[i].name, name, strlen(name) + 1);
	p->count++;
	return i;
}

int repro_plan_add(struct repro_plan *p, const char *name, uint64_t at)
{
	int i = repro_plan_find(p, name);
	__s32 id;

	if (i >= 0)
		return i;
	i = make_room(p, name);
	if (i < 0)
		return i;
	p->function[i].at = at;
	id = btf__find_by_name_kind(p->btf, name, BTF_KIND_FUNC);
	if (id > 0)
		add_args(p, (unsigned int)i,
			 btf__type_by_id(p->btf, (__u32)id)->type);
	return i;
}

int repro_plan_add_trigger(struct repro_plan *p, const char *name, uint64_t at)
{
	int i = repro_plan_add(p, name, at);

	if (i < 0)
		return i;
	p->trigger = (unsigned int)i;
	for (unsigned int k = 0; k < p->function[i].args; k++) {
		if (strcmp(p->named[i].arg[k].name, "kind") == 0)
			p->trigger_kind = k;
	}
	return i;
}

/* What they print is in the exit dump, and they run behind the failure. */
static bool only_prints(const char *name)
{
	return strncmp(name, "dump", 4) == 0 || strcmp(name, "exit") == 0;
}

/*
 * By the names that the kernel's own definitions have: of pointers to functions
 * BTF keeps the types alone. Linux 6.12, include/linux/sched/ext.h and
 * kernel/sched/ext.c.
 */
static void name_args(struct repro_plan *p, unsigned int i, const char *member)
{
	static const struct {
		const char *member, *name[3];
	} names[] = {
		{ "select_cpu", { "p", "prev_cpu", "wake_flags" } },
		{ "enqueue", { "p", "enq_flags" } },
		{ "dequeue", { "p", "deq_flags" } },
		{ "dispatch", { "cpu", "prev" } },
		{ "runnable", { "p", "enq_flags" } },
		{ "stopping", { "p", "runnable" } },
		{ "quiescent", { "p", "deq_flags" } },
		{ "yield", { "from", "to" } },
		{ "core_sched_before", { "a", "b" } },
		{ "set_weight", { "p", "weight" } },
		{ "set_cpumask", { "p", "cpumask" } },
		{ "update_idle", { "cpu", "idle" } },
		{ "cpu_acquire", { "cpu", "args" } },
		{ "cpu_release", { "cpu", "args" } },
		{ "init_task", { "p", "args" } },
		{ "exit_task", { "p", "args" } },
		{ "tick", { "p" } },
		{ "running", { "p" } },
		{ "enable", { "p" } },
		{ "disable", { "p" } },
		{ "cgroup_init", { "cgrp", "args" } },
		{ "cgroup_exit", { "cgrp" } },
		{ "cgroup_prep_move", { "p", "from", "to" } },
		{ "cgroup_move", { "p", "from", "to" } },
		{ "cgroup_cancel_move", { "p", "from", "to" } },
		{ "cgroup_set_weight", { "cgrp", "weight" } },
		{ "cpu_online", { "cpu" } },
		{ "cpu_offline", { "cpu" } },
	};

	for (size_t k = 0; k < sizeof(names) / sizeof(names[0]); k++) {
		if (strcmp(member, names[k].member) != 0)
			continue;
		for (unsigned int a = 0; a < 3 && names[k].name[a]; a++) {
			struct repro_value *v = &p->named[i].arg[a];

			snprintf(v->name, sizeof(v->name), "%s",
				 names[k].name[a]);
			v->form = repro_form_of(v->name);
		}
	}
}

static bool add_op(struct repro_plan *p, const char *member, uint32_t proto,
		   uint32_t at, bool context)
{
	char name[64];
	int i;

	snprintf(name, sizeof(name), "ops.%s", member);
	i = make_room(p, name);
	if (i < 0)
		return false;
	p->function[i].context = context;
	p->named[i].is_member = true;
	p->named[i].member = at;
	name_args(p, (unsigned int)i, member);
	add_args(p, (unsigned int)i, proto);
	return true;
}

/* The prototype that a member points to; 0 if it is no function. */
static uint32_t prototype(const struct btf *btf, uint32_t type)
{
	int id = btf__resolve_type(btf, type);
	const struct btf_type *t =
		id < 0 ? NULL : btf__type_by_id(btf, (__u32)id);

	if (!t || !btf_is_ptr(t))
		return 0;
	id = btf__resolve_type(btf, t->type);
	t = id <= 0 ? NULL : btf__type_by_id(btf, (__u32)id);
	return t && btf_is_func_proto(t) ? (uint32_t)id : 0;
}

unsigned int repro_plan_add_ops(struct repro_plan *p, bool context)
{
	__s32 id = btf__find_by_name_kind(p->btf, "sched_ext_ops",
					  BTF_KIND_STRUCT);
	const struct btf_type *t =
		id <= 0 ? NULL : btf__type_by_id(p->btf, (__u32)id);
	const struct btf_member *m = t ? btf_members(t) : NULL;
	unsigned int count = 0;

	for (unsigned int i = 0; m && i < btf_vlen(t); i++) {
		const char *name = btf__name_by_offset(p->btf, m[i].name_off);
		uint32_t proto = prototype(p->btf, m[i].type);

		if (proto && !only_prints(name) &&
		    add_op(p, name, proto, btf_member_bit_offset(t, i) / 8,
			   context))
			count++;
	}
	return count;
}

static void write_optional(struct str *out, uint32_t value, char end)
{
	if (value == REPRO_NONE)
		str_addf(out, "-%c", end);
	else
		str_addf(out, "%" PRIu32 "%c", value, end);
}

void repro_plan_write(const struct repro_plan *p, struct str *out)
{
	str_addf(out, "pid-at %" PRIu32 "\n", p->pid_at);
	for (unsigned int i = 0; i < p->count; i++) {
		const struct repro_function *f = &p->function[i];
		const struct repro_named *n = &p->named[i];

		str_addf(out, "function %s %" PRIu64 " %u %u %u ", n->name,
			 f->at, f->args, f->context, f->returns);
		write_optional(out, n->is_member ? n->member : REPRO_NONE, ' ');
		write_optional(out, n->task, '\n');
		for (unsigned int k = 0; k < f->piece_count; k++) {
			const struct repro_piece *piece = &f->piece[k];

			str_addf(out, "piece %u %" PRIu32 " %u ", piece->arg,
				 piece->at, piece->size);
			write_optional(out, piece->hop, '\n');
		}
	}
	str_addf(out, "trigger %u %u\n", p->trigger, p->trigger_kind);
}
