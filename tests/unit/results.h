/* SPDX-License-Identifier: GPL-2.0-or-later */
/* results.h - folders of results made by hand, and what comparing says. */
#pragma once

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "tests/unit/t.h"
#include "tools/gauntlet/compare.h"
#include "tools/lib/file.h"

#define TEST_NAME "k/s/t/own/default"

/* Two folders A and B, "a" and "b" in a folder of this test alone. */
static inline void enter_folder(void)
{
	char folder[] = "/tmp/ktstr-test-XXXXXX";

	CHECK(mkdtemp(folder));
	CHECK(chdir(folder) == 0);
}

static inline void leave_folder(void)
{
	char folder[200];

	CHECK(getcwd(folder, sizeof(folder)));
	CHECK(chdir("/") == 0);
	CHECK_INT(file_remove_tree(folder), 0);
}

/* A result of @clock and @seed with the given JSON inside, after the name. */
static inline void write_result(const char *side, const char *clock,
				unsigned int seed, const char *verdict,
				const char *more)
{
	struct why why = { .text = "" };
	char path[300], text[4000];
	int len;

	snprintf(path, sizeof(path), "%s/" TEST_NAME "/%s/s%u", side, clock,
		 seed);
	CHECK_INT(file_make_folders(path, &why), 0);
	strncat(path, "/result.json", sizeof(path) - strlen(path) - 1);
	len = snprintf(text, sizeof(text),
		       "{\"schema_version\": 1, \"name\": \"" TEST_NAME
		       "/%s/s%u\", \"verdict\": \"%s\", \"seed\": %u, "
		       "\"topology\": \"1n1l2c1t\", \"preset\": \"own\"%s%s}",
		       clock, seed, verdict, seed, *more ? ", " : "", more);
	CHECK(len > 0 && (size_t)len < sizeof(text));
	/* No file_publish(): hundreds of syncs take long on a busy disk. */
	FILE *file = fopen(path, "w");
	CHECK(file && fputs(text, file) >= 0 && fclose(file) == 0);
}

/* One whose only number is @key, in one cgroup and in all. */
static inline void write_number(const char *side, const char *clock,
				unsigned int seed, const char *key,
				double value)
{
	char more[600];

	snprintf(more, sizeof(more),
		 "\"stats\": {\"total\": {\"workers\": 1, \"wakes\": 1%s, "
		 "\"%s\": %.17g}, \"cgroups\": [{\"name\": \"a\", \"%s\": "
		 "%.17g}]}",
		 strcmp(key, "iterations") == 0 ? "" : ", \"iterations\": 1000",
		 key, value, key, value);
	write_result(side, clock, seed, "pass", more);
}

/* Compare a with b; compare_done() it. */
static inline void compare_folders(struct comparison *c)
{
	struct why why;

	*c = (struct comparison){ .policy = { .part = -1 } };
	metrics_init(&c->metrics);
	samples_read("a", &c->metrics, &c->a);
	samples_read("b", &c->metrics, &c->b);
	CHECK_INT(compare_pair(c, &why), 0);
	compare_judge(c);
}

/* What became of the metric in the only pair. */
static inline enum change change_of(const struct comparison *c,
				    const char *metric)
{
	const struct pair *p = &c->pair[0];

	CHECK_INT(c->pair_count, 1);
	for (size_t i = 0; i < p->difference_count; i++) {
		const struct difference *d = &p->difference[i];

		if (strcmp(c->metrics.item[d->metric].name, metric) == 0)
			return d->change;
	}
	return CHANGE_NONE;
}

/* The same from one value on each side, under the virtual clock. */
static inline enum change change_from(const char *metric, const char *key,
				      double a, double b)
{
	struct comparison c;
	enum change change;

	write_number("a", "virtual", 1, key, a);
	write_number("b", "virtual", 1, key, b);
	compare_folders(&c);
	change = change_of(&c, metric);
	compare_done(&c);
	return change;
}
