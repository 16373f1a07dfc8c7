/* SPDX-License-Identifier: GPL-2.0-or-later */
/* result-scan.h - the few lines of a result that tell what became of it. */
#pragma once

#include <stdbool.h>

#include "tools/gauntlet/result.h"

/**
 * result_scan() - verdict and time of a result as ktstr-vm lays it out
 * @text: of result.json, NUL-terminated
 *
 * Thousands of results are read to learn from them, and nearly all of each is
 * skipped. A member of the object stands in a line of its own behind two
 * blanks, one of its "host" behind four, and no text within has a line break;
 * so these lines cannot be anything else.
 *
 * Return: true; or false when it is laid out in another way, or incomplete, or
 * another variant's: a parser has to look.
 */
bool result_scan(const char *text, size_t len, const char *name,
		 enum verdict *ret, double *ret_seconds);

/* Of a result: "total_s", or else the sum of all phases' seconds, or the host's
 * time; below 0 when it has none. */
double result_seconds(const json_t *o);
