/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmm/repro/decode.h"

#include <bpf/btf.h>
#include <inttypes.h>
#include <string.h>

#include "vmm/repro/pieces.h"

/* include/linux/sched/ext.h of Linux 6.12: enum scx_dsq_id_flags. */
#define DSQ_BUILTIN  (UINT64_C(1) << 63)
#define DSQ_LOCAL_ON (UINT64_C(1) << 62)

static uint64_t number(const void *data, size_t size)
{
	uint64_t value = 0;

	memcpy(&value, data, size < sizeof(value) ? size : sizeof(value));
	return value;
}

static const struct btf_type *plain(const struct btf *btf, uint32_t type)
{
	int id = type ? btf__resolve_type(btf, type) : -1;

	return id <= 0 ? NULL : btf__type_by_id(btf, (__u32)id);
}

/* Name and value of member @i of an enumeration; NULL behind the last. */
static const char *enumerator(const struct btf *btf, const struct btf_type *t,
			      unsigned int i, uint64_t *ret)
{
	uint32_t name;

	if (i >= btf_vlen(t))
		return NULL;
	if (btf_is_enum(t)) {
		*ret = (uint32_t)btf_enum(t)[i].val;
		name = btf_enum(t)[i].name_off;
	} else {
		*ret = btf_enum64_value(&btf_enum64(t)[i]);
		name = btf_enum64(t)[i].name_off;
	}
	return btf__name_by_offset(btf, name);
}

/* @without: in names that are not meant; several may have one value. */
static bool add_enum(const struct btf *btf, const struct btf_type *t,
		     uint64_t value, const char *without, struct str *out)
{
	const char *name;
	uint64_t is;

	for (unsigned int i = 0; (name = enumerator(btf, t, i, &is)); i++) {
		if (is == value && (!without || !strstr(name, without))) {
			str_add(out, name);
			return true;
		}
	}
	return false;
}

/* Flags of one bit each, by the enumeration @type, if the kernel has it. */
static void add_flags(const struct btf *btf, const char *type,
		      const char *prefix, uint64_t value, struct str *out)
{
	__s32 id = btf__find_by_name_kind(btf, type, BTF_KIND_ENUM64);
	const char *name, *bar = "";
	uint64_t is, left = value;

	if (id <= 0)
		id = btf__find_by_name_kind(btf, type, BTF_KIND_ENUM);
	if (value == 0)
		str_add(out, "0");
	const struct btf_type *t =
		id <= 0 ? NULL : btf__type_by_id(btf, (__u32)id);
	for (unsigned int i = 0; t && (name = enumerator(btf, t, i, &is));
	     i++) {
		/* SCX_TASK_STATE_SHIFT and the like are no flags. */
		if (strncmp(name, prefix, strlen(prefix)) != 0 ||
		    strstr(name, "_STATE_") || !(left & is) || (is & (is - 1)))
			continue;
		str_addf(out, "%s%s", bar, name);
		left &= ~is;
		bar = "|";
	}
	if (left)
		str_addf(out, "%s0x%" PRIx64, bar, left);
}

static void add_dsq(const struct btf *btf, uint64_t value, struct str *out)
{
	__s32 id = btf__find_by_name_kind(btf, "scx_dsq_id_flags",
					  BTF_KIND_ENUM64);

	if (!(value & DSQ_BUILTIN)) {
		str_addf(out, value < 10 ? "%" PRIu64 : "0x%" PRIx64, value);
		return;
	}
	if ((value & DSQ_LOCAL_ON) && value >> 32 == 0xc0000000) {
		str_addf(out, "SCX_DSQ_LOCAL_ON|%" PRIu32, (uint32_t)value);
		return;
	}
	if (id <= 0 || !add_enum(btf, btf__type_by_id(btf, (__u32)id), value,
				 "_FLAG_", out))
		str_addf(out, "0x%" PRIx64, value);
}

/* Flags, and the state that two bits among them are: SCX_TASK_STATE_SHIFT. */
static void add_task_flags(const struct btf *btf, uint64_t value,
			   struct str *out)
{
	uint64_t mask = UINT64_C(3) << 8;
	__s32 id = btf__find_by_name_kind(btf, "scx_task_state", BTF_KIND_ENUM);

	if (id <= 0)
		mask = 0;
	if (id <= 0 || (value & ~mask)) {
		add_flags(btf, "scx_ent_flags", "SCX_TASK_", value & ~mask,
			  out);
		str_add(out, id > 0 ? "|" : "");
	}
	if (id > 0)
		(void)add_enum(btf, btf__type_by_id(btf, (__u32)id),
			       (value & mask) >> 8, NULL, out);
}

/* CPUs as a list: 0-3,7. */
static void add_cpus(const unsigned char *bits, size_t size, unsigned int cpus,
		     struct str *out)
{
	const char *comma = "";

	for (unsigned int i = 0; i < cpus && i < size * 8; i++) {
		unsigned int last = i;

		if (!(bits[i / 8] >> i % 8 & 1))
			continue;
		while (last + 1 < cpus && last + 1 < size * 8 &&
		       (bits[(last + 1) / 8] >> (last + 1) % 8 & 1))
			last++;
		str_addf(out, last > i ? "%s%u-%u" : "%s%u", comma, i, last);
		comma = ",";
		i = last;
	}
	if (!*comma)
		str_add(out, "none");
}

/* What is no plain character as '?'. */
static void add_text(const char *text, size_t size, struct str *out)
{
	for (size_t i = 0; i < size && text[i]; i++) {
		char c = text[i];

		if (c < ' ' || c > '~')
			c = '?';
		str_add_bytes(out, &c, 1);
	}
}

static void add_integer(const struct btf_type *t, uint64_t value, size_t size,
			struct str *out)
{
	unsigned int unused = size < 8 ? 64 - 8 * (unsigned int)size : 0;

	if (btf_int_encoding(t) & BTF_INT_BOOL)
		str_add(out, value ? "true" : "false");
	else if (btf_int_encoding(t) & BTF_INT_SIGNED)
		str_addf(out, "%" PRIi64, (int64_t)(value << unused) >> unused);
	else
		str_addf(out, "%" PRIu64, value);
}

static void add_typed(const struct repro_plan *p, const struct btf_type *t,
		      const void *data, size_t size, struct str *out)
{
	uint64_t value;

	/* Registers have more bits than the type. */
	if (t && t->size < size && (btf_is_int(t) || btf_is_any_enum(t)))
		size = t->size;
	value = number(data, size);
	if (t && btf_is_int(t))
		add_integer(t, value, size, out);
	else if (!t || !btf_is_any_enum(t) ||
		 !add_enum(p->btf, t, value, NULL, out))
		str_addf(out, "0x%" PRIx64, value);
}

void repro_decode(const struct repro_plan *p, const struct repro_value *v,
		  const void *data, size_t size, struct str *out)
{
	uint64_t value = number(data, size);

	switch (v->form) {
	case FORM_DSQ:
		add_dsq(p->btf, value, out);
		return;
	case FORM_CPUMASK:
		add_cpus(data, size, p->cpus, out);
		return;
	case FORM_ENQ_FLAGS:
		add_flags(p->btf, "scx_enq_flags", "SCX_ENQ_", value, out);
		return;
	case FORM_DEQ_FLAGS:
		add_flags(p->btf, "scx_deq_flags", "SCX_DEQ_", value, out);
		return;
	case FORM_WAKE_FLAGS:
		add_flags(p->btf, "scx_wake_flags", "SCX_WAKE_", value, out);
		return;
	case FORM_TASK_FLAGS:
		add_task_flags(p->btf, value, out);
		return;
	case FORM_TEXT:
		str_add(out, "\"");
		add_text(data, size, out);
		str_add(out, "\"");
		return;
	case FORM_TYPE:
		break;
	}
	add_typed(p, plain(p->btf, v->type), data, size, out);
}

/* Where piece @k of a record begins. */
static const uint8_t *data_of(const struct repro_plan *p,
			      const struct repro_record *r, unsigned int k)
{
	const struct repro_function *f = &p->function[r->function];
	size_t at = 0;

	for (unsigned int i = 0; i < k; i++)
		at += f->piece[i].size;
	return r->data + at;
}

/* The piece "ARG->member" of a call, or NULL where it was not read. */
static const uint8_t *piece_of(const struct repro_plan *p,
			       const struct repro_record *r, unsigned int arg,
			       const char *member)
{
	const struct repro_function *f = &p->function[r->function];
	const struct repro_named *n = &p->named[r->function];

	for (unsigned int k = 0; k < f->piece_count; k++) {
		const char *arrow = strstr(n->piece[k].name, "->");

		if (f->piece[k].arg == arg && arrow && r->valid >> k & 1 &&
		    strcmp(arrow + 2, member) == 0)
			return data_of(p, r, k);
	}
	return NULL;
}

static bool is_told(const char *name)
{
	const char *arrow = strstr(name, "->");

	return (arrow && (strcmp(arrow + 2, "pid") == 0 ||
			  strcmp(arrow + 2, "comm") == 0)) ||
	       name[0] == '*';
}

/* A pointer: to a task, to text, to what its name says; or a number. */
static void add_arg(const struct repro_plan *p, const struct repro_record *r,
		    unsigned int i, struct str *out)
{
	const struct repro_function *f = &p->function[r->function];
	const struct repro_named *n = &p->named[r->function];
	const char *type = repro_pointed(p->btf, n->arg[i].type, NULL);
	const uint8_t *pid = piece_of(p, r, i, "pid"),
		      *comm = piece_of(p, r, i, "comm");

	str_addf(out, "%s%s=", i ? ", " : "", n->arg[i].name);
	if (type && strcmp(type, "task_struct") == 0 && pid && comm) {
		add_text((const char *)comm, sizeof(r->comm), out);
		str_addf(out, "[%" PRIu64 "]", number(pid, 4));
		return;
	}
	for (unsigned int k = 0; k < f->piece_count; k++) {
		if (f->piece[k].arg != i || n->piece[k].name[0] != '*' ||
		    !(r->valid >> k & 1))
			continue;
		repro_decode(p, &n->piece[k], data_of(p, r, k),
			     f->piece[k].size, out);
		return;
	}
	if (type)
		str_addf(out, "(%s)", type);
	else
		repro_decode(p, &n->arg[i], &r->arg[i], sizeof(r->arg[i]), out);
}

void repro_decode_call(const struct repro_plan *p, const struct repro_record *r,
		       struct str *out)
{
	const struct repro_named *n = &p->named[r->function];
	const struct repro_value result = { .type = n->result_type };

	str_addf(out, "%s(", n->name);
	for (unsigned int i = 0; i < p->function[r->function].args; i++)
		add_arg(p, r, i, out);
	str_add(out, ")");
	if (r->kind != REPRO_RETURN)
		return;
	str_add(out, " returned");
	if (!n->result_type)
		return;
	str_add(out, " ");
	repro_decode(p, &result, &r->result, sizeof(r->result), out);
}

void repro_decode_pieces(const struct repro_plan *p,
			 const struct repro_record *r,
			 const struct repro_record *before, struct str *out)
{
	const struct repro_function *f = &p->function[r->function];
	const struct repro_named *n = &p->named[r->function];
	const char *comma = "";

	for (unsigned int k = 0; k < f->piece_count; k++) {
		const uint8_t *now = data_of(p, r, k);
		const uint8_t *was = before ? data_of(p, before, k) : NULL;
		size_t size = f->piece[k].size;

		if (!(r->valid >> k & 1) || is_told(n->piece[k].name) ||
		    (was && (!(before->valid >> k & 1) ||
			     memcmp(was, now, size) == 0)))
			continue;
		str_addf(out, "%s%s ", comma, n->piece[k].name);
		if (was) {
			repro_decode(p, &n->piece[k], was, size, out);
			str_add(out, " -> ");
		}
		repro_decode(p, &n->piece[k], now, size, out);
		comma = ", ";
	}
}

bool repro_has_task(const struct repro_plan *p, const struct repro_record *r,
		    uint32_t pid)
{
	for (unsigned int i = 0; i < p->function[r->function].args; i++) {
		const char *type = repro_pointed(
			p->btf, p->named[r->function].arg[i].type, NULL);
		const uint8_t *is = piece_of(p, r, i, "pid");

		if (type && strcmp(type, "task_struct") == 0 && is &&
		    number(is, 4) == pid)
			return true;
	}
	return false;
}
