/* SPDX-License-Identifier: GPL-2.0-or-later */
/* json.c - results as one JSON object, or as one on each line. */
#include <stdio.h>
#include <stdlib.h>

#include "tools/gauntlet/formats.h"
#include "tools/gauntlet/request.h"

static json_t *result_json(const struct result *r)
{
	static const char *const key[PARTS] = { "kernel", "scheduler", "test",
						"preset", "profile",   "clock",
						"seed" };
	json_t *reasons = must(json_array());
	json_t *whole = result_load(r), *o;

	for (char **reason = r->reason; reason && *reason; reason++)
		json_array_append_new(reasons, json_string(*reason));
	o = must(json_pack("{ss ss ss so ss so so}", "name", r->name, "verdict",
			   verdict_names[r->verdict], "class", r->class,
			   "reasons", reasons, "rerun",
			   r->rerun ? r->rerun : "", "seconds",
			   r->seconds < 0 ? json_null() : json_real(r->seconds),
			   "result", whole ? whole : json_null()));
	for (size_t i = 0; i < PARTS; i++)
		json_object_set_new(o, key[i], json_string(r->part[i]));
	return o;
}

/* One at a time: thousands of whole results need gigabytes. */
static void print_result(const struct result *r)
{
	json_t *o = result_json(r);
	char *text = must(json_dumps(o, JSON_COMPACT));

	fputs(text, stdout);
	free(text);
	json_decref(o);
}

void format_json(const struct results *all, bool whole)
{
	(void)whole;
	printf("{\"schema_version\":%d,\"tally\":{", RESULT_SCHEMA_VERSION);
	for (size_t i = 0; i < VERDICTS; i++)
		printf("%s\"%s\":%zu", i ? "," : "", verdict_names[i],
		       all->tally[i]);
	printf("},\"variants\":[");
	for (size_t i = 0; i < all->count; i++) {
		if (i)
			putchar(',');
		print_result(&all->item[i]);
	}
	puts("]}");
}

void format_jsonl(const struct results *all, bool whole)
{
	(void)whole;
	for (size_t i = 0; i < all->count; i++) {
		print_result(&all->item[i]);
		putchar('\n');
	}
}
