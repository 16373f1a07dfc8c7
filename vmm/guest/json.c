/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmm/guest/json.h"

#include <inttypes.h>
#include <string.h>

#include "tools/lib/cpulist.h"

/* Bytes of the UTF-8 sequence at @s, or 0 if there is none (RFC 3629). */
static size_t utf8_length(const unsigned char *s, size_t len)
{
	size_t n = s[0] < 0x80		   ? 1
		   : (s[0] & 0xe0) == 0xc0 ? 2
		   : (s[0] & 0xf0) == 0xe0 ? 3
		   : (s[0] & 0xf8) == 0xf0 ? 4
					   : 0;

	if (n == 0 || n > len || s[0] == 0xc0 || s[0] == 0xc1 || s[0] > 0xf4)
		return 0;
	for (size_t i = 1; i < n; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	}
	/* Overlong forms, surrogates, beyond U+10FFFF. */
	if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f) ||
	    (s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] > 0x8f))
		return 0;
	return n;
}

void json_escape(struct str *out, const char *text, size_t len)
{
	const unsigned char *s = (const unsigned char *)text;

	while (len > 0) {
		size_t n = utf8_length(s, len);

		if (n == 0) {
			str_add(out, "\xef\xbf\xbd");
			n = 1;
		} else if (*s == '"' || *s == '\\') {
			str_addf(out, "\\%c", *s);
		} else if (*s == '\n') {
			str_add(out, "\\n");
		} else if (*s == '\t') {
			str_add(out, "\\t");
		} else if (*s < 0x20 || *s == 0x7f) {
			str_addf(out, "\\u%04x", *s);
		} else {
			str_add_bytes(out, s, n);
		}
		s += n;
		len -= n;
	}
}

void json_quote(struct str *out, const char *text)
{
	str_add(out, "\"");
	json_escape(out, text, strlen(text));
	str_add(out, "\"");
}

void json_open(struct str *out, const char *kind)
{
	str_addf(out, "{\"t\":\"%s\"", kind);
}

void json_close(struct str *out)
{
	str_add(out, "}");
}

void json_key(struct str *out, const char *key)
{
	str_addf(out, ",\"%s\":", key);
}

void json_text(struct str *out, const char *key, const char *text)
{
	json_key(out, key);
	json_quote(out, text);
}

void json_number(struct str *out, const char *key, uint64_t value)
{
	json_key(out, key);
	str_addf(out, "%" PRIu64, value);
}

void json_flag(struct str *out, const char *key, bool value)
{
	json_key(out, key);
	str_add(out, value ? "true" : "false");
}

void json_cpus(struct str *out, const char *key, const cpu_set_t *set)
{
	json_key(out, key);
	str_add(out, "\"");
	cpulist_format(out, set);
	str_add(out, "\"");
}
