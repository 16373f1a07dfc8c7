/* SPDX-License-Identifier: GPL-2.0-or-later */
/* report.c - "ktstr-gauntlet report": what became of the variants. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/gauntlet/formats.h"
#include "tools/gauntlet/request.h"
#include "tools/lib/spec/diag.h"

void format_tally(const struct results *all, struct str *out)
{
	const size_t *tally = all->tally;

	str_addf(out,
		 "%zu passed, %zu failed, %zu inconclusive, %zu skipped, "
		 "%zu errors",
		 tally[VERDICT_PASS], tally[VERDICT_FAIL],
		 tally[VERDICT_INCONCLUSIVE], tally[VERDICT_SKIP],
		 tally[VERDICT_ERROR]);
}

void format_why(const struct result *r, struct str *out)
{
	if (r->verdict == VERDICT_PASS)
		return;
	str_add(out, r->class);
	if (r->reason && r->reason[0])
		str_addf(out, "%s%s", out->len ? ": " : "", r->reason[0]);
}

void format_seconds(double seconds, struct str *out)
{
	if (seconds < 0)
		str_add(out, "-");
	else
		str_addf(out, "%.2f s", seconds);
}

static const struct {
	const char *name;
	void (*print)(const struct results *results, bool all);
} format_table_of[] = {
	{ "table", format_table },	 { "tap", format_tap },
	{ "ktap", format_ktap },	 { "json", format_json },
	{ "jsonl", format_jsonl },	 { "junit", format_junit },
	{ "markdown", format_markdown }, { "github", format_github },
};
#define FORMAT_COUNT (sizeof(format_table_of) / sizeof(format_table_of[0]))

/* What the report means: failures first, then what could not be judged. */
static int exit_code(const struct results *all)
{
	if (all->tally[VERDICT_FAIL])
		return EX_FAIL;
	if (all->tally[VERDICT_ERROR])
		return EX_BROKEN;
	if (all->tally[VERDICT_INCONCLUSIVE])
		return EX_INCONCLUSIVE;
	return all->tally[VERDICT_PASS] ? EX_PASS : EX_SKIP;
}

int command_report(const struct request *req)
{
	const char *names[FORMAT_COUNT + 1] = { NULL };
	const char *format = req->format;
	struct results all;
	size_t i;

	if (!format)
		format = req->json ? "json" : "table";
	for (i = 0; i < FORMAT_COUNT; i++) {
		names[i] = format_table_of[i].name;
		if (strcmp(names[i], format) == 0)
			break;
	}
	if (i == FORMAT_COUNT) {
		const char *near = diag_nearest(format, names);

		die(EX_USAGE, "--format: no format is named '%s'%s%s%s", format,
		    near ? ", did you mean '" : "", near ? near : "",
		    near ? "'?" : "");
	}
	results_read(req->operand[0], req->variants,
		     format_table_of[i].print == format_table, &all);
	if (all.count == 0)
		die(EX_USAGE, "there is no result in '%s'", req->operand[0]);
	format_table_of[i].print(&all, req->all);
	int code = exit_code(&all);
	results_done(&all);
	return code;
}
