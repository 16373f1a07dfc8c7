/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/lib/utf8.h"

#include "tests/unit/t.h"
#include "tools/lib/cleanup.h"

#define BAD "\xef\xbf\xbd"

static const struct {
	const char *text, *line, *stream;
} row[] = {
	{ "gr\303\274n \346\274\242 \360\237\230\200",
	  "gr\303\274n \346\274\242 \360\237\230\200",
	  "gr\303\274n \346\274\242 \360\237\230\200" },
	{ "a\tb\r\n", "a?b??", "a\tb\r\n" },
	{ "\033[31m\007\b\177", "?[31m???", "?[31m???" },
	/* C1: CSI, OSC, DCS and ST, in UTF-8 and as bytes of their own. */
	{ "\302\23331m\302\2350;t\302\234\302\220", "?31m?0;t??",
	  "?31m?0;t??" },
	{ "\23331m\2350;t\234\220", BAD "31m" BAD "0;t" BAD BAD,
	  BAD "31m" BAD "0;t" BAD BAD },
	/* Overlong: an escape in two, three and four bytes. */
	{ "\300\233\340\200\233\360\200\200\233",
	  BAD BAD BAD BAD BAD BAD BAD BAD BAD,
	  BAD BAD BAD BAD BAD BAD BAD BAD BAD },
	{ "\303[1m", BAD "[1m", BAD "[1m" },
	{ "\342\200x\360\237\230", BAD BAD "x" BAD BAD BAD,
	  BAD BAD "x" BAD BAD BAD },
	{ "\355\240\200\364\220\200\200", BAD BAD BAD BAD BAD BAD BAD,
	  BAD BAD BAD BAD BAD BAD BAD },
	/* An override, an isolate and its end, a mark; a line separator. */
	{ "a\342\200\256b\342\201\246c\342\201\251\330\234\342\200\217",
	  "a?b?c???", "a?b?c???" },
	{ "a\342\200\250b", "a?b", "a?b" },
	{ "\342\200\247\342\200\257\342\201\245",
	  "\342\200\247\342\200\257\342\201\245",
	  "\342\200\247\342\200\257\342\201\245" },
};

static void check(const char *got, const char *want)
{
	if (strcmp(got, want) != 0)
		printf("# got '%s', not '%s'\n", got, want);
	CHECK(strcmp(got, want) == 0);
}

TEST(a_line_commands_nothing)
{
	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		auto_str struct str out = { 0 };

		utf8_add_line(&out, row[i].text, strlen(row[i].text), 0);
		check(str_text(&out), row[i].line);
	}
}

/* In two pieces, cut at each place; and byte by byte. */
TEST(nor_does_a_stream_wherever_it_is_cut)
{
	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		const char *text = row[i].text;
		size_t len = strlen(text);

		for (size_t cut = 0; cut <= len; cut++) {
			auto_str struct str out = { 0 };
			struct utf8_stream s = { 0 };

			utf8_add_stream(&s, &out, text, cut);
			utf8_add_stream(&s, &out, text + cut, len - cut);
			utf8_end_stream(&s, &out);
			check(str_text(&out), row[i].stream);
		}
		auto_str struct str out = { 0 };
		struct utf8_stream s = { 0 };
		for (size_t at = 0; at < len; at++)
			utf8_add_stream(&s, &out, text + at, 1);
		utf8_end_stream(&s, &out);
		check(str_text(&out), row[i].stream);
	}
}

TEST(a_nul_is_a_control_character)
{
	auto_str struct str out = { 0 };
	struct utf8_stream s = { 0 };

	utf8_add_stream(&s, &out, "a\0b", 3);
	utf8_add_line(&out, "c\0d", 3, 0);
	check(str_text(&out), "a?bc?d");
}

/* A prompt is seen at once, but for the begin of a character. */
TEST(only_what_may_go_on_is_held)
{
	auto_str struct str out = { 0 };
	struct utf8_stream s = { 0 };

	utf8_add_stream(&s, &out, "> \303", 3);
	check(str_text(&out), "> ");
	utf8_add_stream(&s, &out, "\274", 1);
	check(str_text(&out), "> \303\274");
}
