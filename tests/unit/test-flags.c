/* SPDX-License-Identifier: GPL-2.0-or-later */
/* test-flags.c - profiles: the row, the count and the patterns against brute
 * force. */
#include <errno.h>
#include <fnmatch.h>

#include "tests/unit/t.h"
#include "tools/gauntlet/profiles.h"
#include "tools/lib/memo.h"

#define GRAPHS 400
#define FLAGS  12

static unsigned long long seed = 1;

/* xorshift: the same numbers on each run. */
static unsigned int roll(unsigned int below)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (unsigned int)(seed >> 33) % below;
}

/* A declaration of @n flags in which flags require others with a chance of
 * @dense of 8, and never in a ring. */
static void make_sched(struct sched *s, unsigned int n, unsigned int dense)
{
	static const char *const names[FLAGS] = {
		"llc", "a",    "b", "steal", "x-y", "ab",
		"ba",  "fast", "q", "w",     "aa",  "z0",
	};
	unsigned int rank[FLAGS];
	auto_str struct str text = { 0 };
	struct diag d = { 0 };

	for (unsigned int i = 0; i < n; i++)
		rank[i] = roll(1000) * FLAGS + i;
	str_add(&text, "[scheduler]\nbinary = x\n");
	for (unsigned int i = 0; i < n; i++) {
		str_addf(&text, "[flag %s]\n", names[i]);
		for (unsigned int k = 0; k < n; k++) {
			if (rank[k] < rank[i] && roll(8) < dense)
				str_addf(&text, "requires = %s\n", names[k]);
		}
	}
	CHECK_INT(sched_parse("s.sched", str_text(&text), &d, s), 0);
	if (d.count)
		printf("# %s\n", d.out.text);
	CHECK_INT(d.count, 0);
	diag_done(&d);
}

/* A test that requires and excludes some of them. */
static void make_test(const struct sched *s, struct test *t)
{
	auto_str struct str text = { 0 };
	struct diag d = { 0 };

	str_add(&text, "[test]\n");
	for (size_t i = 0; i < s->flag_count; i++) {
		unsigned int n = roll(16);

		if (n < 2)
			str_addf(&text, "%s = %s\n",
				 n ? "required-flags" : "excluded-flags",
				 s->flag[i].name);
	}
	str_add(&text, "[cgroup a]\n");
	CHECK_INT(test_parse("t.test", str_text(&text), &d, t), 0);
	CHECK_INT(d.count, 0);
	diag_done(&d);
}

static bool on_has(const struct sched *s, unsigned int on, const char *name)
{
	const struct sched_flag *f = sched_flag_find(s, name);

	return f && on >> (f - s->flag) & 1;
}

/* What a profile is, said once more: by names alone. */
static bool is_profile(const struct sched *s, const struct test *t,
		       unsigned int on)
{
	for (char **w = t->required_flags; w && *w; w++) {
		if (!on_has(s, on, *w))
			return false;
	}
	for (char **w = t->excluded_flags; w && *w; w++) {
		if (on_has(s, on, *w))
			return false;
	}
	for (size_t i = 0; i < s->flag_count; i++) {
		char **need = on >> i & 1 ? s->flag[i].requires : NULL;

		for (; need && *need; need++) {
			if (!on_has(s, on, *need))
				return false;
		}
	}
	return true;
}

static void name_of(const struct sched *s, unsigned int on, struct str *ret)
{
	bool flags[FLAGS];

	for (size_t i = 0; i < s->flag_count; i++)
		flags[i] = on >> i & 1;
	profile_add_name(s, flags, ret);
}

static bool is_match(const struct sched *s, unsigned int on, char *const *globs)
{
	auto_str struct str name = { 0 };

	name_of(s, on, &name);
	for (; *globs; globs++) {
		if (fnmatch(*globs, str_text(&name), 0) == 0)
			return true;
	}
	return false;
}

/* The row and the count are those of going through all sets. */
static void compare(const struct sched *s, const struct test *t,
		    char *const *globs)
{
	struct profiles p;
	struct profile now;
	unsigned int wanted = 0;
	struct why why;
	wide count;
	int r = profiles_begin(s, t, globs, &p, &why);

	if (r == 0)
		r = profiles_first(&p, &why);
	for (unsigned int on = 0; on >> s->flag_count == 0; on++) {
		auto_str struct str name = { 0 };

		if (!is_profile(s, t, on) || !is_match(s, on, globs))
			continue;
		wanted++;
		CHECK_INT(r, 1);
		CHECK_INT((long long)p.on, on);
		CHECK(flag_space_has(&p.space, p.on));
		name_of(s, on, &name);
		profiles_current(&p, &now);
		CHECK(strcmp(now.name, str_text(&name)) == 0);
		profile_done(&now);
		r = profiles_next(&p, &why);
	}
	if (r == -EINVAL) { /* what is required is excluded */
		CHECK_INT(wanted, 0);
		return;
	}
	CHECK_INT(r, 0);
	CHECK_INT(profiles_count(&p, &count, &why), 0);
	CHECK_INT((long long)count, wanted);
	profiles_done(&p);
}

TEST(profiles_are_those_of_brute_force)
{
	static char all[] = "*", *const globs[] = { all, NULL };

	for (int i = 0; i < GRAPHS; i++) {
		struct sched s;
		struct test t;

		make_sched(&s, 1 + roll(FLAGS), roll(5));
		make_test(&s, &t);
		compare(&s, &t, globs);
		test_done(&t);
		sched_done(&s);
	}
}

/* Patterns of random pieces, many of which match something. */
static void make_glob(struct str *ret)
{
	static const char *const piece[] = {
		"*",	   "*",	   "?",	   "a",		 "b",	  "+",
		"llc",	   "[ab]", "[!q]", "steal",	 "[a-z]", "\\+",
		"default", "[",	   "[]x]", "[[:alpha:]]"
	};
	size_t n = 1 + roll(5);

	while (n-- > 0)
		str_add(ret, piece[roll(sizeof(piece) / sizeof(*piece))]);
}

TEST(patterns_choose_what_fnmatch_chooses)
{
	for (int i = 0; i < GRAPHS; i++) {
		auto_str struct str one = { 0 }, two = { 0 };
		char *globs[] = { NULL, NULL, NULL };
		struct sched s;
		struct test t;

		make_glob(&one);
		make_glob(&two);
		globs[0] = one.text;
		if (roll(2))
			globs[1] = two.text;
		make_sched(&s, 1 + roll(8), roll(5));
		make_test(&s, &t);
		compare(&s, &t, globs);
		test_done(&t);
		sched_done(&s);
	}
}

/* A declaration of flags f0 and up; @needs: what to write below each. */
static void make_wide(struct sched *s, unsigned int n,
		      void (*needs)(unsigned int i, struct str *out))
{
	auto_str struct str text = { 0 };
	struct diag d = { 0 };

	str_add(&text, "[scheduler]\nbinary = x\n");
	for (unsigned int i = 0; i < n; i++) {
		str_addf(&text, "[flag f%u]\n", i);
		if (needs)
			needs(i, &text);
	}
	CHECK_INT(sched_parse("s.sched", str_text(&text), &d, s), 0);
	if (d.count)
		printf("# %s\n", d.out.text);
	CHECK_INT(d.count, 0);
}

static void check_count(const struct sched *s, char *glob, const char *wanted)
{
	const struct test t = { 0 };
	char *const globs[] = { glob, NULL };
	char text[WIDE_TEXT_SIZE];
	struct profiles p;
	struct why why;
	wide n;

	CHECK_INT(profiles_begin(s, &t, globs, &p, &why), 0);
	if (wanted) {
		CHECK_INT(profiles_count(&p, &n, &why), 0);
		if (strcmp(wide_format(n, text), wanted) != 0)
			printf("# %s: %s, not %s\n", glob, text, wanted);
		CHECK(strcmp(text, wanted) == 0);
	} else {
		CHECK_INT(profiles_count(&p, &n, &why), -E2BIG);
	}
	profiles_done(&p);
}

static char all_glob[] = "*";

TEST(many_flags_are_counted_without_a_list)
{
	char f20[] = "*f20*", one[] = "f3+f77", none[] = "f77+f3";
	struct sched s;

	make_wide(&s, 40, NULL);
	check_count(&s, all_glob, "1099511627776");
	check_count(&s, f20, "549755813888");
	sched_done(&s);
	make_wide(&s, 127, NULL);
	check_count(&s, all_glob, "170141183460469231731687303715884105728");
	check_count(&s, one, "1");
	check_count(&s, none, "0");
	sched_done(&s);
}

/* f1 requires f0, f2 requires f1 ... */
static void need_last(unsigned int i, struct str *out)
{
	if (i)
		str_addf(out, "requires = f%u\n", i - 1);
}

/* The second half requires the first, each its own. */
static void need_half(unsigned int i, struct str *out)
{
	if (i >= 20)
		str_addf(out, "requires = f%u\n", i - 20);
}

static void need_first(unsigned int i, struct str *out)
{
	if (i)
		str_add(out, "requires = f0\n");
}

TEST(chains_pairs_and_stars_are_counted)
{
	struct sched s;

	make_wide(&s, 127, need_last);
	check_count(&s, all_glob, "128");
	sched_done(&s);
	make_wide(&s, 40, need_half); /* 3^20 */
	check_count(&s, all_glob, "3486784401");
	sched_done(&s);
	make_wide(&s, 41, need_first); /* 2^40 + 1 */
	check_count(&s, all_glob, "1099511627777");
	sched_done(&s);
}

/* The second half requires some of the first, without any order. */
static void need_many(unsigned int i, struct str *out)
{
	for (unsigned int k = 0; i >= 63 && k < 63; k++) {
		if (roll(64) < 5)
			str_addf(out, "requires = f%u\n", k);
	}
}

TEST(what_is_too_tangled_is_said_to_be)
{
	struct sched s;

	make_wide(&s, 126, need_many);
	check_count(&s, all_glob, NULL);
	sched_done(&s);
}

/* Tangled or not, the row goes on. */
TEST(the_row_needs_no_count)
{
	const struct test t = { 0 };
	char last[] = "*f125", *const globs[] = { all_glob, NULL },
	     *const one[] = { last, NULL };
	struct profiles p;
	struct sched s;
	struct why why;

	make_wide(&s, 126, need_many);
	CHECK_INT(profiles_begin(&s, &t, globs, &p, &why), 0);
	CHECK_INT(profiles_first(&p, &why), 1);
	for (int i = 0; i < 10000; i++) {
		flag_set before = p.on;

		CHECK_INT(profiles_next(&p, &why), 1);
		CHECK(p.on > before);
		CHECK(flag_space_has(&p.space, p.on));
	}
	profiles_done(&p);
	CHECK_INT(profiles_begin(&s, &t, one, &p, &why), 0);
	CHECK_INT(profiles_first(&p, &why), 1);
	CHECK(p.on >> 125 & 1);
	profiles_done(&p);
	sched_done(&s);
}

TEST(wide_numbers_end_at_128_bits)
{
	char text[WIDE_TEXT_SIZE];
	wide n = WIDE_BIT(127);

	CHECK(strcmp(wide_format(0, text), "0") == 0);
	CHECK(strcmp(wide_format(n - 1 + n, text),
		     "340282366920938463463374607431768211455") == 0);
	CHECK_INT(wide_add(&n, n - 1), 0);
	CHECK_INT(wide_add(&n, 1), -ERANGE);
	n = WIDE_BIT(126);
	CHECK_INT(wide_multiply(&n, 2), 0);
	CHECK_INT(wide_multiply(&n, 2), -ERANGE);
	CHECK_INT(wide_bits(WIDE_BIT(100) | WIDE_BIT(3)), 2);
	CHECK_INT(wide_lowest(WIDE_BIT(100)), 100);
}

TEST(memo_keeps_what_it_got)
{
	struct memo m = { 0 };
	bool is_new;

	for (int i = 0; i < 1000; i++) {
		wide *value = memo_at(&m, &i, sizeof(i), &is_new);

		CHECK(is_new && *value == 0);
		*value = (wide)i * 3;
	}
	for (int i = 0; i < 1000; i++) {
		CHECK_INT((long long)*memo_at(&m, &i, sizeof(i), &is_new),
			  i * 3);
		CHECK(!is_new);
	}
	CHECK_INT((long long)m.count, 1000);
	memo_done(&m);
}
