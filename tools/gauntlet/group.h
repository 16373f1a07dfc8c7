/* SPDX-License-Identifier: GPL-2.0-or-later */
/* group.h - the seeds of one variant, told as one. */
#pragma once

#include "tools/gauntlet/result.h"
#include "tools/lib/str.h"

/**
 * struct group - the runs of one variant that differ in nothing but the seed
 * @name:   the variant's, without its seed; as it is where it has no such parts
 * @member: by seed; the results own them
 * @first:  of them in the results' order
 * @worst:  the first member that has the worst verdict: fail, error,
 *	    inconclusive, skip, pass
 */
struct group {
	char *name;
	const struct result **member;
	size_t count, tally[VERDICTS];
	const struct result *first, *worst;
};

struct groups {
	struct group *item;
	size_t count;
};

/* In the order in which the first of each stands in @all. */
void groups_make(const struct results *all, struct groups *ret);
void groups_done(struct groups *g);

/* The same, worst verdict first; equals stay in order. */
void groups_sort(struct groups *g);

/* Verdicts from the worst, 0, to pass. */
unsigned int verdict_rank(enum verdict verdict);

/* "49/50" */
void group_passed(const struct group *g, struct str *out);

/* "seed 17: class: reason" of what is worst, and "and 2 more" seeds that are
 * as bad; without the seed where there is but one run; "" for passes. */
void group_why(const struct group *g, struct str *out);

/* All members' seconds, or below 0 when none is known. */
double group_seconds(const struct group *g);
