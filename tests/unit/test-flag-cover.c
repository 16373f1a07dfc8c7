/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/t.h"
#include "tools/gauntlet/flag-cover.h"

/* @count flags, of which @base are required and @out excluded; requires[i] are
 * those that flag i requires directly, or NULL for none. */
static void make_space(struct flag_space *f, size_t count,
		       const flag_set *requires, flag_set base, flag_set out)
{
	*f = (struct flag_space){ .g = { .count = count },
				  .base = base,
				  .out = out };
	for (size_t i = 0; i < count; i++)
		f->g.need[i] = WIDE_BIT(i) | (requires ? requires[i] : 0);
	for (size_t pass = 0; pass < count; pass++) {
		for (size_t i = 0; i < count; i++) {
			for (size_t j = 0; j < count; j++) {
				if (f->g.need[i] & WIDE_BIT(j))
					f->g.need[i] |= f->g.need[j];
			}
		}
	}
	for (size_t i = 0; i < count; i++) {
		for (size_t j = 0; j < count; j++) {
			if (f->g.need[j] & WIDE_BIT(i))
				f->g.users[i] |= WIDE_BIT(j);
		}
	}
	for (size_t i = 0; i < count; i++) {
		if (base & WIDE_BIT(i))
			f->base |= f->g.need[i];
		if (out & WIDE_BIT(i))
			f->out |= f->g.users[i];
	}
}

static void check_row(const struct flag_space *f, flag_set row)
{
	CHECK((row & f->base) == f->base);
	CHECK(!(row & f->out));
	for (size_t i = 0; i < f->g.count; i++)
		CHECK(!(row & WIDE_BIT(i)) ||
		      (row & f->g.need[i]) == f->g.need[i]);
}

/* Is there a row with flag i as @i_on and j as @j_on? */
static bool has(const flag_set *row, size_t count, size_t i, bool i_on,
		size_t j, bool j_on)
{
	for (size_t n = 0; n < count; n++) {
		if ((bool)(row[n] & WIDE_BIT(i)) == i_on &&
		    (bool)(row[n] & WIDE_BIT(j)) == j_on)
			return true;
	}
	return false;
}

/* Can a valid profile have it? Not if one that is on needs one that is off. */
static bool can_have(const struct flag_space *f, size_t i, bool i_on, size_t j,
		     bool j_on)
{
	flag_set on = f->base, off = f->out;

	on |= i_on ? f->g.need[i] : 0;
	on |= j_on ? f->g.need[j] : 0;
	off |= i_on ? 0 : f->g.users[i];
	off |= j_on ? 0 : f->g.users[j];
	return !(on & off);
}

/* All rows are valid, and all pairs are there. Returns how many rows. */
static size_t check_pairs(const struct flag_space *f)
{
	flag_set *row;
	size_t count;

	CHECK_INT(flag_cover_make(f, LEVEL_PAIRWISE, &row, &count), 0);
	for (size_t n = 0; n < count; n++) {
		check_row(f, row[n]);
		CHECK(n == 0 || row[n - 1] < row[n]);
	}
	for (size_t i = 0; i < f->g.count; i++) {
		for (size_t j = 0; j < i; j++) {
			for (int on = 0; on < 4; on++)
				CHECK(has(row, count, i, on & 1, j, on & 2) ==
				      can_have(f, i, on & 1, j, on & 2));
		}
	}
	free(row);
	return count;
}

/* Is there a row with flags i, j and k in the states of the bits of @on? */
static bool has_three(const flag_set *row, size_t count, size_t i, size_t j,
		      size_t k, int on)
{
	for (size_t n = 0; n < count; n++) {
		if ((bool)(row[n] & WIDE_BIT(i)) == (bool)(on & 1) &&
		    (bool)(row[n] & WIDE_BIT(j)) == (bool)(on & 2) &&
		    (bool)(row[n] & WIDE_BIT(k)) == (bool)(on & 4))
			return true;
	}
	return false;
}

/* Can a valid profile have them? */
static bool can_have_three(const struct flag_space *f, size_t i, size_t j,
			   size_t k, int states)
{
	const size_t flag[] = { i, j, k };
	flag_set on = f->base, off = f->out;

	for (int n = 0; n < 3; n++) {
		if (states >> n & 1)
			on |= f->g.need[flag[n]];
		else
			off |= f->g.users[flag[n]];
	}
	return !(on & off);
}

/* All rows are valid, and all triples are there. Returns how many rows. */
static size_t check_triples(const struct flag_space *f)
{
	flag_set *row;
	size_t count;

	CHECK_INT(flag_cover_make(f, LEVEL_THREE_WAY, &row, &count), 0);
	for (size_t n = 0; n < count; n++) {
		check_row(f, row[n]);
		CHECK(n == 0 || row[n - 1] < row[n]);
	}
	for (size_t i = 0; i < f->g.count; i++) {
		for (size_t j = 0; j <= i; j++) {
			for (size_t k = 0; k <= j; k++) {
				for (int on = 0; on < 8; on++)
					CHECK(has_three(row, count, i, j, k,
							on) ==
					      can_have_three(f, i, j, k, on));
			}
		}
	}
	free(row);
	return count;
}

TEST(triples_of_independent_flags_need_few_profiles)
{
	struct flag_space f;

	make_space(&f, 0, NULL, 0, 0);
	CHECK_INT(check_triples(&f), 1);
	make_space(&f, 1, NULL, 0, 0);
	CHECK_INT(check_triples(&f), 2);
	make_space(&f, 2, NULL, 0, 0);
	CHECK_INT(check_triples(&f), 4);
	make_space(&f, 3, NULL, 0, 0);
	CHECK_INT(check_triples(&f), 8);
	make_space(&f, 4, NULL, 0, 0);
	CHECK_INT(check_triples(&f), 8);
	make_space(&f, 40, NULL, WIDE_BIT(3), WIDE_BIT(5));
	CHECK(check_triples(&f) <= 40);
	make_space(&f, FLAGS_MAX, NULL, 0, 0);
	CHECK(check_triples(&f) <= 64);
}

TEST(independent_flags_need_few_profiles)
{
	struct flag_space f;

	make_space(&f, 0, NULL, 0, 0);
	CHECK_INT(check_pairs(&f), 1);
	make_space(&f, 1, NULL, 0, 0);
	CHECK_INT(check_pairs(&f), 2);
	make_space(&f, 2, NULL, 0, 0);
	CHECK_INT(check_pairs(&f), 4);
	make_space(&f, 40, NULL, 0, 0);
	CHECK_INT(check_pairs(&f), 10);
	make_space(&f, FLAGS_MAX, NULL, 0, 0);
	CHECK_INT(check_pairs(&f), 12);
}

TEST(requirements_exclusions_and_cycles_hold)
{
	static const flag_set chain[6] = { 0,		WIDE_BIT(0),
					   WIDE_BIT(1), WIDE_BIT(2),
					   WIDE_BIT(3), WIDE_BIT(4) };
	static const flag_set ring[6] = {
		WIDE_BIT(1), WIDE_BIT(2), WIDE_BIT(0),
		0,	     WIDE_BIT(3), WIDE_BIT(3) | WIDE_BIT(0)
	};
	struct flag_space f;

	/* A chain of six has seven profiles, and needs them all. */
	make_space(&f, 6, chain, 0, 0);
	CHECK_INT(check_pairs(&f), 7);
	make_space(&f, 6, chain, WIDE_BIT(2), 0);
	CHECK_INT(check_pairs(&f), 4);
	make_space(&f, 6, chain, WIDE_BIT(1), WIDE_BIT(4));
	CHECK_INT(check_pairs(&f), 3);
	make_space(&f, 6, ring, 0, 0);
	check_pairs(&f);
	check_triples(&f);
	make_space(&f, 6, ring, WIDE_BIT(4), WIDE_BIT(1));
	check_pairs(&f);
	check_triples(&f);
}

TEST(tangled_graphs_are_covered)
{
	flag_set requires[40];
	struct flag_space f;
	uint32_t x = 12345;

	for (int round = 0; round < 50; round++) {
		size_t count = 3 + (size_t)round % 37;

		for (size_t i = 0; i < count; i++) {
			requires[i] = 0;
			for (int k = 0; k < round % 4; k++) {
				x = x * 1664525 + 1013904223;
				if (i)
				requires[i] |= WIDE_BIT((x >> 16) % i);
			}
		}
		make_space(&f, count, requires, round % 3 ? 0 : WIDE_BIT(1),
			   round % 5 ? 0 : WIDE_BIT(count - 1));
		check_pairs(&f);
		check_triples(&f);
	}
}

TEST(smoke_has_each_flag_on_and_off)
{
	struct flag_space f;
	flag_set *row;
	size_t count;

	make_space(&f, 40, NULL, WIDE_BIT(3), WIDE_BIT(5));
	CHECK_INT(flag_cover_make(&f, LEVEL_SMOKE, &row, &count), 0);
	CHECK_INT(count, 2);
	CHECK(row[0] == WIDE_BIT(3));
	CHECK(row[1] == ((WIDE_BIT(40) - 1) & ~WIDE_BIT(5)));
	free(row);
	make_space(&f, 1, NULL, WIDE_BIT(0), 0);
	CHECK_INT(flag_cover_make(&f, LEVEL_SMOKE, &row, &count), 0);
	CHECK_INT(count, 1);
	free(row);
}
