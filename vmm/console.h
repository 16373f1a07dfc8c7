/* SPDX-License-Identifier: GPL-2.0-or-later */
/* console.h - what the kernel wrote to its console, read for a verdict. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "tools/lib/str.h"

/* Marks of lines that tell why a machine ended. */
#define CONSOLE_PANIC	    "Kernel panic - not syncing: "
#define CONSOLE_INT3	    "int3: 0000 ["
#define CONSOLE_LATE	    "ktstr: limit: "	   /* vmm/guest/feeder.c */
#define CONSOLE_UNSUPPORTED "ktstr: unsupported: " /* vmm/guest/run.c */
/* Not of an end: an object with the numbers, vmm/guest/calibrate.c. */
#define CONSOLE_CALIBRATION "ktstr: calibration: "

/**
 * console_line() - the first line with a mark
 * @text: the console, any bytes
 * @ret:  what stands behind @mark, cleaned; the caller frees it
 *
 * Return: true if there is one; @ret is then set.
 */
bool console_line(const char *text, size_t len, const char *mark, char **ret);

/**
 * console_tail() - append the last @lines lines, each behind @indent
 *
 * They are UTF-8 without control characters, which become "?": a guest cannot
 * command a terminal. Long lines are cut.
 */
void console_tail(struct str *out, const char *text, size_t len,
		  unsigned int lines, const char *indent);
