/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/gauntlet/expect.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/gauntlet/request.h"
#include "tools/lib/cleanup.h"

/* Of tests whose file was not given: 2 s, and 500 ms to settle. */
#define UNKNOWN_RUN_S 2.5
#define UNKNOWN_CPUS  4

/* A variant that takes no time would win against all others. */
#define LEAST_S 0.05

double expect_model(const struct test *t, const struct topology *m,
		    const char *clock)
{
	double run_s = t ? (double)test_run_ns(t) / 1e9 : UNKNOWN_RUN_S;
	double cpus = m ? topology_cpus(m) : UNKNOWN_CPUS;

	return strcmp(clock, "virtual") == 0 ? 1 + 3 * run_s + cpus / 32
					     : 8 + run_s + cpus / 8;
}

static void model(struct choices *c)
{
	for (size_t i = 0; i < c->count; i++) {
		struct choice *v = &c->item[i];
		const struct topology *m = &c->machine_of[v->machine];

		v->model_s = expect_model(c->test_of[v->part[VARIANT_TEST]],
					  m->llcs ? m : NULL,
					  choice_part(c, v, VARIANT_CLOCK));
		v->seconds = v->model_s;
	}
}

/* An error says nothing of the time that a whole run takes. */
static void learn_one(struct choice *v, const char *folder)
{
	auto_free char *path = NULL, *name = NULL;
	double seconds;
	int r;

	if (asprintf(&name, "%.*s", (int)v->name_len, v->line) < 0 ||
	    asprintf(&path, "%s/%s/result.json", folder, name) < 0)
		die(EX_BROKEN, "out of memory");
	r = result_brief(path, name, &v->verdict, &seconds);
	if (r == -ENOENT)
		return;
	v->has_result = true;
	if (r < 0)
		v->verdict = VERDICT_ERROR;
	if (v->verdict == VERDICT_ERROR || seconds < 0)
		return;
	v->learned = true;
	v->seconds = seconds > LEAST_S ? seconds : LEAST_S;
}

/* What the rule was wrong by. */
struct ratio {
	double took, expected;
};

static void count_ratio(struct ratio *r, const struct choice *v)
{
	r->took += v->seconds;
	r->expected += v->model_s;
}

/* The words "virtual" and "real" are two of few: a test has one each. */
static size_t ratio_at(const struct choices *c, const struct choice *v)
{
	bool real = strcmp(choice_part(c, v, VARIANT_CLOCK), "real") == 0;

	return 2 * (size_t)v->part[VARIANT_TEST] + real;
}

static void correct(struct choices *c)
{
	struct ratio *of_test =
		must(calloc(2 * c->words.count + 2, sizeof(*of_test)));
	struct ratio of_all = { 0 };

	for (size_t i = 0; i < c->count; i++) {
		struct choice *v = &c->item[i];

		if (!v->learned)
			continue;
		count_ratio(&of_test[ratio_at(c, v)], v);
		count_ratio(&of_all, v);
	}
	for (size_t i = 0; i < c->count; i++) {
		struct choice *v = &c->item[i];
		const struct ratio *r = &of_test[ratio_at(c, v)];

		if (v->learned)
			continue;
		if (!r->expected)
			r = &of_all;
		if (r->expected > 0)
			v->seconds = v->model_s * r->took / r->expected;
		if (v->seconds < LEAST_S)
			v->seconds = LEAST_S;
	}
	free(of_test);
}

void expect_all(struct choices *c, char *const *folders)
{
	bool any = false;

	model(c);
	for (; folders && *folders; folders++) {
		if (access(*folders, F_OK) < 0)
			continue;
		for (size_t i = 0; i < c->count; i++) {
			if (c->item[i].in && !c->item[i].has_result)
				learn_one(&c->item[i], *folders);
			any |= c->item[i].learned;
		}
	}
	if (any)
		correct(c);
}
