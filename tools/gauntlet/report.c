/* SPDX-License-Identifier: GPL-2.0-or-later */
/* report.c - "ktstr-gauntlet report": what became of the variants. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/gauntlet/formats.h"
#include "tools/gauntlet/request.h"
#include "tools/lib/spec/diag.h"

/* Columns of the table that may be the same in all rows. */
#define COLUMNS PARTS

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

/* How a verdict is coloured on a terminal. */
static const char *colour(enum verdict verdict)
{
	static const char *const sequence[VERDICTS] = {
		[VERDICT_PASS] = "\033[32m",
		[VERDICT_FAIL] = "\033[31m",
		[VERDICT_INCONCLUSIVE] = "\033[33m",
		[VERDICT_SKIP] = "\033[36m",
		[VERDICT_ERROR] = "\033[35m",
	};
	const char *no = getenv("NO_COLOR");

	return (no && *no) || !isatty(STDOUT_FILENO) ? "" : sequence[verdict];
}

struct table {
	const struct results *all;
	enum part column[COLUMNS];
	size_t width[COLUMNS], column_count;
};

static const char *const headings[COLUMNS] = {
	[PART_KERNEL] = "KERNEL",   [PART_SCHEDULER] = "SCHEDULER",
	[PART_TEST] = "TEST",	    [PART_PRESET] = "PRESET",
	[PART_PROFILE] = "PROFILE", [PART_CLOCK] = "CLOCK",
	[PART_SEED] = "SEED",
};

/* Is this part the same in all results, so that one line can say it? */
static bool is_constant(const struct results *all, enum part part)
{
	for (size_t i = 1; i < all->count; i++) {
		if (strcmp(all->item[i].part[part], all->item[0].part[part]) !=
		    0)
			return false;
	}
	return true;
}

/* Choose the columns; print those that are none in a line. */
static void choose_columns(struct table *t)
{
	static const enum part order[COLUMNS] = {
		PART_TEST,    PART_SCHEDULER, PART_KERNEL, PART_PRESET,
		PART_PROFILE, PART_CLOCK,     PART_SEED,
	};
	auto_str struct str same = { 0 };

	for (size_t i = 0; i < COLUMNS; i++) {
		enum part part = order[i];
		size_t n = t->column_count, width = strlen(headings[part]);

		if (part != PART_TEST && is_constant(t->all, part)) {
			str_addf(&same, "%s%s %s",
				 same.len ? ", " : "all: ", headings[part],
				 t->all->item[0].part[part]);
			continue;
		}
		for (size_t j = 0; j < t->all->count; j++) {
			size_t len = strlen(t->all->item[j].part[part]);

			width = len > width ? len : width;
		}
		t->column[n] = part;
		t->width[n] = width;
		t->column_count++;
	}
	if (same.len)
		puts(same.text);
}

static void print_row(const struct table *t, const struct result *r)
{
	auto_str struct str why = { 0 }, time = { 0 };
	const char *start = colour(r->verdict);

	for (size_t i = 0; i < t->column_count; i++)
		printf("%-*s  ", (int)t->width[i], r->part[t->column[i]]);
	format_seconds(r->seconds, &time);
	format_why(r, &why);
	printf("%s%-12s%s  %9s%s%s\n", start, verdict_names[r->verdict],
	       *start ? "\033[0m" : "", str_text(&time), why.len ? "  " : "",
	       str_text(&why));
}

/* All reasons of what did not pass, and how to run it again. */
static void print_details(const struct results *all)
{
	for (size_t i = 0; i < all->count; i++) {
		const struct result *r = &all->item[i];

		if (r->verdict == VERDICT_PASS)
			continue;
		printf("\n%s%s%s %s%s%s\n", colour(r->verdict),
		       verdict_names[r->verdict],
		       *colour(r->verdict) ? "\033[0m" : "", r->name,
		       *r->class ? ": " : "", r->class);
		for (char **reason = r->reason; reason && *reason; reason++)
			printf("  %s\n", *reason);
		if (r->rerun && *r->rerun)
			printf("  again: %s\n", r->rerun);
	}
}

void format_table(const struct results *all)
{
	struct table t = { .all = all };
	auto_str struct str tally = { 0 };

	choose_columns(&t);
	for (size_t i = 0; i < t.column_count; i++)
		printf("%-*s  ", (int)t.width[i], headings[t.column[i]]);
	printf("%-12s  %9s  WHY\n", "VERDICT", "TIME");
	for (size_t i = 0; i < all->count; i++)
		print_row(&t, &all->item[i]);
	print_details(all);
	format_tally(all, &tally);
	printf("%s%s\n", all->tally[VERDICT_PASS] < all->count ? "\n" : "",
	       str_text(&tally));
}

static const struct {
	const char *name;
	void (*print)(const struct results *all);
} format_table_of[] = {
	{ "table", format_table },   { "tap", format_tap },
	{ "ktap", format_ktap },     { "json", format_json },
	{ "junit", format_junit },   { "markdown", format_markdown },
	{ "github", format_github },
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
	results_read(req->operand[0], req->variants, &all);
	if (all.count == 0)
		die(EX_USAGE, "there is no result in '%s'", req->operand[0]);
	format_table_of[i].print(&all);
	int code = exit_code(&all);
	results_done(&all);
	return code;
}
