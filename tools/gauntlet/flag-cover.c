/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * flag-cover.c - a covering array of strength 2 over flags that require others.
 *
 * Flags require, they do not exclude: so the profile with none covers all pairs
 * of flags that are off, the one with all covers those that are on, and what is
 * left to cover is "i on, j off" for each j that i does not require. Where no
 * flag requires another, different words of as many ones as zeroes do that
 * best: flag i is on in the rows that its word has a one for (Kleitman and
 * Spencer, 1973). What requirements spoil of it is mended by more rows, which
 * are built one by one, each flag being set the way that covers more, as in
 * AETG (Cohen, Dalal, Fredman, Patton, 1997).
 */
#include "tools/gauntlet/flag-cover.h"

#include <errno.h>
#include <stdlib.h>

#include "tools/gauntlet/flag-triples.h"

/**
 * struct covering - what is still to be covered
 * @free_flags: flags that may be on or off
 * @off_of[i]: flags that were not yet off while i was on
 * @on_of[j]:  flags that were not yet on while j was off
 */
struct covering {
	const struct flag_space *f;
	flag_set free_flags, off_of[FLAGS_MAX], on_of[FLAGS_MAX];
	flag_set *row;
	size_t count, room;
};

static int add_row(struct covering *c, flag_set row)
{
	if (c->count == c->room) {
		size_t room = c->room ? 2 * c->room : 16;
		flag_set *grown = reallocarray(c->row, room, sizeof(*grown));

		if (!grown)
			return -ENOMEM;
		c->row = grown;
		c->room = room;
	}
	c->row[c->count++] = row;
	return 0;
}

static void begin(const struct flag_space *f, struct covering *c)
{
	*c = (struct covering){ .f = f };
	for (size_t i = 0; i < f->g.count; i++) {
		if (!((f->base | f->out) & WIDE_BIT(i)))
			c->free_flags |= WIDE_BIT(i);
	}
	for (size_t i = 0; i < f->g.count; i++) {
		if (!(c->free_flags & WIDE_BIT(i)))
			continue;
		c->off_of[i] = c->free_flags & ~f->g.need[i];
		c->on_of[i] = c->free_flags & ~f->g.users[i];
	}
}

/* A flag that is on, with all that it requires; and one that is off. */
static flag_set turn_on(const struct covering *c, size_t i)
{
	return c->f->g.need[i] & c->free_flags;
}
static flag_set turn_off(const struct covering *c, size_t i)
{
	return c->f->g.users[i] & c->free_flags;
}

/* How many new pairs @set has with those of the other state. */
static unsigned int gain(const struct covering *c, flag_set set,
			 const flag_set *wanted, flag_set others)
{
	unsigned int sum = 0;

	for (size_t i = 0; i < c->f->g.count; i++) {
		if (set & WIDE_BIT(i))
			sum += wide_bits(wanted[i] & others);
	}
	return sum;
}

/* Set one more flag, the one with the most to win. */
static void set_best(const struct covering *c, flag_set *on, flag_set *off)
{
	bool more_off = wide_bits(*on) > wide_bits(*off), best_on = false;
	unsigned int best = 0;
	size_t found = SIZE_MAX;

	for (size_t i = 0; i < c->f->g.count; i++) {
		if (!(c->free_flags & ~(*on | *off) & WIDE_BIT(i)))
			continue;
		unsigned int when_on =
			gain(c, turn_on(c, i) & ~*on, c->off_of, *off);
		unsigned int when_off =
			gain(c, turn_off(c, i) & ~*off, c->on_of, *on);
		unsigned int most = when_on > when_off ? when_on : when_off;

		if (found != SIZE_MAX && most <= best)
			continue;
		found = i;
		best = most;
		best_on = when_on != when_off ? when_on > when_off : !more_off;
	}
	if (best_on)
		*on |= turn_on(c, found);
	else
		*off |= turn_off(c, found);
}

static void cover(struct covering *c, flag_set on)
{
	flag_set off = c->free_flags & ~on;

	for (size_t i = 0; i < c->f->g.count; i++) {
		if (on & WIDE_BIT(i))
			c->off_of[i] &= ~off;
		if (off & WIDE_BIT(i))
			c->on_of[i] &= ~on;
	}
}

/* The flag that has the most left to cover, or SIZE_MAX. */
static size_t neediest(const struct covering *c)
{
	unsigned int best = 0;
	size_t found = SIZE_MAX;

	for (size_t i = 0; i < c->f->g.count; i++) {
		if (wide_bits(c->off_of[i]) > best) {
			best = wide_bits(c->off_of[i]);
			found = i;
		}
	}
	return found;
}

/* How many words of @length bits have @ones ones, up to FLAGS_MAX. */
static unsigned int words_with(unsigned int length, unsigned int ones)
{
	unsigned int n = 1;

	for (unsigned int i = 1; i <= ones && n <= FLAGS_MAX; i++)
		n = n * (length - ones + i) / i;
	return n;
}

/* The next larger number with as many ones: HAKMEM, item 175. */
static unsigned int next_word(unsigned int word)
{
	unsigned int low = word & -word, high = word + low;

	return high | (word ^ high) / low >> 2;
}

/* Rows by words; those that add nothing are left out. */
static int add_words(struct covering *c)
{
	unsigned int length = 1, word;
	flag_set row[FLAGS_MAX] = { 0 };
	int r = 0;

	while (words_with(length, length / 2) < wide_bits(c->free_flags))
		length++;
	word = (1U << length / 2) - 1;
	for (size_t i = 0; i < c->f->g.count; i++) {
		if (!(c->free_flags & WIDE_BIT(i)))
			continue;
		for (unsigned int k = 0; k < length; k++)
			row[k] |= word >> k & 1 ? turn_on(c, i) : 0;
		word = word ? next_word(word) : 0;
	}
	for (unsigned int k = 0; k < length && r == 0; k++) {
		if (!gain(c, row[k], c->off_of, c->free_flags & ~row[k]))
			continue;
		cover(c, row[k]);
		r = add_row(c, c->f->base | row[k]);
	}
	return r;
}

static int add_pairs(struct covering *c)
{
	int r = add_words(c);
	size_t i;

	while (r == 0 && (i = neediest(c)) != SIZE_MAX) {
		flag_set on = turn_on(c, i);
		flag_set off = turn_off(c, wide_lowest(c->off_of[i]));

		while (c->free_flags & ~(on | off))
			set_best(c, &on, &off);
		cover(c, on);
		r = add_row(c, c->f->base | on);
	}
	return r;
}

static int add_one(void *arg, flag_set row)
{
	return add_row(arg, row);
}

/* Who has all triples has all pairs, where there are three flags. */
static int add_triples(struct covering *c)
{
	if (wide_bits(c->free_flags) < 3)
		return add_pairs(c);
	return flag_triples_make(c->f, c->free_flags, c->row, c->count, add_one,
				 c);
}

static int by_number(const void *a, const void *b)
{
	const flag_set *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

int flag_cover_make(const struct flag_space *f, enum level level,
		    flag_set **ret, size_t *ret_count)
{
	struct covering c;
	size_t n = 0;
	int r;

	begin(f, &c);
	r = add_row(&c, f->base);
	if (r == 0 && c.free_flags)
		r = add_row(&c, f->base | c.free_flags);
	if (r == 0 && level == LEVEL_PAIRWISE)
		r = add_pairs(&c);
	if (r == 0 && level == LEVEL_THREE_WAY)
		r = add_triples(&c);
	if (r < 0) {
		free(c.row);
		return r;
	}
	qsort(c.row, c.count, sizeof(*c.row), by_number);
	for (size_t i = 0; i < c.count; i++) {
		if (i == 0 || c.row[i] != c.row[n - 1])
			c.row[n++] = c.row[i];
	}
	*ret = c.row;
	*ret_count = n;
	return 0;
}
