/* SPDX-License-Identifier: GPL-2.0-or-later */
/* list.c - "ktstr-gauntlet list": names of variants, one a line. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "tools/gauntlet/list.h"
#include "tools/gauntlet/scenarios.h"
#include "tools/gauntlet/walk.h"

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

/* More are not listed at once: whoever reads that many wants others. */
#define LIST_MAX 1000000

static void print(const struct variant *v, bool json)
{
	if (json)
		print_json(v);
	else
		puts(v->name);
}

/* The number alone. */
static int print_count(const struct walk *w)
{
	char total[WIDE_TEXT_SIZE];
	struct why why;
	wide n;

	if (walk_count(w, &n, &why) < 0) {
		warn("the variants cannot be counted: %s", why.text);
		return EX_FAIL;
	}
	puts(wide_format(n, total));
	return EX_PASS;
}

int command_list(const struct request *req)
{
	int code = EX_PASS;
	struct variant v;
	struct project p;
	struct walk *w;

	if (req->scenarios)
		return scenarios_list(req);
	if (req->why)
		return list_why(req);
	project_read(req->sched, req->operand, false, &p);
	project_stop_on_complaints(&p);
	w = walk_begin(req, &p);
	if (req->count) {
		code = print_count(w);
	} else {
		for (size_t n = variants_limit(req, w, LIST_MAX);
		     n > 0 && walk_next(w, &v); n--)
			print(&v, req->json);
	}
	walk_end(w);
	project_done(&p);
	return code;
}
