/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/lib/utf8.h"

#include <stdint.h>

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

/* Length of the valid character at @p, 0 when it is none (RFC 3629). */
static size_t character(const unsigned char *p, size_t room)
{
	size_t len = sequence_length(*p);
	uint32_t code;

	if (len == 0 || len > room)
		return 0;
	code = len == 1 ? *p : *p & (0xFFU >> (len + 1));
	for (size_t i = 1; i < len; i++) {
		if ((p[i] & 0xC0) != 0x80)
			return 0;
		code = code << 6 | (p[i] & 0x3F);
	}
	if ((len == 3 && code < 0x800) || (len == 4 && code < 0x10000))
		return 0; /* longer than need be */
	if ((code >= 0xD800 && code <= 0xDFFF) || code > 0x10FFFF)
		return 0;
	return len;
}

static int is_control(const unsigned char *p, size_t len)
{
	return len == 1 ? *p < 0x20 || *p == 0x7F
			: len == 2 && *p == 0xC2 && p[1] < 0xA0;
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
