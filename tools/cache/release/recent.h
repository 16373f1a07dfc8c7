/* SPDX-License-Identifier: GPL-2.0-or-later */
/* recent.h - what a mirror answered lately, kept in the cache. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "tools/lib/str.h"
#include "tools/lib/why.h"

#define RECENT_AGE_SIZE 32

/**
 * recent_get() - what was kept under @name for the mirror of today
 * @root: the cache; the file is @root/.downloads/NAME-MIRROR, where MIRROR is a
 *	  CRC32 of the mirror's URL
 * @max:  longer ones are not there
 * @ret:  appended to
 *
 * A file from the future has the greatest age.
 */
bool recent_get(const char *root, const char *name, size_t max, struct str *ret,
		uint64_t *ret_age_s);

/* Keep it, published by rename. Return: 0 or -errno with a sentence. */
int recent_put(const char *root, const char *name, const struct str *text,
	       struct why *reterr_why);

/* An age for people: "5 min", "3 h", "12 days". */
void recent_age(uint64_t age_s, char ret[RECENT_AGE_SIZE]);
