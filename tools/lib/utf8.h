/* SPDX-License-Identifier: GPL-2.0-or-later */
/* utf8.h - foreign bytes as one clean line of text. */
#pragma once

#include <stddef.h>

#include "tools/lib/str.h"

/**
 * utf8_add_line() - append @text as valid UTF-8 without control characters
 * @max_chars: longer text is cut, and an ellipsis follows; 0 is no limit
 *
 * What is not UTF-8 becomes U+FFFD, one for each byte; each control character
 * becomes "?", and so does what orders text anew (marks, embeddings, overrides
 * and isolates of right-to-left text) or ends a line (U+2028, U+2029).
 */
void utf8_add_line(struct str *out, const char *text, size_t len,
		   size_t max_chars);

/**
 * struct utf8_stream - a text that comes in pieces; begins as zeroes
 * @held: the bytes of a character that may go on in the next piece
 */
struct utf8_stream {
	char held[4];
	size_t len;
};

/**
 * utf8_add_stream() - append a piece as utf8_add_line() does, but for newlines,
 *		       carriage returns and tabs, which stay
 */
void utf8_add_stream(struct utf8_stream *s, struct str *out, const char *text,
		     size_t len);
/* No piece follows. */
void utf8_end_stream(struct utf8_stream *s, struct str *out);
