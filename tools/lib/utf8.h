/* SPDX-License-Identifier: GPL-2.0-or-later */
/* utf8.h - foreign bytes as one clean line of text. */
#pragma once

#include "tools/lib/str.h"

/**
 * utf8_add_line() - append @text as valid UTF-8 without control characters
 * @max_chars: longer text is cut, and an ellipsis follows; 0 is no limit
 *
 * What is not UTF-8 becomes U+FFFD, one for each byte; each control character
 * becomes "?".
 */
void utf8_add_line(struct str *out, const char *text, size_t len,
		   size_t max_chars);
