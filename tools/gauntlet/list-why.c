/* SPDX-License-Identifier: GPL-2.0-or-later */
/* list-why.c - "ktstr-gauntlet list --why": what is left out, and why. */
#include <fnmatch.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/gauntlet/glob.h"
#include "tools/gauntlet/list.h"
#include "tools/gauntlet/machines.h"
#include "tools/gauntlet/pair.h"

/* A test on a preset, with its scheduler's limits. @many: name that, too. */
struct row {
	const struct test *test;
	const struct sched_file *sched;
	bool many;
	const struct preset *preset;
	struct topology topology;
	bool refused;
	const char *why;
};

static void print_text(const struct row *row)
{
	const char *skip = row->preset->skip;

	printf("%s%s%s on %s: %s%s\n", row->test->name,
	       row->many ? " with " : "",
	       row->many ? sched_file_name(row->sched) : "", row->preset->name,
	       row->refused ? "left out, "
	       : skip	    ? "ends as skip, "
			    : "runs",
	       row->refused ? row->why
	       : skip	    ? skip
			    : "");
}

static void print_json(const struct row *row)
{
	const char *skip = row->preset->skip, *why = NULL;
	char shape[TOPOLOGY_TEXT_SIZE];
	json_t *o;
	char *text;

	if (row->refused)
		why = row->why;
	else if (skip)
		why = skip;
	topology_format(&row->topology, shape);
	o = must(json_pack("{ss ss ss ss si ss ss ss*}", "test",
			   row->test->name, "scheduler",
			   sched_file_name(row->sched), "preset",
			   row->preset->name, "topology", shape, "cpus",
			   (int)topology_cpus(&row->topology), "about",
			   row->preset->reason, "fate",
			   row->refused ? "left out"
			   : skip	? "skip"
					: "run",
			   "reason", why));
	text = must(json_dumps(o, JSON_COMPACT));
	puts(text);
	free(text);
	json_decref(o);
}

static void explain(const struct request *req, struct row row)
{
	auto_str struct str why = { 0 };

	row.refused = machine_refuse(row.test, row.preset, &row.topology, &why);
	row.why = str_text(&why);
	if (req->json)
		print_json(&row);
	else
		print_text(&row);
}

/* Presets that are selected: all of them when none is named. */
static bool is_wanted(const struct request *req, const struct preset *preset)
{
	return !req->preset || glob_matches(req->preset, preset->name);
}

static size_t explain_test(const struct request *req, struct row row)
{
	bool is_named = fnmatch(req->why, row.test->name, 0) == 0;
	size_t rows = 0;

	for (size_t i = 0; i < preset_count; i++) {
		row.preset = &preset_table[i];
		if (!is_wanted(req, row.preset) ||
		    (!is_named && fnmatch(req->why, row.preset->name, 0) != 0))
			continue;
		explain(req, row);
		rows++;
	}
	return rows;
}

static size_t explain_pair(const struct request *req, const struct project *p,
			   const struct test_file *t,
			   const struct sched_file *s)
{
	const struct test under =
		test_under(&t->test, sched_file_declaration(s));
	struct row row = { .test = &under,
			   .sched = s,
			   .many = p->sched_count > 1 };

	return pair_is_selected(req, t, s) ? explain_test(req, row) : 0;
}

int list_why(const struct request *req)
{
	struct project p;
	size_t rows = 0;

	project_read(req->sched, req->operand, false, &p);
	project_stop_on_complaints(&p);
	for (size_t i = 0; i < p.sched_count * p.test_count; i++)
		rows += explain_pair(req, &p, &p.test[i % p.test_count],
				     &p.sched[i / p.test_count]);
	if (!rows)
		die(EX_USAGE,
		    "--why: neither a test nor a preset that is selected is "
		    "named '%s'",
		    req->why);
	project_done(&p);
	return EX_PASS;
}
