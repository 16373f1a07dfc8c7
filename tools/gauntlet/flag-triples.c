/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/gauntlet/flag-triples.h"

#include <errno.h>
#include <stdlib.h>

/* Rows of which the best is taken: more make fewer rows, and take longer. With
 * many flags, which have long rows, they are fewer. */
#define CANDIDATES   24
#define FLAGS_OF_ALL 40

/* Flags by their state: [0] off, [1] on. */
struct states {
	flag_set of[2];
};

/**
 * struct triples - what is still to be seen
 * @count: flags, of which those in @free may be on or off
 * @missing: of each two flags in their states, the third ones; a triple stands
 *	     there for each order of its flags
 */
struct triples {
	const struct flag_space *f;
	size_t count;
	flag_set free;
	struct states *missing;
};

static struct states *third(const struct triples *t, size_t i, bool i_on,
			    size_t j, bool j_on)
{
	return &t->missing[((2 * i + (size_t)i_on) * t->count + j) * 2 +
			   (size_t)j_on];
}

/* What flag @i in a state brings along: what it requires, or what requires it.
 */
static flag_set brings(const struct triples *t, size_t i, bool on)
{
	return (on ? t->f->g.need[i] : t->f->g.users[i]) & t->free;
}

/* The others that may be on, and off, beside flag @i in its state. Whatever
 * pairs may be together, three of them may. */
static struct states beside(const struct triples *t, size_t i, bool on)
{
	flag_set others = t->free & ~WIDE_BIT(i), bound = brings(t, i, on);

	return (struct states){ { on ? others & ~bound : others,
				  on ? others : others & ~bound } };
}

static void begin(struct triples *t)
{
	for (size_t i = 0; i < 2 * t->count; i++) {
		struct states mine = beside(t, i / 2, i % 2);

		if (!(t->free & WIDE_BIT(i / 2)))
			continue;
		for (size_t j = 0; j < 2 * t->count; j++) {
			struct states its = beside(t, j / 2, j % 2);

			if (!(mine.of[j % 2] & WIDE_BIT(j / 2)))
				continue;
			for (int on = 0; on < 2; on++)
				third(t, i / 2, i % 2, j / 2, j % 2)->of[on] =
					mine.of[on] & its.of[on];
		}
	}
}

static void cover(struct triples *t, flag_set on)
{
	flag_set off = t->free & ~on;

	for (size_t i = 0; i < t->count; i++) {
		bool i_on = (on & WIDE_BIT(i)) != 0;

		for (size_t j = 0; j < t->count; j++) {
			bool j_on = (on & WIDE_BIT(j)) != 0;
			struct states *s = third(t, i, i_on, j, j_on);

			s->of[1] &= ~on;
			s->of[0] &= ~off;
		}
	}
}

static void set(const struct triples *t, struct states *row, size_t i, bool on)
{
	row->of[on] |= brings(t, i, on);
}

static bool is_set(const struct states *row, size_t i)
{
	return (row->of[0] | row->of[1]) & WIDE_BIT(i);
}

/* How much flag @i in a state shows with those that are set. */
static unsigned int gain(const struct triples *t, const struct states *row,
			 size_t i, bool on)
{
	unsigned int sum = 0;

	for (size_t j = 0; j < t->count; j++) {
		const struct states *s;

		if (!is_set(row, j))
			continue;
		s = third(t, i, on, j, row->of[1] & WIDE_BIT(j) ? 1 : 0);
		sum += wide_bits(s->of[0] & row->of[0]) +
		       wide_bits(s->of[1] & row->of[1]);
	}
	return sum;
}

/* Begin a row with a triple that is missing, the first from place @from on;
 * false when none is. */
static bool set_missing(const struct triples *t, struct states *row,
			size_t from)
{
	size_t places = 2 * t->count;

	for (size_t n = 0; n < places * places; n++) {
		size_t i = (from + n / places) % places, j = n % places;
		const struct states *s = third(t, i / 2, i % 2, j / 2, j % 2);
		bool on = s->of[1] != 0;

		if (!s->of[on])
			continue;
		set(t, row, i / 2, i % 2);
		set(t, row, j / 2, j % 2);
		set(t, row, wide_lowest(s->of[on]), on);
		return true;
	}
	return false;
}

static uint32_t next_number(uint32_t *seed)
{
	*seed = *seed * 1664525 + 1013904223;
	return *seed >> 8;
}

/* Set all other flags in any order, each the way that shows more; among equals
 * the state that fewer have. */
static void fill(const struct triples *t, struct states *row, uint32_t seed)
{
	unsigned char order[FLAGS_MAX] = { 0 };

	for (size_t i = 0; i < t->count; i++) {
		size_t at = next_number(&seed) % (i + 1);

		order[i] = order[at];
		order[at] = (unsigned char)i;
	}
	for (size_t n = 0; n < t->count; n++) {
		size_t i = order[n];
		unsigned int when_off, when_on;
		bool more_on;

		if (!(t->free & WIDE_BIT(i)) || is_set(row, i))
			continue;
		when_off = gain(t, row, i, 0);
		when_on = gain(t, row, i, 1);
		more_on = wide_bits(row->of[1]) > wide_bits(row->of[0]);
		set(t, row, i,
		    when_on != when_off ? when_on > when_off : !more_on);
	}
}

/* How many triples a whole row shows, six times each. */
static unsigned int shows(const struct triples *t, const struct states *row)
{
	unsigned int sum = 0;

	for (size_t i = 0; i < t->count; i++) {
		if (t->free & WIDE_BIT(i))
			sum += gain(t, row, i,
				    row->of[1] & WIDE_BIT(i) ? 1 : 0);
	}
	return sum;
}

/* The best of some rows; false when nothing is missing any more. */
static bool find_row(const struct triples *t, uint32_t number, flag_set *ret)
{
	size_t tries = CANDIDATES;
	unsigned int most = 0;

	if (t->count > FLAGS_OF_ALL)
		tries = CANDIDATES * FLAGS_OF_ALL / t->count;
	for (size_t k = 0; k < tries; k++) {
		uint32_t seed = number * CANDIDATES + (uint32_t)k;
		struct states row = { { 0 } };
		unsigned int its;

		if (!set_missing(t, &row, 2 * k * t->count / tries))
			return false;
		fill(t, &row, seed);
		its = shows(t, &row);
		if (its <= most)
			continue;
		most = its;
		*ret = row.of[1];
	}
	return true;
}

int flag_triples_make(const struct flag_space *f, flag_set free_flags,
		      const flag_set *row, size_t count, flag_triples_add *add,
		      void *arg)
{
	struct triples t = { .f = f, .count = f->g.count, .free = free_flags };
	uint32_t number = 0;
	flag_set on = 0;
	int r = 0;

	t.missing = calloc(4 * t.count * t.count + 1, sizeof(*t.missing));
	if (!t.missing)
		return -ENOMEM;
	begin(&t);
	for (size_t i = 0; i < count; i++)
		cover(&t, row[i] & free_flags);
	while (r == 0 && find_row(&t, number++, &on)) {
		cover(&t, on);
		r = add(arg, f->base | on);
	}
	free(t.missing);
	return r;
}
