/* SPDX-License-Identifier: GPL-2.0-or-later */
/* compare-pair.c - which runs belong together. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tools/gauntlet/compare.h"
#include "tools/gauntlet/request.h"

/* Parts of a variant's name, and the dimension that each belongs to. Which
 * types of work run is the test's, so who compares those compares tests. */
static const struct {
	enum part part;
	enum dim dim;
} keyed[] = {
	{ PART_TEST, DIM_WORK_TYPE }, { PART_SCHEDULER, DIM_SCHEDULER },
	{ PART_KERNEL, DIM_KERNEL },  { PART_PRESET, DIM_TOPOLOGY },
	{ PART_PROFILE, DIM_FLAGS },
};
#define KEYED (sizeof(keyed) / sizeof(keyed[0]))

static void set_key(const struct comparison *c, const struct samples *s,
		    struct sample *one)
{
	const struct result *r = sample_result(s, one);
	struct str key = { 0 };

	for (size_t i = 0; i < KEYED; i++) {
		/* A declaration may name its flags in another order now. */
		const char *part = keyed[i].dim == DIM_FLAGS
					   ? one->dims.value[DIM_FLAGS]
					   : r->part[keyed[i].part];

		if (!c->sliced[keyed[i].dim])
			str_add(&key, part);
		str_add(&key, "/");
	}
	str_add(&key, r->part[PART_CLOCK]);
	if (c->by_seed)
		str_addf(&key, "/%s", r->part[PART_SEED]);
	one->key = must(str_take(&key));
}

static int by_key(const void *a, const void *b)
{
	const struct sample *const *x = a, *const *y = b;
	int order = strcmp((*x)->key, (*y)->key);

	if (order)
		return order;
	if ((*x)->seed != (*y)->seed)
		return (*x)->seed < (*y)->seed ? -1 : 1;
	return ((*x)->at > (*y)->at) - ((*x)->at < (*y)->at);
}

static const struct sample **sorted(const struct comparison *c,
				    struct samples *s)
{
	const struct sample **list = must(calloc(s->count + 1, sizeof(*list)));

	for (size_t i = 0; i < s->count; i++) {
		set_key(c, s, &s->item[i]);
		list[i] = &s->item[i];
	}
	qsort(list, s->count, sizeof(*list), by_key);
	return list;
}

/* How many from @list on have the key of the first. */
static size_t same_key(const struct sample **list, size_t count)
{
	size_t n = 1;

	while (n < count && strcmp(list[n]->key, list[0]->key) == 0)
		n++;
	return count ? n : 0;
}

static bool has_seed(const struct sample **list, size_t count, uint64_t seed)
{
	for (size_t i = 0; i < count; i++) {
		if (list[i]->seed == seed)
			return true;
	}
	return false;
}

static void add_alone(struct alone *alone, const struct sample *one)
{
	alone->item = must(reallocarray(alone->item, alone->count + 1,
					sizeof(*alone->item)));
	alone->item[alone->count++] = one;
}

/* Those of @list whose seed @other has too; all under the real clock. */
static size_t keep(const struct sample **list, size_t count,
		   const struct sample **other, size_t other_count,
		   bool is_virtual, const struct sample ***ret,
		   struct alone *lost)
{
	size_t n = 0;

	*ret = must(calloc(count + 1, sizeof(**ret)));
	for (size_t i = 0; i < count; i++) {
		if (is_virtual && !has_seed(other, other_count, list[i]->seed))
			add_alone(lost, list[i]);
		else
			(*ret)[n++] = list[i];
	}
	return n;
}

static size_t count_passed(const struct samples *s, const struct sample **list,
			   size_t count)
{
	size_t n = 0;

	for (size_t i = 0; i < count; i++)
		n += sample_result(s, list[i])->verdict == VERDICT_PASS;
	return n;
}

static void add_pair(struct comparison *c, const struct sample **a, size_t na,
		     const struct sample **b, size_t nb)
{
	const char *clock = sample_result(&c->a, a[0])->part[PART_CLOCK];
	struct pair p = { .is_virtual = strcmp(clock, "real") != 0 };

	p.count_a = keep(a, na, b, nb, p.is_virtual, &p.a, &c->only_a);
	p.count_b = keep(b, nb, a, na, p.is_virtual, &p.b, &c->only_b);
	if (!p.count_a || !p.count_b) {
		free(p.a);
		free(p.b);
		return;
	}
	p.passed_a = count_passed(&c->a, p.a, p.count_a);
	p.passed_b = count_passed(&c->b, p.b, p.count_b);
	c->pair = must(
		reallocarray(c->pair, c->pair_count + 1, sizeof(*c->pair)));
	c->pair[c->pair_count++] = p;
}

/* Walk through both sorted lists at once. */
static void merge(struct comparison *c, const struct sample **a,
		  const struct sample **b)
{
	size_t i = 0, j = 0;

	while (i < c->a.count || j < c->b.count) {
		size_t na = same_key(a + i, c->a.count - i);
		size_t nb = same_key(b + j, c->b.count - j);
		int order = !na ? 1 : !nb ? -1 : strcmp(a[i]->key, b[j]->key);

		if (order == 0)
			add_pair(c, a + i, na, b + j, nb);
		for (size_t k = 0; order < 0 && k < na; k++)
			add_alone(&c->only_a, a[i + k]);
		for (size_t k = 0; order > 0 && k < nb; k++)
			add_alone(&c->only_b, b[j + k]);
		i += order <= 0 ? na : 0;
		j += order >= 0 ? nb : 0;
	}
}

static int refuse_double(const struct samples *s, const struct sample **list,
			 struct why *why)
{
	for (size_t i = 1; i < s->count; i++) {
		if (strcmp(list[i - 1]->key, list[i]->key) == 0)
			return why_set(
				why, -EINVAL, "--no-average: '%s' has %s twice",
				s->folder, sample_result(s, list[i])->name);
	}
	return 0;
}

/* What a pair's label has to say. */
static void set_varies(struct comparison *c)
{
	for (size_t part = 0; part < PARTS; part++) {
		c->varies[part] = part == PART_TEST;
		if (part == PART_SEED && !c->by_seed)
			continue;
		for (size_t i = 1; i < c->pair_count; i++)
			c->varies[part] |=
				strcmp(sample_result(&c->a, c->pair[i].a[0])
					       ->part[part],
				       sample_result(&c->a, c->pair[0].a[0])
					       ->part[part]) != 0;
	}
}

int compare_pair(struct comparison *c, struct why *why)
{
	const struct sample **a = sorted(c, &c->a), **b = sorted(c, &c->b);
	int r = 0;

	if (c->by_seed) {
		r = refuse_double(&c->a, a, why);
		if (r == 0)
			r = refuse_double(&c->b, b, why);
	}
	if (r == 0)
		merge(c, a, b);
	set_varies(c);
	free(a);
	free(b);
	return r;
}

void compare_done(struct comparison *c)
{
	for (size_t i = 0; i < c->pair_count; i++) {
		free(c->pair[i].a);
		free(c->pair[i].b);
		free(c->pair[i].difference);
	}
	free(c->pair);
	free(c->only_a.item);
	free(c->only_b.item);
	samples_done(&c->a);
	samples_done(&c->b);
	metrics_done(&c->metrics);
	policy_done(&c->policy);
}

void compare_label(const struct comparison *c, const struct pair *p,
		   struct str *out)
{
	static const enum part order[PARTS] = {
		PART_TEST,    PART_SCHEDULER, PART_KERNEL, PART_PRESET,
		PART_PROFILE, PART_CLOCK,     PART_SEED,
	};
	const struct result *r = sample_result(&c->a, p->a[0]);

	for (size_t i = 0; i < PARTS; i++) {
		if (c->varies[order[i]])
			str_addf(out, "%s%s", out->len ? " " : "",
				 r->part[order[i]]);
	}
}
