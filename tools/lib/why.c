/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/lib/why.h"

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define GAP "..."

static bool is_inside_of_character(char c)
{
	return ((unsigned char)c & 0xC0) == 0x80;
}

/* What failed is at the begin, the reason at the end: a path in between may be
 * too long for both. */
static void shorten(const char *all, size_t len, char *ret, size_t size)
{
	size_t head = (size - sizeof(GAP)) / 2,
	       tail = size - sizeof(GAP) - head;

	while (head > 0 && is_inside_of_character(all[head]))
		head--;
	while (tail > 0 && is_inside_of_character(all[len - tail]))
		tail--;
	snprintf(ret, size, "%.*s" GAP "%s", (int)head, all, all + len - tail);
}

int why_set(struct why *why, int error, const char *fmt, ...)
{
	/* Two paths fit, and the words around them. */
	char all[2 * PATH_MAX + 200];
	va_list ap;
	int len;

	if (!why)
		return error;
	va_start(ap, fmt);
	len = vsnprintf(all, sizeof(all), fmt, ap);
	va_end(ap);
	if (len < 0)
		all[0] = '\0';
	if (len < (int)sizeof(why->text))
		snprintf(why->text, sizeof(why->text), "%s", all);
	else
		shorten(all, strlen(all), why->text, sizeof(why->text));
	why->error = error;
	return error;
}

enum exit_code why_code(int error, enum exit_code code)
{
	return why_is_system(error) ? EX_BROKEN : code;
}

bool why_is_system(int error)
{
	return why_is_shortage(error) || error == -EIO || error == -EAGAIN;
}

bool why_is_shortage(int error)
{
	return error == -ENOMEM || error == -EMFILE || error == -ENFILE;
}
