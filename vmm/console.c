/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmm/console.h"

#include <stdlib.h>
#include <string.h>

#include "tools/lib/utf8.h"

/* Longest part of a line that is shown. */
#define SHOWN_MAX 300

/* The ends of lines are our business; a tab moves the cursor harmlessly. What
 * is longer than SHOWN_MAX characters of four bytes is longer than is shown. */
static void add_clean(struct str *out, const char *text, size_t len)
{
	char line[4 * SHOWN_MAX + 1];

	while (len > 0 && (text[len - 1] == '\r' || text[len - 1] == '\n'))
		len--;
	if (len > sizeof(line))
		len = sizeof(line);
	memcpy(line, text, len);
	for (size_t i = 0; i < len; i++)
		if (line[i] == '\t')
			line[i] = ' ';
	utf8_add_line(out, line, len, SHOWN_MAX);
}

bool console_line(const char *text, size_t len, const char *mark, char **ret)
{
	const char *at = memmem(text, len, mark, strlen(mark));
	struct str s = { 0 };

	if (!at)
		return false;
	at += strlen(mark);
	size_t left = (size_t)(text + len - at);
	const char *end = memchr(at, '\n', left);
	add_clean(&s, at, end ? (size_t)(end - at) : left);
	*ret = str_take(&s);
	return *ret != NULL;
}

void console_tail(struct str *out, const char *text, size_t len,
		  unsigned int lines, const char *indent)
{
	const char *start;

	while (len > 0 && (text[len - 1] == '\n' || text[len - 1] == '\r'))
		len--;
	for (start = text + len; start > text && lines > 0; start--) {
		if (start[-1] == '\n' && --lines == 0)
			break;
	}
	for (const char *end = text + len; start < end;) {
		const char *newline =
			memchr(start, '\n', (size_t)(end - start));
		size_t n = (size_t)((newline ? newline : end) - start);

		str_add(out, indent);
		add_clean(out, start, n);
		str_add(out, "\n");
		start += n + 1;
	}
}
