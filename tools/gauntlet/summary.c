/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/gauntlet/summary.h"

#include <stdlib.h>
#include <string.h>

#include "tools/gauntlet/request.h"

static int by_text(const void *a, const void *b)
{
	return strcmp(((const struct summary_line *)a)->name,
		      ((const struct summary_line *)b)->name);
}

/* What fails most is looked at first; a skip is no failure. */
static int by_failures(const void *a, const void *b)
{
	const struct summary_line *x = a, *y = b;
	size_t i = x->count - x->tally[VERDICT_PASS] - x->tally[VERDICT_SKIP];
	size_t j = y->count - y->tally[VERDICT_PASS] - y->tally[VERDICT_SKIP];

	if (i != j)
		return i > j ? -1 : 1;
	return by_text(a, b);
}

void summary_make(const struct results *all, enum part part,
		  struct summary *ret)
{
	struct summary_line *line = must(calloc(all->count + 1, sizeof(*line)));
	size_t n = 0;

	for (size_t i = 0; i < all->count; i++) {
		line[i].name = all->item[i].part[part];
		line[i].tally[all->item[i].verdict] = 1;
		line[i].count = 1;
	}
	qsort(line, all->count, sizeof(*line), by_text);
	for (size_t i = 1; i < all->count; i++) {
		if (strcmp(line[n].name, line[i].name) != 0) {
			line[++n] = line[i];
			continue;
		}
		line[n].count++;
		for (size_t k = 0; k < VERDICTS; k++)
			line[n].tally[k] += line[i].tally[k];
	}
	*ret = (struct summary){ line, all->count ? n + 1 : 0 };
	qsort(line, ret->count, sizeof(*line), by_failures);
}

void summary_done(struct summary *s)
{
	free(s->line);
	*s = (struct summary){ 0 };
}
