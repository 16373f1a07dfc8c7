/* SPDX-License-Identifier: GPL-2.0-or-later */
/* stats.h - where in all results something stands out. */
#pragma once

#include "tools/gauntlet/samples.h"

/**
 * struct stats_line - the runs of one test, topology or type of work
 * @mean: of each metric over the runs that passed and have it; NAN for none
 */
struct stats_line {
	const char *name; /* the samples have it */
	size_t count, tally[VERDICTS];
	double *mean;
};

struct stats_lines {
	struct stats_line *item;
	size_t count;
};

/* By what runs are put together. */
enum stats_by { STATS_TEST, STATS_TOPOLOGY, STATS_WORK_TYPE, STATS_BYS };
extern const char *const stats_by_names[STATS_BYS]; /* "test", ... */

/* The largest spread first; lines without one follow by name. */
void stats_lines(const struct samples *s, enum stats_by by,
		 struct stats_lines *ret);
void stats_lines_done(struct stats_lines *l);

/**
 * struct outlier - a test that is worse in a metric than tests are
 * @sigmas: its mean is so many standard deviations, above 2, from that of all
 *	    runs
 * @worst:  the topology in which it is worst; the samples have it
 */
struct outlier {
	size_t metric;
	const char *test, *worst;
	double mean, of_all, sigmas;
};

/* Of metrics of which it is known what is better. The most sigmas first.
 * Return: how many; the caller frees @ret. */
size_t stats_outliers(const struct samples *s, const struct stats_lines *tests,
		      struct outlier **ret);
