/* SPDX-License-Identifier: GPL-2.0-or-later */
/* compare-print.c - a comparison for a person: what got worse comes first. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/gauntlet/bootstrap.h"
#include "tools/gauntlet/compare.h"
#include "tools/gauntlet/formats.h"
#include "tools/lib/words.h"

/* More of one kind are no report for a person. */
#define ROWS_MAX 40

/* A difference and its pair. */
struct row {
	const struct pair *pair;
	const struct difference *d;
};

static const char *sign(double value)
{
	return value > 0 ? "+" : "";
}

/* "+12.5 %", of zero the step itself. */
static void add_delta(struct str *out, const struct difference *d)
{
	double step = d->b - d->a;

	if (isnan(step))
		str_add(out, "-");
	else if (d->a == 0)
		str_addf(out, "%s%.6g", sign(step), step);
	else
		str_addf(out, "%s%.3g %%", sign(step), step / fabs(d->a) * 100);
}

/* What the real clock allows to say. */
static void add_evidence(struct str *out, const struct difference *d)
{
	if (d->has_interval)
		str_addf(out,
			 "  95 %% of the step: %s%.6g to %s%.6g, of %zu and "
			 "%zu runs",
			 sign(d->low), d->low, sign(d->high), d->high,
			 d->runs_a, d->runs_b);
	else if (d->change == CHANGE_TOO_FEW)
		str_addf(out, "  %zu and %zu runs, at least %d are needed",
			 d->runs_a, d->runs_b, BOOTSTRAP_RUNS_MIN);
	else if (d->change == CHANGE_OPEN)
		str_add(out, "  (nobody says what is better)");
}

static void add_mean(struct str *out, double mean)
{
	if (isnan(mean))
		str_add(out, "-");
	else
		str_addf(out, "%.10g", mean);
}

static void print_row(const struct comparison *c, const struct row *row,
		      int width)
{
	const struct difference *d = row->d;
	const struct metric *m = &c->metrics.item[d->metric];
	auto_str struct str label = { 0 }, delta = { 0 }, more = { 0 };
	auto_str struct str a = { 0 }, b = { 0 };

	add_mean(&a, d->a);
	add_mean(&b, d->b);
	compare_label(c, row->pair, &label);
	add_delta(&delta, d);
	add_evidence(&more, d);
	printf("%-*s  %-32s  %12s  %12s  %-3s  %10s  %s%s\n", width,
	       str_text(&label), m->name, str_text(&a), str_text(&b), m->unit,
	       str_text(&delta), change_names[d->change], str_text(&more));
}

static int label_width(const struct comparison *c)
{
	size_t width = strlen("VARIANT");

	for (size_t i = 0; i < c->pair_count; i++) {
		auto_str struct str label = { 0 };

		compare_label(c, &c->pair[i], &label);
		width = label.len > width ? label.len : width;
	}
	return (int)width;
}

/* Rows of one kind; returns how many were left out. */
static size_t print_kind(const struct comparison *c, enum change change,
			 int width, bool all, bool *is_first)
{
	size_t told = 0, left = 0;

	for (size_t i = 0; i < c->pair_count; i++) {
		const struct pair *p = &c->pair[i];

		for (size_t k = 0; k < p->difference_count; k++) {
			struct row row = { p, &p->difference[k] };

			if (row.d->change != change)
				continue;
			if (!all && told == ROWS_MAX) {
				left++;
				continue;
			}
			if (*is_first)
				printf("\n%-*s  %-32s  %12s  %12s  %-3s  %10s  "
				       "%s\n",
				       width, "VARIANT", "METRIC", "A", "B", "",
				       "DELTA", "VERDICT");
			*is_first = false;
			print_row(c, &row, width);
			told++;
		}
	}
	return left;
}

static void print_changes(const struct comparison *c, bool all)
{
	static const enum change order[] = {
		CHANGE_WORSE, CHANGE_GONE, CHANGE_BETTER, CHANGE_TOO_FEW,
		CHANGE_NOISE, CHANGE_NEW,  CHANGE_OPEN,	  CHANGE_SMALL,
	};
	int width = label_width(c);
	bool is_first = true;
	size_t left = 0;

	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++)
		left += print_kind(c, order[i], width, all, &is_first);
	if (left)
		printf("... and %zu more; --all prints them\n", left);
}

/* A variant that passed and does not any more, and how to see it. */
static void print_broken(const struct comparison *c, const struct pair *p)
{
	auto_str struct str label = { 0 }, why = { 0 };
	const struct sample *one = p->broken ? p->broken : p->b[0];
	const struct result *r = NULL;

	for (size_t i = 0; i < p->count_b && !p->broken; i++) {
		one = p->b[i];
		if (sample_result(&c->b, one)->verdict != VERDICT_PASS)
			break;
	}
	r = sample_result(&c->b, one);
	compare_label(c, p, &label);
	format_why(r, &why);
	printf("\n%s %s: %zu of %zu passed, now %zu of %zu\n",
	       p->outcome == OUTCOME_BROKE ? "REGRESSION" : "undecided",
	       str_text(&label), p->passed_a, p->count_a, p->passed_b,
	       p->count_b);
	printf("  %s: %s%s%s\n", r->part[PART_SEED], verdict_names[r->verdict],
	       why.len ? ", " : "", str_text(&why));
	if (r->rerun && *r->rerun)
		printf("  again: %s\n", r->rerun);
}

static void print_outcomes(const struct comparison *c, enum outcome outcome,
			   bool all)
{
	size_t told = 0, left = 0;

	for (size_t i = 0; i < c->pair_count; i++) {
		if (c->pair[i].outcome != outcome)
			continue;
		if (!all && told == ROWS_MAX) {
			left++;
			continue;
		}
		print_broken(c, &c->pair[i]);
		told++;
	}
	if (left)
		printf("... and %zu more; --all prints them\n", left);
}

/* "6.12" or "6.12, 6.13": few enough for a line. */
static void add_values(struct str *out, const struct samples *s, enum dim dim)
{
	char **list = samples_values(s, dim);
	size_t n = words_count(list);

	for (size_t i = 0; i < n && i < 4; i++)
		str_addf(out, "%s%s", i ? ", " : "", list[i]);
	if (n > 4)
		str_addf(out, " and %zu more", n - 4);
	words_free(list);
}

/* "host governor: performance against powersave", and the pairs. */
static void print_hosts(const struct host_differences *d)
{
	for (size_t i = 0; i < d->count; i++) {
		const struct host_difference *one = &d->item[i];

		printf("host %s: %s against %s (%zu)\n", one->name, one->a,
		       one->b, one->pairs);
	}
}

static void print_head(const struct comparison *c,
		       const struct host_differences *hosts)
{
	auto_str struct str inputs = { 0 };

	printf("A: %s, %zu runs\nB: %s, %zu runs\n", c->a.folder, c->a.count,
	       c->b.folder, c->b.count);
	for (size_t i = 0; i < DIMS; i++) {
		auto_str struct str line = { 0 };

		if (!c->sliced[i])
			continue;
		str_addf(&line, "%s: ", dim_names[i]);
		add_values(&line, &c->a, (enum dim)i);
		str_add(&line, " against ");
		add_values(&line, &c->b, (enum dim)i);
		puts(str_text(&line));
	}
	compare_inputs(c, &inputs);
	printf("inputs that differ, with the number of pairs: %s\n",
	       inputs.len ? str_text(&inputs) : "none");
	print_hosts(hosts);
}

static void add_count(struct str *out, size_t n, const char *what)
{
	if (n)
		str_addf(out, "%s%zu %s", out->len ? ", " : "", n, what);
}

static void print_tally(const struct comparison *c, bool all)
{
	static const char *const outcome[OUTCOMES] = {
		[OUTCOME_SAME] = "without a difference that counts",
		[OUTCOME_COMPARED] = "with differences",
		[OUTCOME_BROKE] = "passed and do not any more",
		[OUTCOME_FIXED] = "pass now",
		[OUTCOME_UNDECIDED] = "passed and could not be judged now",
		[OUTCOME_FAILING] = "did not pass before either",
		[OUTCOME_MACHINE] = "have another machine of their own",
	};
	static const char *const change[CHANGES] = {
		[CHANGE_WORSE] = "regressions",
		[CHANGE_BETTER] = "improvements",
		[CHANGE_TOO_FEW] = "of too few runs",
		[CHANGE_NEW] = "measured in B alone",
		[CHANGE_GONE] = "not measured any more",
		[CHANGE_NOISE] = "that may be chance",
		[CHANGE_OPEN] = "of which nobody says what is better",
		[CHANGE_SMALL] = "exact ones below the gates",
	};
	auto_str struct str pairs = { 0 }, metrics = { 0 }, alone = { 0 };
	struct comparison_tally t;

	compare_count(c, &t);
	for (size_t i = 0; i < OUTCOMES; i++)
		add_count(&pairs, t.outcome[i], outcome[i]);
	for (size_t i = CHANGES; i-- > CHANGE_SMALL;)
		add_count(&metrics, t.change[i], change[i]);
	add_count(&alone, c->only_a.count, "runs in A alone");
	add_count(&alone, c->only_b.count, "runs in B alone");
	printf("\n%zu variants: %s\n", c->pair_count, str_text(&pairs));
	printf("differences: %s\n", metrics.len ? str_text(&metrics) : "none");
	if (alone.len)
		printf("not compared: %s%s\n", str_text(&alone),
		       all ? "" : "; --all names them");
	for (size_t i = 0; all && i < c->only_a.count; i++)
		printf("  A: %s\n",
		       sample_result(&c->a, c->only_a.item[i])->name);
	for (size_t i = 0; all && i < c->only_b.count; i++)
		printf("  B: %s\n",
		       sample_result(&c->b, c->only_b.item[i])->name);
}

void compare_print(const struct comparison *c,
		   const struct host_differences *hosts, bool all)
{
	print_head(c, hosts);
	print_outcomes(c, OUTCOME_BROKE, all);
	print_outcomes(c, OUTCOME_UNDECIDED, all);
	print_changes(c, all);
	print_tally(c, all);
}
