/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/gauntlet/group.h"

#include <stdlib.h>
#include <string.h>

#include "tools/gauntlet/formats.h"
#include "tools/gauntlet/request.h"

/* A result with the key by which it is sorted. */
struct entry {
	const struct result *result;
	size_t name_len; /* without the seed */
	size_t at;
};

unsigned int verdict_rank(enum verdict verdict)
{
	static const unsigned int rank[VERDICTS] = {
		[VERDICT_FAIL] = 0,	    [VERDICT_ERROR] = 1,
		[VERDICT_INCONCLUSIVE] = 2, [VERDICT_SKIP] = 3,
		[VERDICT_PASS] = 4,
	};

	return rank[verdict];
}

/* A name that is not a variant's has "-" for a seed. */
static size_t name_length(const struct result *r)
{
	size_t len = strlen(r->name), seed = strlen(r->part[PART_SEED]);

	return r->part[PART_SEED][0] == 's' ? len - seed - 1 : len;
}

static unsigned long seed_of(const struct result *r)
{
	const char *text = r->part[PART_SEED];

	return *text == 's' ? strtoul(text + 1, NULL, 10) : 0;
}

static int compare_names(const struct entry *a, const struct entry *b)
{
	size_t len = a->name_len < b->name_len ? a->name_len : b->name_len;
	int order = memcmp(a->result->name, b->result->name, len);

	return order ? order
		     : (a->name_len > b->name_len) -
			       (a->name_len < b->name_len);
}

static int by_name_and_seed(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	int order = compare_names(x, y);
	unsigned long i, j;

	if (order)
		return order;
	i = seed_of(x->result);
	j = seed_of(y->result);
	if (i != j)
		return i < j ? -1 : 1;
	return (x->at > y->at) - (x->at < y->at);
}

static void add_member(struct group *g, const struct result *r)
{
	g->member =
		must(reallocarray(g->member, g->count + 1, sizeof(*g->member)));
	g->member[g->count++] = r;
	g->tally[r->verdict]++;
	if (!g->first || r < g->first)
		g->first = r;
	if (!g->worst ||
	    verdict_rank(r->verdict) < verdict_rank(g->worst->verdict))
		g->worst = r;
}

/* A group's place is that of its first member in the results' order. */
static int by_place(const void *a, const void *b)
{
	const struct group *x = a, *y = b;

	return (x->first > y->first) - (x->first < y->first);
}

void groups_make(const struct results *all, struct groups *ret)
{
	struct entry *entry = must(calloc(all->count + 1, sizeof(*entry)));

	*ret = (struct groups){ 0 };
	ret->item = must(calloc(all->count + 1, sizeof(*ret->item)));
	for (size_t i = 0; i < all->count; i++)
		entry[i] = (struct entry){ &all->item[i],
					   name_length(&all->item[i]), i };
	qsort(entry, all->count, sizeof(*entry), by_name_and_seed);
	for (size_t i = 0; i < all->count; i++) {
		if (i == 0 || compare_names(&entry[i - 1], &entry[i]) != 0)
			ret->item[ret->count++].name = must(strndup(
				entry[i].result->name, entry[i].name_len));
		add_member(&ret->item[ret->count - 1], entry[i].result);
	}
	free(entry);
	qsort(ret->item, ret->count, sizeof(*ret->item), by_place);
}

void groups_done(struct groups *g)
{
	for (size_t i = 0; i < g->count; i++) {
		free(g->item[i].name);
		free(g->item[i].member);
	}
	free(g->item);
	*g = (struct groups){ 0 };
}

static int by_rank(const void *a, const void *b)
{
	const struct group *x = a, *y = b;
	unsigned int i = verdict_rank(x->worst->verdict);
	unsigned int j = verdict_rank(y->worst->verdict);

	return i != j ? (i > j) - (i < j) : by_place(a, b);
}

void groups_sort(struct groups *g)
{
	qsort(g->item, g->count, sizeof(*g->item), by_rank);
}

void group_passed(const struct group *g, struct str *out)
{
	str_addf(out, "%zu/%zu", g->tally[VERDICT_PASS], g->count);
}

void group_why(const struct group *g, struct str *out)
{
	size_t same = g->tally[g->worst->verdict];

	if (g->worst->verdict == VERDICT_PASS)
		return;
	if (g->count > 1) {
		str_addf(out, "seed %lu", seed_of(g->worst));
		if (same > 1)
			str_addf(out, " and %zu more", same - 1);
		if (*g->worst->class || g->worst->reason)
			str_add(out, ": ");
	}
	format_why(g->worst, out);
}

double group_seconds(const struct group *g)
{
	double sum = -1;

	for (size_t i = 0; i < g->count; i++) {
		double one = g->member[i]->seconds;

		if (one >= 0)
			sum = sum < 0 ? one : sum + one;
	}
	return sum;
}
