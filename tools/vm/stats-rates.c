/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/vm/stats-rates.h"

#include <math.h>
#include <string.h>

static bool counts(const json_t *worker)
{
	return strcmp(facts_text(worker, "type"), "exec") != 0;
}

static double per_second(int64_t count, int64_t ns)
{
	return ns > 0 ? (double)count / ((double)ns / 1e9) : 0;
}

static double work_rate(const json_t *worker)
{
	return per_second(facts_int(worker, "units"),
			  facts_int(worker, "cpu_ns"));
}

bool stats_same_line(const json_t *a, const json_t *b)
{
	return facts_int(a, "work") == facts_int(b, "work") &&
	       strcmp(facts_text(a, "cgroup"), facts_text(b, "cgroup")) == 0;
}

/* Of the line that @first belongs to. */
static double line_cv(const struct facts *f, const json_t *first)
{
	double sum = 0, squares = 0, mean;
	unsigned int n = 0;

	for (size_t i = 0; i < json_array_size(f->worker); i++) {
		const json_t *w = json_array_get(f->worker, i);

		if (!stats_same_line(w, first))
			continue;
		sum += work_rate(w);
		n++;
	}
	mean = n ? sum / n : 0;
	if (n < 2 || mean <= 0)
		return -1;
	for (size_t i = 0; i < json_array_size(f->worker); i++) {
		const json_t *w = json_array_get(f->worker, i);

		if (stats_same_line(w, first))
			squares += pow(work_rate(w) - mean, 2);
	}
	return sqrt(squares / n) / mean;
}

static double lower(double so_far, double value)
{
	return so_far < 0 || value < so_far ? value : so_far;
}

void rates_of(const struct facts *f, const char *cgroup, struct rates *ret)
{
	struct rates r = { -1, -1, -1 };
	const json_t *before = NULL;

	for (size_t i = 0; i < json_array_size(f->worker); i++) {
		const json_t *w = json_array_get(f->worker, i);

		if (!counts(w) ||
		    (cgroup && strcmp(facts_text(w, "cgroup"), cgroup) != 0))
			continue;
		/* Workers of a line stand together. */
		if (!before || !stats_same_line(w, before))
			r.throughput_cv = fmax(r.throughput_cv, line_cv(f, w));
		before = w;
		r.work_rate = lower(r.work_rate, work_rate(w));
		r.iteration_rate = lower(r.iteration_rate,
					 per_second(facts_int(w, "iterations"),
						    facts_int(w, "wall_ns")));
	}
	*ret = r;
}
