/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * table.c - results for a person: a row for each variant, whatever its seeds;
 * then what did not pass in full. Of thousands of variants those that did not
 * pass, and a row for each test.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/gauntlet/formats.h"
#include "tools/gauntlet/summary.h"
#include "tools/lib/utf8.h"

/* More rows than this are no table for a person. */
#define ROWS_MAX    60
#define DETAILS_MAX 40
/* What stands in full below the table is cut within it. */
#define WHY_CHARS_MAX 160

struct table {
	const struct groups *groups;
	bool is_long;
	enum part column[PARTS];
	int width[PARTS];
	size_t column_count;
	bool has_seeds; /* a row may stand for several */
};

static const char *const headings[PARTS] = {
	[PART_KERNEL] = "KERNEL",   [PART_SCHEDULER] = "SCHEDULER",
	[PART_TEST] = "TEST",	    [PART_PRESET] = "PRESET",
	[PART_PROFILE] = "PROFILE", [PART_CLOCK] = "CLOCK",
	[PART_SEED] = "SEED",
};

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

static const char *uncolour(void)
{
	return *colour(VERDICT_PASS) ? "\033[0m" : "";
}

static const char *text_of(const struct group *g, enum part part)
{
	return g->first->part[part];
}

/* Is this part the same in all rows, so that one line can say it? */
static bool is_constant(const struct groups *all, enum part part)
{
	for (size_t i = 1; i < all->count; i++) {
		if (strcmp(text_of(&all->item[i], part),
			   text_of(&all->item[0], part)) != 0)
			return false;
	}
	return true;
}

static bool is_shown(const struct table *t, const struct group *g)
{
	return !t->is_long || g->worst->verdict != VERDICT_PASS;
}

static void add_column(struct table *t, enum part part)
{
	size_t width = strlen(headings[part]), n = t->column_count++;

	for (size_t i = 0; i < t->groups->count; i++) {
		const struct group *g = &t->groups->item[i];
		size_t len = is_shown(t, g) ? strlen(text_of(g, part)) : 0;

		width = len > width ? len : width;
	}
	t->column[n] = part;
	t->width[n] = (int)width;
}

/* Choose the columns; print those that are none in a line. */
static void choose_columns(struct table *t)
{
	static const enum part order[PARTS] = {
		PART_TEST,    PART_SCHEDULER, PART_KERNEL, PART_PRESET,
		PART_PROFILE, PART_CLOCK,     PART_SEED,
	};
	auto_str struct str same = { 0 };

	for (size_t i = 0; i < PARTS; i++) {
		enum part part = order[i];

		if (part == PART_SEED && t->has_seeds)
			continue;
		if (part == PART_TEST || !is_constant(t->groups, part))
			add_column(t, part);
		else
			str_addf(&same, "%s%s %s",
				 same.len ? ", " : "all: ", headings[part],
				 text_of(&t->groups->item[0], part));
	}
	if (same.len)
		puts(same.text);
}

static void print_headings(const struct table *t)
{
	for (size_t i = 0; i < t->column_count; i++)
		printf("%-*s  ", t->width[i], headings[t->column[i]]);
	printf("%-12s  %s%9s  WHY\n", "VERDICT",
	       t->has_seeds ? "   PASSED  " : "", "TIME");
}

static void print_row(const struct table *t, const struct group *g)
{
	auto_str struct str why = { 0 }, time = { 0 }, passed = { 0 };
	auto_str struct str line = { 0 };
	enum verdict verdict = g->worst->verdict;

	for (size_t i = 0; i < t->column_count; i++)
		printf("%-*s  ", t->width[i], text_of(g, t->column[i]));
	format_seconds(group_seconds(g), &time);
	group_why(g, &why);
	utf8_add_line(&line, str_text(&why), why.len, WHY_CHARS_MAX);
	if (t->has_seeds) {
		group_passed(g, &passed);
		str_add(&passed, "  ");
	}
	printf("%s%-12s%s  %*s%9s%s%s\n", colour(verdict),
	       verdict_names[verdict], uncolour(), t->has_seeds ? 11 : 0,
	       str_text(&passed), str_text(&time), line.len ? "  " : "",
	       str_text(&line));
}

static void print_one(const struct result *r, bool is_whole)
{
	printf("%s%s%s %s%s%s\n", colour(r->verdict), verdict_names[r->verdict],
	       uncolour(), r->name, *r->class ? ": " : "", r->class);
	for (char **reason = r->reason; is_whole && reason && *reason; reason++)
		printf("  %s\n", *reason);
	if (r->repro)
		printf("  watched: %s\n", r->repro);
	if (r->rerun && *r->rerun)
		printf("  again: %s\n", r->rerun);
}

/* All reasons of the worst of a variant's seeds; of the others the commands. */
static void print_detail(const struct group *g)
{
	putchar('\n');
	print_one(g->worst, true);
	for (size_t i = 0; i < g->count; i++) {
		const struct result *r = g->member[i];

		if (r != g->worst && r->verdict != VERDICT_PASS)
			print_one(r, false);
	}
}

static void print_details(const struct groups *sorted, bool all)
{
	size_t told = 0, left = 0;

	for (size_t i = 0; i < sorted->count; i++) {
		if (sorted->item[i].worst->verdict == VERDICT_PASS)
			continue;
		if (!all && told == DETAILS_MAX) {
			left++;
			continue;
		}
		print_detail(&sorted->item[i]);
		told++;
	}
	if (left)
		printf("\n%zu more did not pass; --all tells them too\n", left);
}

static void print_rows(const struct table *t, bool all)
{
	size_t told = 0, left = 0;

	print_headings(t);
	for (size_t i = 0; i < t->groups->count; i++) {
		const struct group *g = &t->groups->item[i];

		if (!is_shown(t, g))
			continue;
		if (!all && told == ROWS_MAX)
			left++;
		else
			print_row(t, g);
		told += !left;
	}
	if (left)
		printf("... and %zu more rows\n", left);
}

static void print_summary(const struct results *all)
{
	struct summary s;
	int width = 4;

	summary_make(all, PART_TEST, &s);
	for (size_t i = 0; i < s.count && i < ROWS_MAX; i++) {
		int len = (int)strlen(s.line[i].name);

		width = len > width ? len : width;
	}
	printf("\n%-*s  %8s %8s %12s %8s %8s\n", width, "TEST", "PASSED",
	       "FAILED", "INCONCLUSIVE", "SKIPPED", "ERRORS");
	for (size_t i = 0; i < s.count && i < ROWS_MAX; i++) {
		const size_t *n = s.line[i].tally;

		printf("%-*s  %8zu %8zu %12zu %8zu %8zu\n", width,
		       s.line[i].name, n[VERDICT_PASS], n[VERDICT_FAIL],
		       n[VERDICT_INCONCLUSIVE], n[VERDICT_SKIP],
		       n[VERDICT_ERROR]);
	}
	if (s.count > ROWS_MAX)
		printf("... and %zu more tests\n", s.count - ROWS_MAX);
	summary_done(&s);
}

void format_table(const struct results *all, bool whole)
{
	auto_str struct str tally = { 0 };
	struct groups groups, sorted;
	bool failed = all->tally[VERDICT_PASS] < all->count;

	groups_make(all, &groups);
	groups_make(all, &sorted);
	groups_sort(&sorted);
	struct table t = { .groups = &groups,
			   .is_long = !whole && groups.count > ROWS_MAX,
			   .has_seeds = groups.count < all->count };
	if (t.is_long)
		t.groups = &sorted;
	choose_columns(&t);
	if (!t.is_long || failed)
		print_rows(&t, whole);
	print_details(&sorted, whole);
	if (t.is_long)
		print_summary(all);
	format_tally(all, &tally);
	printf("%s%s\n", failed || t.is_long ? "\n" : "", str_text(&tally));
	groups_done(&groups);
	groups_done(&sorted);
}
