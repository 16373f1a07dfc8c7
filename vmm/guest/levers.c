/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmm/guest/levers.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "vmm/guest/json.h"
#include "vmm/guest/ops.h"

static size_t count_ops(const struct test *t)
{
	size_t n = 0;

	for (size_t i = 0; i < t->step_count; i++) {
		for (size_t k = 0; k < t->step[i].op_count; k++)
			n += t->step[i].op[k].map.map != NULL;
	}
	return n;
}

static int prepare_step(struct levers *l, const struct step *step,
			struct why *reterr_why)
{
	for (size_t k = 0; k < step->op_count; k++) {
		const struct op *op = &step->op[k];
		struct lever *next = &l->item[l->count];
		struct why why = { .text = "" };
		int r;

		if (!op->map.map)
			continue;
		next->op = op;
		l->count++;
		r = map_open(&op->map, &next->map, &why);
		if (r < 0)
			return why_set(reterr_why, r, "%s in step '%s': %s",
				       op_kind_names[op->kind], step->name,
				       why.text);
	}
	return 0;
}

int levers_prepare(const struct test *t, struct levers *ret,
		   struct why *reterr_why)
{
	size_t n = count_ops(t);
	int r = 0;

	*ret = (struct levers){ 0 };
	if (n == 0)
		return 0;
	ret->item = calloc(n, sizeof(*ret->item));
	if (!ret->item)
		return why_set(reterr_why, -ENOMEM, "out of memory");
	for (size_t i = 0; r == 0 && i < t->step_count; i++)
		r = prepare_step(ret, &t->step[i], reterr_why);
	return r;
}

void levers_done(struct levers *l)
{
	for (size_t i = 0; i < l->count; i++)
		map_close(&l->item[i].map);
	free(l->item);
	*l = (struct levers){ 0 };
}

struct lever *levers_find(const struct levers *l, const struct op *op)
{
	for (size_t i = 0; i < l->count; i++) {
		if (l->item[i].op == op)
			return &l->item[i];
	}
	return NULL;
}

/* As the test wrote it, but for the map's whole name. */
static void add_place(const struct map *m, struct str *out)
{
	str_add(out, m->info.name);
	if (m->op->has_key)
		str_addf(out, "[%" PRIu64 "]", m->op->key);
	if (m->op->has_cpu)
		str_addf(out, "@%u", m->op->cpu);
	if (m->op->field)
		str_addf(out, " %s", m->op->field);
}

static void add_bounds(const struct map_op *op, struct str *out)
{
	const char *const value[] = { op->min, op->max, op->is };
	static const char *const name[] = { "min", "max", "is" };

	for (size_t i = 0; i < sizeof(value) / sizeof(value[0]); i++) {
		if (value[i])
			str_addf(out, "%s%s=%s", out->len ? " " : "", name[i],
				 value[i]);
	}
}

void lever_tell(const struct lever *l, struct str *out)
{
	struct str place = { 0 }, bounds = { 0 };

	add_place(&l->map, &place);
	json_text(out, "map", str_text(&place));
	add_bounds(l->map.op, &bounds);
	if (bounds.len) {
		json_text(out, "wanted", str_text(&bounds));
		json_flag(out, "ok", !l->failed);
	}
	str_done(&place);
	str_done(&bounds);
}

int op_map(struct scenario *s, const struct op *op, struct str *in_force,
	   struct why *reterr_why)
{
	struct lever *l = levers_find(&s->levers, op);
	struct why why = { .text = "" };
	bool ok = true;
	int r;

	if (!l)
		return why_set(reterr_why, -EINVAL, "%s was not prepared",
			       op_kind_names[op->kind]);
	r = op->kind == OP_WRITE_MAP ? map_write(&l->map, in_force, &why)
				     : map_read(&l->map, in_force, &ok, &why);
	l->failed = !ok;
	l->failures += !ok;
	/* What the test asks for cannot be done: that is no fault of ours. */
	return r < 0 ? why_set(reterr_why, r == -ENOMEM ? r : -EINVAL, "%s: %s",
			       op_kind_names[op->kind], why.text)
		     : 0;
}
