/* SPDX-License-Identifier: GPL-2.0-or-later */
/* compare-judge.c - what a difference means. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tools/gauntlet/bootstrap.h"
#include "tools/gauntlet/compare.h"
#include "tools/gauntlet/request.h"

const char *const change_names[CHANGES] = {
	[CHANGE_NONE] = "same",	       [CHANGE_SMALL] = "changed",
	[CHANGE_OPEN] = "changed",     [CHANGE_NOISE] = "noise",
	[CHANGE_TOO_FEW] = "too-few",  [CHANGE_NEW] = "new",
	[CHANGE_GONE] = "gone",	       [CHANGE_BETTER] = "better",
	[CHANGE_WORSE] = "REGRESSION",
};

const char *const outcome_names[OUTCOMES] = {
	[OUTCOME_SAME] = "same",	   [OUTCOME_COMPARED] = "compared",
	[OUTCOME_BROKE] = "broke",	   [OUTCOME_FIXED] = "fixed",
	[OUTCOME_UNDECIDED] = "undecided", [OUTCOME_FAILING] = "failing",
	[OUTCOME_MACHINE] = "machine",
};

/* Sums of decimal fractions are a little off: a step of just the gate counts.
 */
static bool reaches(double step, double gate)
{
	return step >= gate * (1 - 1e-9);
}

/* From nothing any step is beyond a part of it. */
static bool is_beyond(const struct comparison *c, size_t metric, double a,
		      double b)
{
	const struct metric *m = &c->metrics.item[metric];
	double step = fabs(b - a);

	if (!(step > 0) || !reaches(step, m->gate))
		return false;
	return a == 0 || reaches(step / fabs(a), policy_part(&c->policy, m));
}

static enum change direction(const struct metric *m, double step)
{
	if (m->better == METRIC_UNKNOWN)
		return CHANGE_OPEN;
	return (step > 0) == (m->better == METRIC_HIGHER) ? CHANGE_BETTER
							  : CHANGE_WORSE;
}

/* The runs' values of one metric; those without it are left out. */
static size_t collect(const struct sample **list, size_t count, size_t metric,
		      double *value, double *mean)
{
	double sum = 0;
	size_t n = 0;

	for (size_t i = 0; i < count; i++) {
		double one = values_at(&list[i]->values, metric);

		if (isnan(one))
			continue;
		value[n++] = one;
		sum += one;
	}
	*mean = n ? sum / (double)n : NAN;
	return n;
}

/* Did any run of the same seed differ, whatever the means say? */
static bool any_differs(const double *a, size_t na, const double *b, size_t nb)
{
	if (na != nb)
		return true;
	for (size_t i = 0; i < na; i++) {
		if (a[i] != b[i])
			return true;
	}
	return false;
}

/* Under the real clock a difference is real when chance would hardly make it.
 */
static void judge_real(struct difference *d, enum change beyond,
		       const double *a, const double *b)
{
	d->change = CHANGE_TOO_FEW;
	if (d->runs_a < BOOTSTRAP_RUNS_MIN || d->runs_b < BOOTSTRAP_RUNS_MIN)
		return;
	bootstrap_difference(a, d->runs_a, b, d->runs_b, &d->low, &d->high);
	d->has_interval = true;
	d->change = d->low > 0 || d->high < 0 ? beyond : CHANGE_NOISE;
}

static void judge_metric(const struct comparison *c, const struct pair *p,
			 double *a, double *b, struct difference *d)
{
	const struct metric *m = &c->metrics.item[d->metric];

	d->runs_a = collect(p->a, p->count_a, d->metric, a, &d->a);
	d->runs_b = collect(p->b, p->count_b, d->metric, b, &d->b);
	d->change = CHANGE_NONE;
	if (!d->runs_a || !d->runs_b) {
		if (d->runs_a != d->runs_b)
			d->change = d->runs_a ? CHANGE_GONE : CHANGE_NEW;
		return;
	}
	if (is_beyond(c, d->metric, d->a, d->b)) {
		enum change beyond = direction(m, d->b - d->a);

		if (p->is_virtual)
			d->change = beyond;
		else
			judge_real(d, beyond, a, b);
	} else if (p->is_virtual && any_differs(a, d->runs_a, b, d->runs_b)) {
		d->change = CHANGE_SMALL;
	}
}

static void judge_metrics(const struct comparison *c, struct pair *p)
{
	double *a = must(calloc(p->count_a + 1, sizeof(*a)));
	double *b = must(calloc(p->count_b + 1, sizeof(*b)));

	p->difference =
		must(calloc(c->metrics.count + 1, sizeof(*p->difference)));
	for (size_t i = 0; i < c->metrics.count; i++) {
		struct difference *d = &p->difference[p->difference_count];

		d->metric = i;
		judge_metric(c, p, a, b, d);
		p->difference_count += d->change != CHANGE_NONE;
	}
	p->outcome = p->difference_count ? OUTCOME_COMPARED : OUTCOME_SAME;
	free(a);
	free(b);
}

static bool is_bad(const struct samples *s, const struct sample *one)
{
	enum verdict verdict = sample_result(s, one)->verdict;

	return verdict == VERDICT_FAIL || verdict == VERDICT_ERROR;
}

/* Did a run of that seed pass in A? Under the real clock all are alike. */
static bool had_passed(const struct comparison *c, const struct pair *p,
		       uint64_t seed)
{
	if (!p->is_virtual)
		return p->passed_a == p->count_a;
	for (size_t i = 0; i < p->count_a; i++) {
		if (p->a[i]->seed == seed &&
		    sample_result(&c->a, p->a[i])->verdict != VERDICT_PASS)
			return false;
	}
	return true;
}

/* A test's own machine may have been changed between A and B. */
static bool is_same_machine(const struct comparison *c, const struct pair *p)
{
	const char *a = p->a[0]->dims.shape, *b = p->b[0]->dims.shape;

	return c->sliced[DIM_TOPOLOGY] || strcmp(a, b) == 0 ||
	       strcmp(a, "unknown") == 0 || strcmp(b, "unknown") == 0;
}

static void judge_pair(const struct comparison *c, struct pair *p)
{
	for (size_t i = 0; i < p->count_b && !p->broken; i++) {
		if (is_bad(&c->b, p->b[i]) && had_passed(c, p, p->b[i]->seed))
			p->broken = p->b[i];
	}
	if (!is_same_machine(c, p))
		p->outcome = OUTCOME_MACHINE;
	else if (p->broken)
		p->outcome = OUTCOME_BROKE;
	else if (p->passed_a == p->count_a && p->passed_b == p->count_b)
		judge_metrics(c, p);
	else if (p->passed_b == p->count_b)
		p->outcome = OUTCOME_FIXED;
	else if (p->passed_a == p->count_a)
		p->outcome = OUTCOME_UNDECIDED;
	else
		p->outcome = OUTCOME_FAILING;
}

void compare_judge(struct comparison *c)
{
	for (size_t i = 0; i < c->pair_count; i++)
		judge_pair(c, &c->pair[i]);
}

void compare_count(const struct comparison *c, struct comparison_tally *ret)
{
	struct comparison_tally t = { 0 };

	for (size_t i = 0; i < c->pair_count; i++) {
		const struct pair *p = &c->pair[i];

		t.outcome[p->outcome]++;
		for (size_t k = 0; k < p->difference_count; k++)
			t.change[p->difference[k].change]++;
	}
	*ret = t;
}

/* The text of an input, or "" where it is not known. */
static const char *input(const struct sample *one, const char *key)
{
	const char *text = json_string_value(json_object_get(one->inputs, key));

	return text ? text : "";
}

void compare_inputs(const struct comparison *c, struct str *out)
{
	static const char *const keys[] = { "scheduler", "declaration", "test",
					    "kernel",	 "init",	"qemu",
					    "firmware",	 "ktstr",	NULL };

	for (const char *const *key = keys; *key; key++) {
		size_t n = 0;

		for (size_t i = 0; i < c->pair_count; i++) {
			const struct pair *p = &c->pair[i];

			n += strcmp(input(p->a[0], *key),
				    input(p->b[0], *key)) != 0;
		}
		if (n)
			str_addf(out, "%s%s (%zu)", out->len ? ", " : "", *key,
				 n);
	}
}
