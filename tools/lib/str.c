/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/lib/str.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void (*str_no_memory)(void);

void str_fail(struct str *s)
{
	s->failed = true;
	if (str_no_memory)
		str_no_memory();
}

void str_done(struct str *s)
{
	free(s->text);
	*s = (struct str){ 0 };
}

/* Make room for @more bytes and a NUL; false if that cannot be had. */
static bool grow(struct str *s, size_t more)
{
	size_t room = s->room ? s->room : 64;
	char *text;

	if (s->failed)
		return false;
	while (room - s->len <= more) {
		if (__builtin_mul_overflow(room, 2, &room)) {
			str_fail(s);
			return false;
		}
	}
	if (s->text && room == s->room)
		return true;
	text = realloc(s->text, room);
	if (!text) {
		str_fail(s);
		return false;
	}
	s->text = text;
	s->room = room;
	return true;
}

void str_add_bytes(struct str *s, const void *data, size_t len)
{
	if (!grow(s, len))
		return;
	if (len)
		memcpy(s->text + s->len, data, len);
	s->len += len;
	s->text[s->len] = '\0';
}

void str_add(struct str *s, const char *text)
{
	str_add_bytes(s, text, strlen(text));
}

void str_addf(struct str *s, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0)
		str_fail(s);
	if (n < 0 || !grow(s, (size_t)n))
		return;
	va_start(ap, fmt);
	vsnprintf(s->text + s->len, (size_t)n + 1, fmt, ap);
	va_end(ap);
	s->len += (size_t)n;
}

char *str_take(struct str *s)
{
	char *text;

	if (!s->failed && !s->text)
		str_add(s, "");
	if (s->failed) {
		str_done(s);
		return NULL;
	}
	text = s->text;
	*s = (struct str){ 0 };
	return text;
}
