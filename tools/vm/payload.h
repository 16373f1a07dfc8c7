/* SPDX-License-Identifier: GPL-2.0-or-later */
/* payload.h - numbers out of what a payload printed: any bytes of a guest. */
#pragma once

#include <jansson.h>

#include "tools/lib/spec/payload.h"
#include "tools/lib/str.h"
#include "tools/lib/why.h"

/**
 * payload_json() - the value in a text
 *
 * The whole text, or else the first object or array in it, whatever stands
 * before and behind: many programs print a banner.
 *
 * Return: the value, the caller gives it back; NULL when there is none.
 */
json_t *payload_json(const struct str *text);

/**
 * payload_at() - the number at a dotted path
 * @path: keys of objects, numbers of elements of arrays from 0 on. A key may
 *	  have dots in it: the longest key that is there is taken.
 *
 * Return: 0; -ENOENT or -EINVAL (no number) and @reterr_why.
 */
int payload_at(const json_t *value, const char *path, double *ret,
	       struct why *reterr_why);

/**
 * payload_match() - the number that an expression finds first in a text
 *
 * Return: 0; -ENOENT or -EINVAL (no number) and @reterr_why.
 */
int payload_match(const struct payload_metric *m, const struct str *text,
		  double *ret, struct why *reterr_why);
