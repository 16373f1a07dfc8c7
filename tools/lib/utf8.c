/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/lib/utf8.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define REPLACEMENT "\xEF\xBF\xBD"
#define ELLIPSIS    "\xE2\x80\xA6"

/* Bytes of the sequence that @lead starts, 0 when it starts none. */
static size_t sequence_length(unsigned char lead)
{
	if (lead < 0x80)
		return 1;
	if (lead >= 0xC2 && lead <= 0xDF)
		return 2;
	if (lead >= 0xE0 && lead <= 0xEF)
		return 3;
	return lead >= 0xF0 && lead <= 0xF4 ? 4 : 0;
}

static uint32_t decode(const unsigned char *p, size_t len)
{
	uint32_t code = len == 1 ? *p : *p & (0xFFU >> (len + 1));

	for (size_t i = 1; i < len; i++)
		code = code << 6 | (p[i] & 0x3F);
	return code;
}

/* Length of the valid character at @p, 0 when it is none (RFC 3629). */
static size_t character(const unsigned char *p, size_t room)
{
	size_t len = sequence_length(*p);
	uint32_t code;

	if (len == 0 || len > room)
		return 0;
	for (size_t i = 1; i < len; i++) {
		if ((p[i] & 0xC0) != 0x80)
			return 0;
	}
	code = decode(p, len);
	if ((len == 3 && code < 0x800) || (len == 4 && code < 0x10000))
		return 0; /* longer than need be */
	if ((code >= 0xD800 && code <= 0xDFFF) || code > 0x10FFFF)
		return 0;
	return len;
}

/*
 * C0, DEL and C1; and of Unicode what shows a text in another order than it is
 * written (Bidi_Control of PropList.txt), or breaks the line.
 */
static bool is_control(const unsigned char *p, size_t len)
{
	uint32_t code = decode(p, len);

	return code < 0x20 || (code >= 0x7F && code < 0xA0) || code == 0x61C ||
	       code == 0x200E || code == 0x200F ||
	       (code >= 0x2028 && code <= 0x202E) ||
	       (code >= 0x2066 && code <= 0x2069);
}

void utf8_add_line(struct str *out, const char *text, size_t len,
		   size_t max_chars)
{
	const unsigned char *p = (const unsigned char *)text;
	size_t chars = 0;

	for (size_t i = 0; i < len; chars++) {
		size_t n = character(p + i, len - i);

		if (max_chars && chars == max_chars) {
			str_add(out, ELLIPSIS);
			return;
		}
		if (n == 0)
			str_add(out, REPLACEMENT);
		else if (is_control(p + i, n))
			str_add(out, "?");
		else
			str_add_bytes(out, text + i, n);
		i += n ? n : 1;
	}
}

/* May the @len bytes at @p be the begin of a character that is longer? */
static bool goes_on(const unsigned char *p, size_t len)
{
	for (size_t i = 1; i < len; i++) {
		if ((p[i] & 0xC0) != 0x80)
			return false;
	}
	return len < sequence_length(*p);
}

/* Move the first character of what is held to @out, if it can be told. */
static bool take_held(struct utf8_stream *s, struct str *out, bool is_last)
{
	const unsigned char *p = (const unsigned char *)s->held;
	size_t n;

	if (s->len == 0 || (!is_last && goes_on(p, s->len)))
		return false;
	n = character(p, s->len);
	if (n == 0)
		str_add(out, REPLACEMENT);
	else if (is_control(p, n) && !memchr("\n\r\t", *p, 3))
		str_add(out, "?");
	else
		str_add_bytes(out, s->held, n);
	n = n ? n : 1;
	s->len -= n;
	memmove(s->held, s->held + n, s->len);
	return true;
}

void utf8_add_stream(struct utf8_stream *s, struct str *out, const char *text,
		     size_t len)
{
	for (size_t i = 0; i < len; i++) {
		s->held[s->len++] = text[i];
		while (take_held(s, out, false))
			continue;
	}
}

void utf8_end_stream(struct utf8_stream *s, struct str *out)
{
	while (take_held(s, out, true))
		continue;
}
