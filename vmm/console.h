/* SPDX-License-Identifier: GPL-2.0-or-later */
/* console.h - what the kernel wrote to its console, read for a verdict. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "tools/lib/str.h"

/**
 * console_panic() - the line that tells of a panic
 * @text: the console, any bytes
 * @ret:  the message behind "Kernel panic - not syncing: ", cleaned; the
 *	  caller frees it
 *
 * Return: true if there is one; @ret is then set.
 */
bool console_panic(const char *text, size_t len, char **ret);

/**
 * console_tail() - append the last @lines lines, each behind @indent
 *
 * Control characters become "?": a guest cannot send escapes to a terminal.
 */
void console_tail(struct str *out, const char *text, size_t len,
		  unsigned int lines, const char *indent);
