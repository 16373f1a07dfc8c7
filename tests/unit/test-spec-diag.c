/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/lib/spec/diag.h"

#include "tests/unit/t.h"

static void check_text(struct diag *d, const char *want)
{
	if (strcmp(str_text(&d->out), want) != 0)
		printf("# got: %s\n", str_text(&d->out));
	CHECK(strcmp(str_text(&d->out), want) == 0);
	diag_done(d);
}

TEST(shows_place_line_caret_and_hint)
{
	struct diag d = { 0 };
	struct place at = { "ktstr/a.test", "work = cpu-spn workers=4", 7, 8,
			    7 };

	diag_add(&d, &at, "unknown work type '%s'", "cpu-spn");
	diag_hint(&d, "cpu-spin");
	diag_hint(&d, NULL);
	CHECK_INT(d.count, 1);
	check_text(&d, "ktstr/a.test:7:8: unknown work type 'cpu-spn'\n"
		       "  work = cpu-spn workers=4\n"
		       "         ^~~~~~~\n"
		       "  did you mean 'cpu-spin'?\n");
}

TEST(carets_stand_below_tabs_and_wide_bytes)
{
	struct diag d = { 0 };
	struct place at = { "f", "\ta = \xc3\xa4 b", 1, 9, 1 };

	diag_add(&d, &at, "x");
	check_text(&d, "f:1:9: x\n  \ta = \xc3\xa4 b\n  \t      ^\n");
}

TEST(never_writes_control_characters)
{
	struct diag d = { 0 };
	struct place at = { "f", "a\x1b[31m = 1", 1, 1, 1 };

	diag_add(&d, &at, "unknown '%s'", "a\x1b[31m");
	check_text(&d, "f:1:1: unknown 'a?[31m'\n  a?[31m = 1\n  ^\n");
}

TEST(a_long_line_is_shown_around_its_column)
{
	struct diag d = { 0 };
	char line[1001];
	struct place at = { "f", line, 1, 900, 5 };

	memset(line, 'x', 1000);
	line[1000] = '\0';
	diag_add(&d, &at, "m");
	CHECK(d.out.len < 400);
	CHECK(strstr(d.out.text, " ^~~~~\n"));
	diag_done(&d);
	at.column = 5000; /* beyond the line */
	diag_add(&d, &at, "m");
	CHECK(d.out.len < 400);
	diag_done(&d);
}

TEST(an_empty_line_is_not_shown)
{
	struct diag d = { 0 };
	struct place at = { "f", "", 1, 1, 1 };

	diag_add(&d, &at, "empty");
	check_text(&d, "f:1:1: empty\n");
}

TEST(the_nearest_name_is_found)
{
	static const char *const names[] = { "cpu-spin", "mixed", "bursty",
					     "duration", "a",	  NULL };
	static const struct {
		const char *word, *want;
	} row[] = {
		{ "cpu-spn", "cpu-spin" },
		{ "cpu_spin", "cpu-spin" },
		{ "busrty", "bursty" },
		{ "duratoin", "duration" },
		{ "durration", "duration" },
		{ "mixd", "mixed" },
		{ "spin", NULL },
		{ "payload", NULL },
		{ "", "a" },
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		const char *got = diag_nearest(row[i].word, names);

		if (got && (!row[i].want || strcmp(got, row[i].want) != 0))
			printf("# %s: %s\n", row[i].word, got);
		CHECK(!got == !row[i].want);
		CHECK(!got || strcmp(got, row[i].want) == 0);
	}
}

TEST(a_word_of_any_length_is_looked_up)
{
	static const char *const names[] = { "mixed", NULL };
	char word[300];

	for (size_t len = 0; len < sizeof(word); len++) {
		memset(word, 'm', len);
		word[len] = '\0';
		(void)diag_nearest(word, names);
	}
}

TEST(complaints_are_sorted_by_place)
{
	struct place at = { "f", "", 9, 1, 1 };
	struct diag d = { 0 };

	diag_sort(&d, 0);
	diag_add(&d, &at, "other");
	at.line = 3;
	at.column = 5;
	diag_add(&d, &at, "a");
	diag_hint(&d, "x");
	at.column = 2;
	diag_add(&d, &at, "b");
	at.line = 1;
	diag_add(&d, &at, "c");
	diag_add(&d, &at, "d");
	diag_sort(&d, 1);
	diag_sort(&d, 1);
	CHECK_INT(d.count, 5);
	check_text(&d, "f:9:1: other\nf:1:2: c\nf:1:2: d\nf:3:2: b\n"
		       "f:3:5: a\n  did you mean 'x'?\n");
}
