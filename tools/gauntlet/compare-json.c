/* SPDX-License-Identifier: GPL-2.0-or-later */
/* compare-json.c - a comparison for a program: one object. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "tools/gauntlet/compare.h"
#include "tools/gauntlet/request.h"

static json_t *side(const struct pair *p, bool is_b)
{
	return must(json_pack(
		"{sI sI}", "runs", (json_int_t)(is_b ? p->count_b : p->count_a),
		"passed", (json_int_t)(is_b ? p->passed_b : p->passed_a)));
}

/* JSON has no NAN. */
static json_t *number(double value)
{
	return must(isnan(value) ? json_null() : json_real(value));
}

static json_t *difference(const struct comparison *c,
			  const struct difference *d)
{
	static const char *const name[CHANGES] = {
		[CHANGE_SMALL] = "small",   [CHANGE_OPEN] = "open",
		[CHANGE_NOISE] = "noise",   [CHANGE_TOO_FEW] = "too-few",
		[CHANGE_BETTER] = "better", [CHANGE_WORSE] = "worse",
		[CHANGE_NEW] = "new",	    [CHANGE_GONE] = "gone",
	};
	const struct metric *m = &c->metrics.item[d->metric];

	return must(json_pack(
		"{ss ss ss so so sI sI so ss}", "name", m->name, "unit",
		m->unit, "better", better_names[m->better], "a", number(d->a),
		"b", number(d->b), "runs_a", (json_int_t)d->runs_a, "runs_b",
		(json_int_t)d->runs_b, "interval",
		d->has_interval ? must(json_pack("[ff]", d->low, d->high))
				: json_null(),
		"change", name[d->change]));
}

static json_t *pair(const struct comparison *c, const struct pair *p)
{
	const struct result *a = sample_result(&c->a, p->a[0]);
	const struct result *b = sample_result(&c->b, p->b[0]);
	json_t *metrics = must(json_array()), *o;

	for (size_t i = 0; i < p->difference_count; i++)
		json_array_append_new(metrics,
				      difference(c, &p->difference[i]));
	o = must(json_pack("{ss ss ss ss so so so}", "test", a->part[PART_TEST],
			   "name_a", a->name, "name_b", b->name, "outcome",
			   outcome_names[p->outcome], "a", side(p, false), "b",
			   side(p, true), "metrics", metrics));
	if (p->broken)
		json_object_set_new(
			o, "rerun",
			json_string(sample_result(&c->b, p->broken)->rerun));
	return o;
}

static json_t *host_list(const struct host_differences *d)
{
	json_t *list = must(json_array());

	for (size_t i = 0; i < d->count; i++) {
		const struct host_difference *one = &d->item[i];

		json_array_append_new(
			list,
			must(json_pack("{ss ss ss sI sb}", "name", one->name,
				       "a", one->a, "b", one->b, "pairs",
				       (json_int_t)one->pairs, "decisive",
				       (int)one->is_decisive)));
	}
	return list;
}

void compare_print_json(const struct comparison *c,
			const struct host_differences *hosts)
{
	json_t *sliced = must(json_array()), *pairs = must(json_array()), *o;
	char *text;

	for (size_t i = 0; i < DIMS; i++) {
		if (c->sliced[i])
			json_array_append_new(sliced,
					      json_string(dim_names[i]));
	}
	for (size_t i = 0; i < c->pair_count; i++)
		json_array_append_new(pairs, pair(c, &c->pair[i]));
	o = must(json_pack("{si ss ss so so so sI sI}", "schema_version", 1,
			   "a", c->a.folder, "b", c->b.folder, "sliced", sliced,
			   "hosts", host_list(hosts), "variants", pairs,
			   "only_a", (json_int_t)c->only_a.count, "only_b",
			   (json_int_t)c->only_b.count));
	text = must(json_dumps(o, JSON_COMPACT));
	puts(text);
	free(text);
	json_decref(o);
}
