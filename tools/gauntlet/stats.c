/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/gauntlet/stats.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tools/gauntlet/request.h"

#define SIGMAS 2

const char *const stats_by_names[STATS_BYS] = {
	[STATS_TEST] = "test",
	[STATS_TOPOLOGY] = "topology",
	[STATS_WORK_TYPE] = "work-type",
};

static const char *name_of(const struct samples *s, const struct sample *one,
			   enum stats_by by)
{
	switch (by) {
	case STATS_TOPOLOGY:
		return one->dims.value[DIM_TOPOLOGY];
	case STATS_WORK_TYPE:
		return one->dims.value[DIM_WORK_TYPE];
	default:
		return sample_result(s, one)->part[PART_TEST];
	}
}

static bool has_passed(const struct samples *s, const struct sample *one)
{
	return sample_result(s, one)->verdict == VERDICT_PASS;
}

/* A sample below the name that puts it with others. */
struct named {
	const char *name;
	const struct sample *sample;
};

static int by_name(const void *a, const void *b)
{
	const struct named *x = a, *y = b;
	int order = strcmp(x->name, y->name);

	return order ? order
		     : (x->sample > y->sample) - (x->sample < y->sample);
}

/* One line of @count runs of a name. */
static void make_line(const struct samples *s, const struct named *list,
		      size_t count, struct stats_line *line)
{
	size_t metrics = s->metrics->count;
	size_t *n = must(calloc(metrics + 1, sizeof(*n)));

	*line = (struct stats_line){ .name = list->name, .count = count };
	line->mean = must(calloc(metrics + 1, sizeof(*line->mean)));
	for (size_t i = 0; i < count; i++) {
		const struct sample *one = list[i].sample;

		line->tally[sample_result(s, one)->verdict]++;
		for (size_t m = 0; m < metrics && has_passed(s, one); m++) {
			double value = values_at(&one->values, m);

			if (isnan(value))
				continue;
			line->mean[m] += value;
			n[m]++;
		}
	}
	for (size_t m = 0; m < metrics; m++)
		line->mean[m] = n[m] ? line->mean[m] / (double)n[m] : NAN;
	free(n);
}

static int by_spread(const void *a, const void *b)
{
	const struct stats_line *x = a, *y = b;
	/* The first of all metrics. */
	double i = isnan(x->mean[0]) ? -1 : x->mean[0];
	double j = isnan(y->mean[0]) ? -1 : y->mean[0];

	if (i > j || i < j)
		return i > j ? -1 : 1;
	return strcmp(x->name, y->name);
}

void stats_lines(const struct samples *s, enum stats_by by,
		 struct stats_lines *ret)
{
	struct named *list = must(calloc(s->count + 1, sizeof(*list)));
	struct stats_lines lines = { 0 };

	lines.item = must(calloc(s->count + 1, sizeof(*lines.item)));
	for (size_t i = 0; i < s->count; i++)
		list[i] = (struct named){ name_of(s, &s->item[i], by),
					  &s->item[i] };
	qsort(list, s->count, sizeof(*list), by_name);
	for (size_t i = 0, n; i < s->count; i += n) {
		for (n = 1; i + n < s->count &&
			    strcmp(list[i].name, list[i + n].name) == 0;)
			n++;
		make_line(s, list + i, n, &lines.item[lines.count++]);
	}
	free(list);
	qsort(lines.item, lines.count, sizeof(*lines.item), by_spread);
	*ret = lines;
}

void stats_lines_done(struct stats_lines *l)
{
	for (size_t i = 0; i < l->count; i++)
		free(l->item[i].mean);
	free(l->item);
	*l = (struct stats_lines){ 0 };
}

/* Mean and standard deviation, of a sample, of all runs that passed; false for
 * fewer than three. */
static bool spread_of_all(const struct samples *s, size_t metric, double *mean,
			  double *sigma)
{
	double sum = 0, squares = 0;
	size_t n = 0;

	for (int pass = 0; pass < 2; pass++) {
		for (size_t i = 0; i < s->count; i++) {
			double value = values_at(&s->item[i].values, metric);

			if (isnan(value) || !has_passed(s, &s->item[i]))
				continue;
			if (pass == 0) {
				sum += value;
				n++;
			} else {
				squares += (value - *mean) * (value - *mean);
			}
		}
		*mean = n ? sum / (double)n : 0;
	}
	if (n < 3)
		return false;
	*sigma = sqrt(squares / (double)(n - 1));
	return *sigma > 0;
}

/* The topology of the run of @test that is worst in a metric. */
static const char *worst_topology(const struct samples *s, const char *test,
				  size_t metric)
{
	bool is_lower = s->metrics->item[metric].better == METRIC_LOWER;
	const char *name = "";
	double worst = NAN;

	for (size_t i = 0; i < s->count; i++) {
		const struct sample *one = &s->item[i];
		double value = values_at(&one->values, metric);

		if (isnan(value) || !has_passed(s, one) ||
		    strcmp(name_of(s, one, STATS_TEST), test) != 0)
			continue;
		if (isnan(worst) ||
		    (is_lower ? value > worst : value < worst)) {
			worst = value;
			name = name_of(s, one, STATS_TOPOLOGY);
		}
	}
	return name;
}

static int by_sigmas(const void *a, const void *b)
{
	const struct outlier *x = a, *y = b;

	if (x->sigmas > y->sigmas || x->sigmas < y->sigmas)
		return x->sigmas > y->sigmas ? -1 : 1;
	if (x->metric != y->metric)
		return x->metric < y->metric ? -1 : 1;
	return strcmp(x->test, y->test);
}

size_t stats_outliers(const struct samples *s, const struct stats_lines *tests,
		      struct outlier **ret)
{
	struct outlier *list = NULL;
	size_t count = 0;

	for (size_t m = 0; m < s->metrics->count; m++) {
		enum better better = s->metrics->item[m].better;
		double mean, sigma;

		if (better == METRIC_UNKNOWN ||
		    !spread_of_all(s, m, &mean, &sigma))
			continue;
		for (size_t i = 0; i < tests->count; i++) {
			double step = (tests->item[i].mean[m] - mean) / sigma;

			step = better == METRIC_LOWER ? step : -step;
			if (!(step > SIGMAS))
				continue;
			list = must(
				reallocarray(list, count + 1, sizeof(*list)));
			list[count++] = (struct outlier){
				m,
				tests->item[i].name,
				worst_topology(s, tests->item[i].name, m),
				tests->item[i].mean[m],
				mean,
				step
			};
		}
	}
	if (count)
		qsort(list, count, sizeof(*list), by_sigmas);
	*ret = list;
	return count;
}
