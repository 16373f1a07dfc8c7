/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any bytes of a guest's console become as many lines as were asked for, none
 * of which is long, or has what commands a terminal.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "tools/lib/cleanup.h"
#include "vmm/console.h"

#define LINES  5
#define INDENT "  "
#define LINE_MAX                                                               \
	(4 * 320 + 8) /* bytes: characters of up to four, and the rest */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_line(const char *text, size_t len)
{
	if (len > LINE_MAX)
		abort();
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)text[i] < ' ' || text[i] == 127)
			abort();
}

static void check_tail(const char *text, size_t len)
{
	auto_str struct str out = { 0 };
	const char *at;
	int lines = 0;

	console_tail(&out, text, len, LINES, INDENT);
	for (at = str_text(&out); *at; lines++) {
		size_t n = strcspn(at, "\n");

		if (strncmp(at, INDENT, strlen(INDENT)) != 0 || at[n] != '\n')
			abort();
		check_line(at, n);
		at += n + 1;
	}
	if (lines > LINES || out.failed || strlen(str_text(&out)) != out.len)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const marks[] = { CONSOLE_PANIC, CONSOLE_LATE, "a" };

	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
		char *line = NULL;
		bool found =
			console_line((const char *)data, size, marks[i], &line);

		if (found !=
		    (memmem(data, size, marks[i], strlen(marks[i])) != NULL))
			abort();
		if (found)
			check_line(line, strlen(line));
		free(line);
	}
	check_tail((const char *)data, size);
	return 0;
}
