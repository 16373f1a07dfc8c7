/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmm/repro/pieces.h"

#include <bpf/btf.h>
#include <stdio.h>
#include <string.h>

#include "vmm/mon/resolve.h"

#define TEXT_BYTES 64

/**
 * struct chosen - a member that is worth keeping
 * @type, @path: the structure, and the way through it
 * @then: the member is a pointer to a structure, of which this member is meant;
 *	  NULL: itself
 *
 * Names of Linux 6.12; what a kernel has not is left out.
 */
static const struct chosen {
	const char *type, *path, *then;
	enum repro_form form;
} chosen[] = {
	{ "task_struct", "pid", NULL, FORM_TYPE },
	{ "task_struct", "comm", NULL, FORM_TEXT },
	{ "task_struct", "cpus_ptr", "bits", FORM_CPUMASK },
	{ "task_struct", "scx.dsq", "id", FORM_DSQ },
	{ "task_struct", "scx.ddsp_dsq_id", NULL, FORM_DSQ },
	{ "task_struct", "scx.ddsp_enq_flags", NULL, FORM_ENQ_FLAGS },
	{ "task_struct", "scx.slice", NULL, FORM_TYPE },
	{ "task_struct", "scx.dsq_vtime", NULL, FORM_TYPE },
	{ "task_struct", "scx.weight", NULL, FORM_TYPE },
	{ "task_struct", "scx.sticky_cpu", NULL, FORM_TYPE },
	{ "task_struct", "scx.flags", NULL, FORM_TASK_FLAGS },
	{ "rq", "cpu", NULL, FORM_TYPE },
	{ "rq", "nr_running", NULL, FORM_TYPE },
	{ "rq", "scx.local_dsq.nr", NULL, FORM_TYPE },
	{ "scx_dispatch_q", "id", NULL, FORM_DSQ },
	{ "scx_dispatch_q", "nr", NULL, FORM_TYPE },
	{ "cpumask", "bits", NULL, FORM_CPUMASK },
	{ "scx_init_task_args", "fork", NULL, FORM_TYPE },
	{ "scx_exit_info", "kind", NULL, FORM_TYPE },
	{ "scx_exit_info", "exit_code", NULL, FORM_TYPE },
	{ "scx_cgroup_init_args", "weight", NULL, FORM_TYPE },
	{ "cgroup", "kn", "id", FORM_TYPE },
	{ "cgroup", "level", NULL, FORM_TYPE },
};

const char *repro_pointed(const struct btf *btf, uint32_t type,
			  uint32_t *ret_id)
{
	int id = btf__resolve_type(btf, type);
	const struct btf_type *t =
		id < 0 ? NULL : btf__type_by_id(btf, (__u32)id);

	if (!t || !btf_is_ptr(t))
		return NULL;
	id = btf__resolve_type(btf, t->type);
	t = id <= 0 ? NULL : btf__type_by_id(btf, (__u32)id);
	if (!t || !btf_is_struct(t))
		return NULL;
	if (ret_id)
		*ret_id = (uint32_t)id;
	return btf__name_by_offset(btf, t->name_off);
}

enum repro_form repro_form_of(const char *name)
{
	static const struct {
		const char *name;
		enum repro_form form;
	} forms[] = {
		{ "enq_flags", FORM_ENQ_FLAGS },
		{ "deq_flags", FORM_DEQ_FLAGS },
		{ "wake_flags", FORM_WAKE_FLAGS },
		{ "dsq_id", FORM_DSQ },
		{ "ddsp_dsq_id", FORM_DSQ },
	};

	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		if (strcmp(name, forms[i].name) == 0)
			return forms[i].form;
	}
	return FORM_TYPE;
}

static uint32_t used(const struct repro_function *f)
{
	uint32_t sum = 0;

	for (unsigned int i = 0; i < f->piece_count; i++)
		sum += f->piece[i].size;
	return sum;
}

/* Bytes of a value; 0: it is not to be kept whole. */
static uint32_t size_of(const struct repro_plan *p, uint32_t type,
			enum repro_form form)
{
	__s64 size = btf__resolve_size(p->btf, type);
	uint32_t bits = (p->cpus + 63) / 64 * 8;

	if (size <= 0)
		return 0;
	if (form == FORM_CPUMASK && size > bits)
		size = bits; /* of what the kernel could have */
	return size > TEXT_BYTES ? 0 : (uint32_t)size;
}

static void add(struct repro_plan *p, unsigned int i,
		const struct repro_piece *piece,
		const struct repro_value *value)
{
	struct repro_function *f = &p->function[i];

	if (piece->size == 0 || f->piece_count == REPRO_PIECES_MAX ||
	    used(f) + piece->size > REPRO_DATA_MAX)
		return;
	p->named[i].piece[f->piece_count] = *value;
	f->piece[f->piece_count++] = *piece;
}

/* The structure @id has a chosen member. */
static void add_chosen(struct repro_plan *p, unsigned int i, unsigned int arg,
		       uint32_t id, const struct chosen *c)
{
	struct repro_value v = { .form = c->form };
	uint32_t at = 0, hop = REPRO_NO_HOP, to = 0;

	v.type = mon_find_member(p->btf, id, c->path, &at);
	if (v.type && c->then) {
		if (!repro_pointed(p->btf, v.type, &to))
			return;
		v.type = mon_find_member(p->btf, to, c->then, &hop);
	}
	if (!v.type)
		return;
	snprintf(v.name, sizeof(v.name), "%.16s->%s%s%s",
		 p->named[i].arg[arg].name, c->path,
		 c->then && c->form != FORM_CPUMASK ? "->" : "",
		 c->then && c->form != FORM_CPUMASK ? c->then : "");
	add(p, i,
	    &(struct repro_piece){
		    .arg = (uint8_t)arg,
		    .size = (uint16_t)size_of(p, v.type, c->form),
		    .at = at,
		    .hop = hop },
	    &v);
}

static bool is_number(const struct btf *btf, uint32_t type)
{
	int id = btf__resolve_type(btf, type);
	const struct btf_type *t =
		id < 0 ? NULL : btf__type_by_id(btf, (__u32)id);

	return t && (btf_is_int(t) || btf_is_any_enum(t));
}

static void add_numbers(struct repro_plan *p, unsigned int i, unsigned int arg,
			uint32_t id)
{
	const struct btf_type *t = btf__type_by_id(p->btf, id);
	const struct btf_member *m = btf_members(t);
	unsigned int count = 0;

	for (unsigned int k = 0; k < btf_vlen(t); k++) {
		const char *name = btf__name_by_offset(p->btf, m[k].name_off);
		__u32 bits = btf_member_bit_offset(t, k);
		struct repro_value v = { .type = m[k].type };

		if (!name || !*name || bits % 8 ||
		    btf_member_bitfield_size(t, k) ||
		    !is_number(p->btf, m[k].type) ||
		    count++ == REPRO_SCALARS_MAX)
			continue;
		v.form = repro_form_of(name);
		snprintf(v.name, sizeof(v.name), "%.16s->%.36s",
			 p->named[i].arg[arg].name, name);
		add(p, i,
		    &(struct repro_piece){
			    .arg = (uint8_t)arg,
			    .size = (uint16_t)size_of(p, v.type, v.form),
			    .at = bits / 8,
			    .hop = REPRO_NO_HOP },
		    &v);
	}
}

/* Is it "char *"? */
static bool is_text(const struct btf *btf, uint32_t type)
{
	int id = btf__resolve_type(btf, type);
	const struct btf_type *t =
		id < 0 ? NULL : btf__type_by_id(btf, (__u32)id);

	if (!t || !btf_is_ptr(t))
		return false;
	id = btf__resolve_type(btf, t->type);
	t = id <= 0 ? NULL : btf__type_by_id(btf, (__u32)id);
	return t && btf_is_int(t) && t->size == 1 &&
	       strcmp(btf__name_by_offset(btf, t->name_off), "char") == 0;
}

void repro_pieces_add(struct repro_plan *p, unsigned int i, unsigned int arg)
{
	const struct repro_value *a = &p->named[i].arg[arg];
	uint32_t id = 0;
	const char *name = repro_pointed(p->btf, a->type, &id);
	bool any = false;

	if (is_text(p->btf, a->type)) {
		struct repro_value v = { .form = FORM_TEXT, .type = a->type };

		snprintf(v.name, sizeof(v.name), "*%.32s", a->name);
		add(p, i,
		    &(struct repro_piece){ .arg = (uint8_t)arg,
					   .size = TEXT_BYTES,
					   .hop = REPRO_NO_HOP },
		    &v);
	}
	if (!name)
		return;
	for (size_t k = 0; k < sizeof(chosen) / sizeof(chosen[0]); k++) {
		if (strcmp(name, chosen[k].type) == 0) {
			add_chosen(p, i, arg, id, &chosen[k]);
			any = true;
		}
	}
	/* Registers are numbers that mean nothing by themselves. */
	if (!any && strcmp(name, "pt_regs") != 0)
		add_numbers(p, i, arg, id);
}
