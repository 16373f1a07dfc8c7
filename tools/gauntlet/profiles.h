/* SPDX-License-Identifier: GPL-2.0-or-later */
/* profiles.h - the profiles of a test on a scheduler. */
#pragma once

#include <stddef.h>

#include "tools/lib/spec/profile.h"

struct profiles {
	struct profile *item;
	size_t count;
};

/**
 * profiles_list() - the profiles that a test may run with
 * @s:     the declaration, or NULL for the kernel's own scheduler
 * @globs: names wanted; NULL wants only the profile of a plain run
 *
 * All sets of flags with the required ones and what they require, without the
 * excluded ones, in which each flag has what it requires. The order is that of
 * binary numbers, the flag declared first being the lowest bit.
 *
 * Return: 0; -E2BIG when more than 20 flags are free to choose, and what
 * profile_of_test() returns.
 */
int profiles_list(const struct sched *s, const struct test *t,
		  char *const *globs, struct profiles *ret,
		  struct why *reterr_why);
void profiles_done(struct profiles *p);
