/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/gauntlet/metrics.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tools/gauntlet/request.h"
#include "tools/lib/str.h"
#include "tools/lib/utf8.h"

/* A payload's metric has no unit that we know, so its part alone decides. */
#define PAYLOAD_GATE_PART 0.10
/* A tail of fewer turns than this is none. */
#define TAIL_ITERATIONS_MIN 100
#define NAME_CHARS_MAX	    200
/* So that no result makes thousands of them. */
#define METRICS_MAX 2000

const char *const better_names[] = {
	[METRIC_UNKNOWN] = "unknown",
	[METRIC_LOWER] = "lower",
	[METRIC_HIGHER] = "higher",
};

/* How one number for the run is made of those of its cgroups. */
enum fold { FOLD_TOTAL, FOLD_MOST, FOLD_LEAST };

static const struct known {
	const char *name, *key, *unit;
	enum better better;
	enum fold fold;
	double gate, gate_part;
} known[] = {
	/* clang-format off */
	{ "worst_spread", "spread_percent", "%", METRIC_LOWER, FOLD_MOST, 5, 0.25 },
	{ "worst_gap_ms", "max_gap_ms", "ms", METRIC_LOWER, FOLD_MOST, 500, 0.50 },
	{ "total_migrations", "migrations", "", METRIC_LOWER, FOLD_TOTAL, 10, 0.30 },
	{ "worst_migration_ratio", "migration_ratio", "", METRIC_LOWER, FOLD_MOST, 0.05, 0.20 },
	{ "worst_p99_wake_latency_us", "p99_wake_latency_us", "us", METRIC_LOWER, FOLD_MOST, 50, 0.25 },
	{ "worst_median_wake_latency_us", "p50_wake_latency_us", "us", METRIC_LOWER, FOLD_MOST, 20, 0.25 },
	{ "worst_wake_latency_cv", "wake_latency_cv", "", METRIC_LOWER, FOLD_MOST, 0.10, 0.25 },
	{ "worst_wake_latency_tail_ratio", "wake_tail_ratio", "", METRIC_LOWER, FOLD_MOST, 0.5, 0.25 },
	{ "total_iterations", "iterations", "", METRIC_HIGHER, FOLD_TOTAL, 100, 0.10 },
	{ "worst_iterations_per_worker", "iterations_per_worker", "", METRIC_HIGHER, FOLD_LEAST, 10, 0.10 },
	{ "worst_mean_run_delay_us", "mean_run_delay_us", "us", METRIC_LOWER, FOLD_MOST, 50, 0.25 },
	{ "worst_run_delay_us", "worst_run_delay_us", "us", METRIC_LOWER, FOLD_MOST, 100, 0.50 },
	{ "worst_wait_per_run_us", "worst_wait_per_run_us", "us", METRIC_LOWER, FOLD_MOST, 50, 0.25 },
	{ "worst_throughput_cv", "throughput_cv", "", METRIC_LOWER, FOLD_MOST, 0.05, 0.25 },
	{ "lowest_work_rate", "lowest_work_rate", "/s", METRIC_HIGHER, FOLD_LEAST, 1000, 0.10 },
	{ "worst_weight_error", "weight_error_percent", "%", METRIC_LOWER, FOLD_MOST, 2, 0.25 },
	{ "worst_standstill_ms", "standstill_ms", "ms", METRIC_LOWER, FOLD_MOST, 200, 0.50 },
	{ "worst_idle_while_waiting_ms", "idle_while_waiting_ms", "ms", METRIC_LOWER, FOLD_MOST, 200, 0.50 },
	{ "worst_page_locality", "page_locality_percent", "%", METRIC_HIGHER, FOLD_LEAST, 5, 0.10 },
	{ "worst_cross_node_migration_ratio", "cross_node_migration_ratio", "", METRIC_LOWER, FOLD_MOST, 0.05, 0.20 },
	{ "worst_slow_tier_ratio", "slow_tier_ratio", "", METRIC_LOWER, FOLD_MOST, 0.05, 0.20 },
	/* clang-format on */
};
#define KNOWN (sizeof(known) / sizeof(known[0]))

static void add(struct metrics *m, const struct metric *metric)
{
	m->item = must(reallocarray(m->item, m->count + 1, sizeof(*m->item)));
	m->item[m->count] = *metric;
	m->item[m->count].name = must(strdup(metric->name));
	m->item[m->count].unit = must(strdup(metric->unit));
	m->count++;
}

void metrics_init(struct metrics *m)
{
	*m = (struct metrics){ 0 };
	for (size_t i = 0; i < KNOWN; i++)
		add(m, &(struct metric){ (char *)known[i].name,
					 (char *)known[i].unit, known[i].better,
					 known[i].gate, known[i].gate_part });
}

void metrics_done(struct metrics *m)
{
	for (size_t i = 0; i < m->count; i++) {
		free(m->item[i].name);
		free(m->item[i].unit);
	}
	free(m->item);
	*m = (struct metrics){ 0 };
}

long metrics_find(const struct metrics *m, const char *name)
{
	for (size_t i = 0; i < m->count; i++) {
		if (strcmp(m->item[i].name, name) == 0)
			return (long)i;
	}
	return -1;
}

/* A number that counts: JSON has neither NAN nor infinity. */
static double number(const json_t *o, const char *key)
{
	const json_t *value = json_object_get(o, key);

	return json_is_number(value) ? json_number_value(value) : NAN;
}

static double fold(const json_t *cgroups, const struct known *k)
{
	double found = NAN;

	for (size_t i = 0; i < json_array_size(cgroups); i++) {
		double value = number(json_array_get(cgroups, i), k->key);

		if (isnan(value))
			continue;
		if (isnan(found) ||
		    (k->fold == FOLD_MOST ? value > found : value < found))
			found = value;
	}
	return found;
}

static double known_value(const json_t *stats, const struct known *k)
{
	const json_t *total = json_object_get(stats, "total");
	const json_t *cgroups = json_object_get(stats, "cgroups");

	/* Without workers there is nothing to tell, not even zeroes. */
	if (!(number(total, "workers") > 0))
		return NAN;
	if (strcmp(k->key, "wake_tail_ratio") == 0 &&
	    number(total, "iterations") < TAIL_ITERATIONS_MIN)
		return NAN;
	/* Latencies of nothing. */
	if (strstr(k->key, "wake_") && !(number(total, "wakes") > 0))
		return NAN;
	return k->fold == FOLD_TOTAL ? number(total, k->key) : fold(cgroups, k);
}

static void set(struct values *v, size_t at, double value)
{
	if (at >= v->count) {
		v->value =
			must(reallocarray(v->value, at + 1, sizeof(*v->value)));
		while (v->count <= at)
			v->value[v->count++] = NAN;
	}
	v->value[at] = value;
}

static enum better better_of(const json_t *metric)
{
	const char *text = json_string_value(json_object_get(metric, "better"));

	if (text && strcmp(text, "lower") == 0)
		return METRIC_LOWER;
	return text && strcmp(text, "higher") == 0 ? METRIC_HIGHER
						   : METRIC_UNKNOWN;
}

static void add_text(struct str *out, const json_t *o, const char *key)
{
	const char *text = json_string_value(json_object_get(o, key));

	utf8_add_line(out, text ? text : "", text ? strlen(text) : 0,
		      NAME_CHARS_MAX);
}

/* One number of a payload. */
static void read_metric(struct metrics *m, const json_t *payload,
			const json_t *metric, struct values *v)
{
	auto_str struct str name = { 0 }, unit = { 0 };
	enum better better = better_of(metric);
	double value = number(metric, "value");
	long at;

	str_add(&name, "payload/");
	add_text(&name, payload, "name");
	str_add(&name, "/");
	add_text(&name, metric, "name");
	add_text(&unit, metric, "unit");
	at = metrics_find(m, str_text(&name));
	if (at < 0 && m->count < METRICS_MAX) {
		at = (long)m->count;
		add(m, &(struct metric){ (char *)str_text(&name),
					 (char *)str_text(&unit), better, 0,
					 PAYLOAD_GATE_PART });
	}
	if (at < 0)
		return;
	if (m->item[at].better != better)
		m->item[at].better = METRIC_UNKNOWN;
	set(v, (size_t)at, value);
}

void metrics_read(struct metrics *m, const json_t *o, struct values *ret)
{
	const json_t *stats = json_object_get(o, "stats");
	const json_t *payloads = json_object_get(o, "payloads");
	struct values v = { 0 };

	for (size_t i = 0; i < KNOWN; i++)
		set(&v, i, known_value(stats, &known[i]));
	for (size_t i = 0; i < json_array_size(payloads); i++) {
		const json_t *p = json_array_get(payloads, i);
		const json_t *list = json_object_get(p, "metrics");

		for (size_t k = 0; k < json_array_size(list); k++)
			read_metric(m, p, json_array_get(list, k), &v);
	}
	*ret = v;
}

double values_at(const struct values *v, size_t metric)
{
	return metric < v->count ? v->value[metric] : NAN;
}

void values_done(struct values *v)
{
	free(v->value);
	*v = (struct values){ 0 };
}
