/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmm/console.h"

#include "tests/unit/t.h"
#include "tools/lib/cleanup.h"

/* What console_tail() makes of @text. */
#define TAIL(text, lines, want)                                                \
	do {                                                                   \
		auto_str struct str out_ = { 0 };                              \
		console_tail(&out_, text, sizeof(text) - 1, lines, "> ");      \
		if (strcmp(str_text(&out_), want) != 0)                        \
			printf("# got '%s'\n", str_text(&out_));               \
		CHECK(strcmp(str_text(&out_), want) == 0);                     \
	} while (0)

TEST(the_last_lines_are_told)
{
	TAIL("a\nb\nc\n", 2, "> b\n> c\n");
	TAIL("a\r\nb\r\n\r\n\n", 2, "> a\n> b\n");
	TAIL("a", 2, "> a\n");
	TAIL("", 2, "");
	TAIL("\n\n", 2, "");
}

TEST(nothing_commands_a_terminal)
{
	/* CSI by escape, by C1 in UTF-8, and as a byte of its own; OSC with a
	 * title; a bell, backspaces, DEL, NUL, a form feed. */
	TAIL("\033[31mred", 1, "> ?[31mred\n");
	TAIL("\302\23331mred", 1, "> ?31mred\n");
	TAIL("\23331mred", 1, "> \357\277\27531mred\n");
	TAIL("\033]0;title\007x\b\b\177\0y\fz", 1, "> ?]0;title?x????y?z\n");
	TAIL("one\rtwo", 1, "> one?two\n");
	/* A sequence that is cut at the end of the line. */
	TAIL("x\302", 1, "> x\357\277\275\n");
}

TEST(other_alphabets_and_tabs_stay)
{
	TAIL("\316\261\tgr\303\274n \346\274\242 \360\237\230\200", 1,
	     "> \316\261 gr\303\274n \346\274\242 \360\237\230\200\n");
}

TEST(long_lines_are_cut)
{
	char line[2000];
	auto_str struct str out = { 0 };

	memset(line, 'x', sizeof(line));
	console_tail(&out, line, sizeof(line), 1, "");
	CHECK_INT(out.len, 300 + 3 + 1);
	CHECK(strcmp(out.text + 300, "\342\200\246\n") == 0);
}

TEST(a_marked_line_is_found_and_cleaned)
{
	static const char text[] =
		"boot\n[1.5] Kernel panic - not syncing: Oh \033[31mno\r\n"
		"Kernel panic - not syncing: second\n";
	auto_free char *line = NULL, *end = NULL;

	CHECK(console_line(text, sizeof(text) - 1, CONSOLE_PANIC, &line));
	CHECK(strcmp(line, "Oh ?[31mno") == 0);
	CHECK(!console_line(text, sizeof(text) - 1, CONSOLE_LATE, &end));
	CHECK(console_line(CONSOLE_LATE "cut", sizeof(CONSOLE_LATE) + 2,
			   CONSOLE_LATE, &end));
	CHECK(strcmp(end, "cut") == 0);
}
