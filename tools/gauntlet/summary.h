/* SPDX-License-Identifier: GPL-2.0-or-later */
/* summary.h - how many variants of each test, or of another part, passed. */
#pragma once

#include "tools/gauntlet/result.h"

struct summary_line {
	const char *name; /* the results have it */
	size_t tally[VERDICTS], count;
};

struct summary {
	struct summary_line *line;
	size_t count;
};

/* One line for each value of @part; the most that did not pass first, equals by
 * name. */
void summary_make(const struct results *all, enum part part,
		  struct summary *ret);
void summary_done(struct summary *s);
