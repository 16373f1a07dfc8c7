/* SPDX-License-Identifier: GPL-2.0-or-later */
/* list.c - "ktstr-gauntlet list": names of variants, one a line. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "tools/gauntlet/scenarios.h"
#include "tools/gauntlet/variant.h"

static json_t *flags_on(const struct variant *v)
{
	const struct sched *s = sched_file_declaration(v->sched);
	json_t *flags = must(json_array());

	for (size_t i = 0; s && i < s->flag_count; i++) {
		if (v->profile->on[i])
			json_array_append_new(flags,
					      json_string(s->flag[i].name));
	}
	return flags;
}

static void print_json(const struct variant *v)
{
	char shape[TOPOLOGY_TEXT_SIZE];
	json_t *o;
	char *text;

	topology_format(&v->topology, shape);
	o = must(json_pack(
		"{ss ss ss ss ss ss ss so ss sI}", "name", v->name, "kernel",
		v->kernel->label, "scheduler", sched_file_name(v->sched),
		"test", v->test->test.name, "preset", v->preset, "topology",
		shape, "profile", v->profile->name, "flags", flags_on(v),
		"clock", v->clock, "seed", (json_int_t)v->seed));
	text = must(json_dumps(o, JSON_COMPACT));
	puts(text);
	free(text);
	json_decref(o);
}

int command_list(const struct request *req)
{
	struct variants v;
	struct project p;

	if (req->scenarios)
		return scenarios_list(req);
	project_read(req->sched, req->operand, false, &p);
	project_stop_on_complaints(&p);
	variants_select(req, &p, &v);
	for (size_t i = 0; i < v.count; i++) {
		if (req->json)
			print_json(&v.item[i]);
		else
			puts(v.item[i].name);
	}
	variants_done(&v);
	project_done(&p);
	return EX_PASS;
}
