/* SPDX-License-Identifier: GPL-2.0-or-later */
/* stats-print.c - "ktstr-gauntlet stats": what stands out in all results. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/gauntlet/own-options.h"
#include "tools/gauntlet/request.h"
#include "tools/gauntlet/stats.h"
#include "tools/lib/words.h"

#define ROWS_MAX 40

static const char help[] =
	"usage: ktstr-gauntlet stats [OPTION]... DIR\n"
	"       ktstr-gauntlet stats --values [--json] DIR\n"
	"       ktstr-gauntlet stats --metrics [--json]\n"
	"Print the tests that stand out, and means by test, topology and type of\n"
	"work, of all results below a folder.\n"
	"\n" HELP_FILTERS
	"      --values               which kernels, schedulers ... there are\n"
	"      --metrics              which metrics are known\n"
	"      --all                  all lines, however many\n"
	"      --json                 one JSON object\n" HELP_COMMON;

/* Columns of the tables, beside the verdicts: metrics by name. */
static const struct {
	const char *metric, *heading;
} columns[] = {
	{ "worst_spread", "SPREAD %" },
	{ "worst_gap_ms", "GAP ms" },
	{ "worst_p99_wake_latency_us", "P99 us" },
	{ "worst_run_delay_us", "DELAY us" },
	{ "total_migrations", "MIGRATIONS" },
	{ "total_iterations", "ITERATIONS" },
};
#define COLUMNS (sizeof(columns) / sizeof(columns[0]))

static void print_mean(double value)
{
	if (isnan(value))
		printf("  %10s", "-");
	else
		printf("  %10.4g", value);
}

static void print_lines(const struct samples *s, const struct stats_lines *l,
			enum stats_by by, bool all)
{
	size_t shown = all || l->count < ROWS_MAX ? l->count : ROWS_MAX;
	int width = 9;

	for (size_t i = 0; i < shown; i++) {
		int len = (int)strlen(l->item[i].name);

		width = len > width ? len : width;
	}
	printf("\n%-*s  %6s  %6s  %6s  %6s  %6s", width, stats_by_names[by],
	       "PASS", "FAIL", "INCON", "SKIP", "ERROR");
	for (size_t k = 0; k < COLUMNS; k++)
		printf("  %10s", columns[k].heading);
	putchar('\n');
	for (size_t i = 0; i < shown; i++) {
		const struct stats_line *line = &l->item[i];

		printf("%-*s", width, line->name);
		for (size_t k = 0; k < VERDICTS; k++)
			printf("  %6zu", line->tally[k]);
		for (size_t k = 0; k < COLUMNS; k++)
			print_mean(line->mean[metrics_find(s->metrics,
							   columns[k].metric)]);
		putchar('\n');
	}
	if (shown < l->count)
		printf("... and %zu more; --all prints them\n",
		       l->count - shown);
}

static void print_outliers(const struct samples *s, const struct outlier *list,
			   size_t count, bool all)
{
	size_t shown = all || count < ROWS_MAX ? count : ROWS_MAX;

	if (!count) {
		puts("no test stands out by more than 2 sigma");
		return;
	}
	puts("tests that stand out by more than 2 sigma, and their worst "
	     "topology:");
	for (size_t i = 0; i < shown; i++) {
		const struct outlier *o = &list[i];
		const struct metric *m = &s->metrics->item[o->metric];

		printf("  %4.1f sigma  %s of %s: %.6g%s%s, of all tests %.6g; "
		       "%s\n",
		       o->sigmas, m->name, o->test, o->mean,
		       *m->unit ? " " : "", m->unit, o->of_all, o->worst);
	}
	if (shown < count)
		printf("... and %zu more; --all prints them\n", count - shown);
}

static void print_text(const struct samples *s, bool all)
{
	struct stats_lines lines[STATS_BYS];
	struct outlier *outlier;
	size_t count;

	for (unsigned int by = 0; by < STATS_BYS; by++)
		stats_lines(s, (enum stats_by)by, &lines[by]);
	count = stats_outliers(s, &lines[STATS_TEST], &outlier);
	printf("%s: %zu runs\n", s->folder, s->count);
	print_outliers(s, outlier, count, all);
	for (unsigned int by = 0; by < STATS_BYS; by++) {
		if (by != STATS_WORK_TYPE || lines[by].count > 1)
			print_lines(s, &lines[by], (enum stats_by)by, all);
		stats_lines_done(&lines[by]);
	}
	free(outlier);
}

static json_t *number(double value)
{
	return isnan(value) ? json_null() : json_real(value);
}

static json_t *lines_json(const struct samples *s, enum stats_by by)
{
	json_t *list = must(json_array());
	struct stats_lines lines;

	stats_lines(s, by, &lines);
	for (size_t i = 0; i < lines.count; i++) {
		json_t *o = must(json_object()), *mean = must(json_object());

		json_object_set_new(o, "name", json_string(lines.item[i].name));
		for (size_t k = 0; k < VERDICTS; k++)
			json_object_set_new(
				o, verdict_names[k],
				json_integer(
					(json_int_t)lines.item[i].tally[k]));
		for (size_t m = 0; m < s->metrics->count; m++)
			json_object_set_new(mean, s->metrics->item[m].name,
					    number(lines.item[i].mean[m]));
		json_object_set_new(o, "mean", mean);
		json_array_append_new(list, o);
	}
	stats_lines_done(&lines);
	return list;
}

static json_t *outliers_json(const struct samples *s)
{
	json_t *list = must(json_array());
	struct stats_lines tests;
	struct outlier *outlier;
	size_t count;

	stats_lines(s, STATS_TEST, &tests);
	count = stats_outliers(s, &tests, &outlier);
	for (size_t i = 0; i < count; i++) {
		const struct outlier *o = &outlier[i];

		json_array_append_new(
			list,
			must(json_pack("{ss ss ss sf sf sf}", "metric",
				       s->metrics->item[o->metric].name, "test",
				       o->test, "topology", o->worst, "mean",
				       o->mean, "of_all", o->of_all, "sigmas",
				       o->sigmas)));
	}
	free(outlier);
	stats_lines_done(&tests);
	return list;
}

static void print_object(json_t *o)
{
	char *text = must(json_dumps(o, JSON_COMPACT));

	puts(text);
	free(text);
	json_decref(o);
}

static void print_json(const struct samples *s)
{
	json_t *o = must(json_object());

	json_object_set_new(o, "schema_version", json_integer(1));
	json_object_set_new(o, "runs", json_integer((json_int_t)s->count));
	json_object_set_new(o, "outliers", outliers_json(s));
	for (unsigned int by = 0; by < STATS_BYS; by++)
		json_object_set_new(o, stats_by_names[by],
				    lines_json(s, (enum stats_by)by));
	print_object(o);
}

/* Which values there are to filter by. */
static void print_values(const struct samples *s, bool json)
{
	json_t *o = must(json_object());

	for (unsigned int dim = 0; dim < DIMS; dim++) {
		char **list = samples_values(s, (enum dim)dim);
		json_t *array = must(json_array());

		for (char **one = list; one && *one; one++) {
			json_array_append_new(array, json_string(*one));
			if (!json)
				printf("%-14s  %s\n", dim_names[dim], *one);
		}
		json_object_set_new(o, dim_names[dim], array);
		words_free(list);
	}
	if (json)
		print_object(o);
	else
		json_decref(o);
}

static void print_metrics(const struct metrics *m, bool json)
{
	json_t *list = must(json_array());

	if (!json)
		printf("%-32s  %-6s  %10s  %8s  %s\n", "METRIC", "BETTER",
		       "FROM", "AND FROM", "UNIT");
	for (size_t i = 0; i < m->count; i++) {
		const struct metric *one = &m->item[i];

		if (!json)
			printf("%-32s  %-6s  %10g  %6g %%  %s\n", one->name,
			       better_names[one->better], one->gate,
			       one->gate_part * 100, one->unit);
		json_array_append_new(
			list,
			must(json_pack("{ss ss sf sf ss}", "name", one->name,
				       "better", better_names[one->better],
				       "gate", one->gate, "gate_percent",
				       one->gate_part * 100, "unit",
				       one->unit)));
	}
	if (json)
		print_object(json_pack("{so}", "metrics", list));
	else
		json_decref(list);
}

int stats_main(int argc, char **argv)
{
	struct metrics metrics;
	struct samples s = { 0 };
	struct own_request q;

	own_options_read(argc, argv, "stats", "tjAMUD", help, &q);
	if (words_count(q.folder) != (q.metrics ? 0 : 1))
		die(EX_USAGE, "stats takes one folder of results, and with "
			      "--metrics none; see stats --help");
	if (q.metrics && (q.values || q.all || q.test))
		die(EX_USAGE, "--metrics lists what is known; no other option "
			      "but --json has a meaning beside it");
	metrics_init(&metrics);
	if (q.metrics) {
		print_metrics(&metrics, q.json);
	} else {
		samples_read(q.folder[0], &metrics, &s);
		samples_filter(&s, &q.filter[0], q.test);
		if (!s.count)
			die(EX_USAGE,
			    "no result in '%s' is what was asked for; see "
			    "stats --values",
			    q.folder[0]);
		if (q.values)
			print_values(&s, q.json);
		else if (q.json)
			print_json(&s);
		else
			print_text(&s, q.all);
		samples_done(&s);
	}
	metrics_done(&metrics);
	own_options_done(&q);
	msg_close_stdout();
	return EX_PASS;
}
