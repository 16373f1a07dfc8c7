/* SPDX-License-Identifier: GPL-2.0-or-later */
/* metrics.h - the numbers of a result that are compared, and when a difference
 * counts. */
#pragma once

#include <jansson.h>
#include <stddef.h>

enum better { METRIC_UNKNOWN, METRIC_LOWER, METRIC_HIGHER };
extern const char *const better_names[]; /* "unknown", "lower", "higher" */

/**
 * struct metric - what is known of one
 * @name: of a payload's, "payload/PAYLOAD/METRIC"
 * @unit: "" for a plain number
 * @gate: a difference counts from here on, in @unit
 * @gate_part: and from this part of what it was on
 *
 * Payloads say themselves what is better; one that does not is never a
 * regression.
 */
struct metric {
	char *name, *unit;
	enum better better;
	double gate, gate_part;
};

/**
 * struct metrics - those of all results that were read
 *
 * The first are the same always. Begin with metrics_init().
 */
struct metrics {
	struct metric *item;
	size_t count;
};

/* What a result has of each metric; NAN where it has none, and behind @count.
 */
struct values {
	double *value;
	size_t count;
};

void metrics_init(struct metrics *m);
void metrics_done(struct metrics *m);

/* The index of that name, or -1. */
long metrics_find(const struct metrics *m, const char *name);

/**
 * metrics_read() - the metrics of one result
 * @m: grows by the payloads' metrics that it did not know; where two results
 *     disagree about what is better, that is unknown
 * @o: as result.json has it; whatever it lacks or has of another type is absent
 * @ret: values_done() frees it
 */
void metrics_read(struct metrics *m, const json_t *o, struct values *ret);
double values_at(const struct values *v, size_t metric);
void values_done(struct values *v);
