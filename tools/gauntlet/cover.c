/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/gauntlet/cover.h"

#include <errno.h>
#include <stdlib.h>

#include "tools/gauntlet/request.h"

/* Times are sums of decimal fractions. */
#define EPSILON_S 1e-9

/* A variant, by its place in the order, and how good it is at best. */
struct candidate {
	double worth;
	uint32_t place, round;
};

/**
 * struct search - one call of cover_reach()
 * @order: choices, those to prefer among equals first
 * @heap:  the best on top; a worth of an earlier round may be too large
 * @round: how many are chosen
 */
struct search {
	struct cover *cover;
	enum cover_goal goal;
	double *left_s;
	uint32_t *order;
	struct candidate *heap;
	size_t count;
	uint32_t round;
};

/* Numbers of sets of two and of three, a < b < c, counted by the largest. */
static size_t pair_bit(uint32_t a, uint32_t b)
{
	return (size_t)b * (b - 1) / 2 + a;
}
static size_t triple_bit(uint32_t a, uint32_t b, uint32_t c)
{
	return (size_t)c * (c - 1) / 2 * (c - 2) / 3 + pair_bit(a, b);
}

static bool has_bit(const uint8_t *bits, size_t i)
{
	return bits[i / 8] >> i % 8 & 1;
}

/* Is it not there yet? @set: now it is. */
static bool take_bit(uint8_t *bits, size_t i, bool set)
{
	bool is_new = !has_bit(bits, i);

	if (set)
		bits[i / 8] |= (uint8_t)(1 << i % 8);
	return is_new;
}

bool cover_wants(const struct cover *cover, enum cover_goal goal, uint32_t n)
{
	return goal == COVER_FEATURES || cover->f->item[n].is_value;
}

/* The values of @v that make pairs, in cover->buffer, the least first. */
static size_t paired_values(struct cover *cover, const struct choice *v)
{
	uint32_t *buffer = cover->buffer;
	size_t n = features_of(cover->f, v, buffer), count = 0;

	for (size_t i = 0; i < n; i++) {
		uint32_t pair = cover->f->item[buffer[i]].pair;
		size_t at = count;

		if (pair == NAME_NONE)
			continue;
		for (; at && buffer[at - 1] > pair; at--)
			buffer[at] = buffer[at - 1];
		buffer[at] = pair;
		count++;
	}
	return count;
}

/* How many tuples of @v are not in @bits; with @set they are put there. */
static uint64_t count_new(struct cover *cover, enum cover_goal goal,
			  const struct choice *v, uint8_t *bits, bool set)
{
	size_t n = paired_values(cover, v);
	const uint32_t *value = cover->buffer;
	uint64_t count = 0;

	for (size_t i = 1; i < n; i++) {
		for (size_t j = 0; j < i; j++) {
			size_t pair = pair_bit(value[j], value[i]);

			if (goal == COVER_PAIRS)
				count += take_bit(bits, pair, set);
			for (size_t k = 0; goal == COVER_TRIPLES && k < j; k++)
				count += take_bit(bits,
						  triple_bit(value[k], value[j],
							     value[i]),
						  set);
		}
	}
	return count;
}

static uint64_t new_features(const struct search *s, const struct choice *v)
{
	struct cover *cover = s->cover;
	size_t n = features_of(cover->f, v, cover->buffer);
	uint64_t count = 0;

	for (size_t i = 0; i < n; i++)
		count += !cover->has[cover->buffer[i]] &&
			 cover_wants(cover, s->goal, cover->buffer[i]);
	return count;
}

static bool is_of_tuples(enum cover_goal goal)
{
	return goal == COVER_PAIRS || goal == COVER_TRIPLES;
}

static double worth_of(const struct search *s, const struct choice *v)
{
	uint64_t gain;

	if (is_of_tuples(s->goal))
		gain = count_new(s->cover, s->goal, v,
				 cover_tuples(s->cover, s->goal)->has, false);
	else
		gain = new_features(s, v);
	return s->left_s ? (double)gain / v->seconds : (double)gain;
}

/* What @v is worth at best, without a look at each pair or triple. */
static double worth_at_most(const struct search *s, const struct choice *v)
{
	size_t n;

	if (!is_of_tuples(s->goal))
		return worth_of(s, v);
	n = paired_values(s->cover, v);
	if (s->goal == COVER_PAIRS)
		n = n ? n * (n - 1) / 2 : 0;
	else
		n = n > 2 ? n * (n - 1) / 2 * (n - 2) / 3 : 0;
	return s->left_s ? (double)n / v->seconds : (double)n;
}

static void choose(struct cover *cover, struct choice *v)
{
	size_t n = features_of(cover->f, v, cover->buffer);

	for (size_t i = 0; i < n; i++)
		cover->has[cover->buffer[i]] = true;
	for (enum cover_goal goal = COVER_PAIRS; goal <= COVER_TRIPLES;
	     goal++) {
		struct tuples *t = cover_tuples(cover, goal);

		if (t->known)
			t->had += count_new(cover, goal, v, t->has, true);
	}
	v->chosen = true;
}

static bool is_better(const struct candidate *a, const struct candidate *b)
{
	return a->worth != b->worth ? a->worth > b->worth : a->place < b->place;
}

static void sift_down(struct search *s, size_t at)
{
	struct candidate moving = s->heap[at];

	for (;;) {
		size_t child = 2 * at + 1;

		if (child >= s->count)
			break;
		if (child + 1 < s->count &&
		    is_better(&s->heap[child + 1], &s->heap[child]))
			child++;
		if (!is_better(&s->heap[child], &moving))
			break;
		s->heap[at] = s->heap[child];
		at = child;
	}
	s->heap[at] = moving;
}

static void drop_top(struct search *s)
{
	s->heap[0] = s->heap[--s->count];
	if (s->count)
		sift_down(s, 0);
}

static int by_rank(const void *a, const void *b, void *arg)
{
	const struct choice *item = arg;
	uint32_t x = item[*(const uint32_t *)a].rank;
	uint32_t y = item[*(const uint32_t *)b].rank;

	return x < y ? -1 : x > y;
}

static int by_model(const void *a, const void *b, void *arg)
{
	const struct choice *item = arg;
	double x = item[*(const uint32_t *)a].model_s;
	double y = item[*(const uint32_t *)b].model_s;

	return x < y ? -1 : x > y ? 1 : by_rank(a, b, arg);
}

static int by_seconds(const void *a, const void *b, void *arg)
{
	const struct choice *item = arg;
	double x = item[*(const uint32_t *)a].seconds;
	double y = item[*(const uint32_t *)b].seconds;

	return x < y ? -1 : x > y ? 1 : by_rank(a, b, arg);
}

/* Those that are in and not yet chosen. */
static uint32_t *order_open(const struct choices *c,
			    int (*compare)(const void *, const void *, void *),
			    size_t *ret_count)
{
	uint32_t *order = must(calloc(c->count + 1, sizeof(*order)));
	size_t n = 0;

	for (uint32_t i = 0; i < c->count; i++) {
		if (c->item[i].in && !c->item[i].chosen)
			order[n++] = i;
	}
	qsort_r(order, n, sizeof(*order), compare, c->item);
	*ret_count = n;
	return order;
}

/* Do they differ in their seeds alone, which are no values? */
static bool is_twin(const struct choice *a, const struct choice *b)
{
	for (size_t p = 0; p < VARIANT_PARTS; p++) {
		if (p != VARIANT_SEED && a->part[p] != b->part[p])
			return false;
	}
	return true;
}

/* Twins are neighbours in each order, and only the first is ever chosen. */
static bool is_second(const struct search *s, uint32_t place)
{
	const struct choice *item = s->cover->c->item;

	return place && s->goal != COVER_FEATURES && !s->left_s &&
	       is_twin(&item[s->order[place - 1]], &item[s->order[place]]);
}

static void fill_heap(struct search *s)
{
	size_t n;

	s->order = order_open(s->cover->c, s->left_s ? by_rank : by_model, &n);
	s->heap = must(calloc(n + 1, sizeof(*s->heap)));
	for (uint32_t i = 0; i < n; i++) {
		struct choice *v = &s->cover->c->item[s->order[i]];
		double worth = is_second(s, i) ? 0 : worth_at_most(s, v);

		if (worth > 0)
			s->heap[s->count++] =
				(struct candidate){ worth, i, UINT32_MAX };
	}
	for (size_t i = s->count / 2; i-- > 0;)
		sift_down(s, i);
}

/* What was worth less once others are chosen is not worth more again, so the
 * top is the best if its worth is of this round. */
static void take_top(struct search *s)
{
	struct candidate *top = &s->heap[0];
	struct choice *v = &s->cover->c->item[s->order[top->place]];

	if (s->left_s && v->seconds > *s->left_s + EPSILON_S) {
		drop_top(s);
		return;
	}
	if (top->round != s->round) {
		top->worth = worth_of(s, v);
		top->round = s->round;
		if (top->worth > 0)
			sift_down(s, 0);
		else
			drop_top(s);
		return;
	}
	choose(s->cover, v);
	s->round++;
	if (s->left_s)
		*s->left_s -= v->seconds;
	drop_top(s);
}

void cover_reach(struct cover *cover, enum cover_goal goal, double *left_s)
{
	struct search s = { .cover = cover, .goal = goal, .left_s = left_s };

	fill_heap(&s);
	while (s.count)
		take_top(&s);
	free(s.order);
	free(s.heap);
}

void cover_fill(struct cover *cover, double *left_s)
{
	size_t n;
	uint32_t *order = order_open(cover->c, by_seconds, &n);

	for (size_t i = 0; i < n; i++) {
		struct choice *v = &cover->c->item[order[i]];

		if (v->seconds > *left_s + EPSILON_S)
			break;
		choose(cover, v);
		*left_s -= v->seconds;
	}
	free(order);
}

int cover_count(struct cover *cover, enum cover_goal goal)
{
	struct tuples *t = cover_tuples(cover, goal);
	size_t n = cover->f->pair_count, bytes;
	struct choices *c = cover->c;

	if (n >
	    (goal == COVER_PAIRS ? COVER_VALUES_MAX : COVER_TRIPLE_VALUES_MAX))
		return -E2BIG;
	bytes = (goal == COVER_PAIRS ? n * n / 2 : n * n / 2 * n / 3) / 8 + 1;
	*t = (struct tuples){ .known = true,
			      .is = must(calloc(bytes, 1)),
			      .has = must(calloc(bytes, 1)) };
	for (size_t i = 0; i < c->count; i++) {
		const struct choice *v = &c->item[i];

		if (v->in && !(i && v[-1].in && is_twin(v - 1, v)))
			t->count += count_new(cover, goal, v, t->is, true);
		if (v->chosen)
			t->had += count_new(cover, goal, v, t->has, true);
	}
	return 0;
}

void cover_begin(const struct features *f, struct choices *c, struct cover *ret)
{
	*ret = (struct cover){ .f = f, .c = c };
	ret->has = must(calloc(f->names.count + 1, sizeof(*ret->has)));
	ret->buffer = must(calloc(f->most + 1, sizeof(*ret->buffer)));
}

void cover_done(struct cover *cover)
{
	free(cover->has);
	for (size_t i = 0; i < 2; i++) {
		free(cover->tuples[i].is);
		free(cover->tuples[i].has);
	}
	free(cover->buffer);
	*cover = (struct cover){ 0 };
}
