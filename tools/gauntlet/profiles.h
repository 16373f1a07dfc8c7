/* SPDX-License-Identifier: GPL-2.0-or-later */
/* profiles.h - the profiles of a test on a scheduler, one after the other. */
#pragma once

#include "tools/gauntlet/level.h"
#include "tools/gauntlet/profile-search.h"
#include "tools/lib/spec/profile.h"

/**
 * struct profiles - a place in the row of profiles
 * @on: the current one
 *
 * All sets of flags with the required ones and what they require, without the
 * excluded ones, in which each flag has what it requires. The order is that of
 * binary numbers, the flag declared first being the lowest bit. Never is a set
 * made that is none of them; patterns, too, prune.
 */
struct profiles {
	const struct sched *s;
	struct flag_space space;
	char *const *globs;
	bool is_all; /* the patterns take each name */
	struct pattern pattern;
	struct profile_search any;
	uint64_t *states; /* private */
	flag_set *few;	  /* of profiles_thin(), few_count of them, at few_at */
	size_t few_count, few_at;
	flag_set on;
};

/**
 * profiles_begin() - prepare the row
 * @s:     the declaration, or NULL for the kernel's own scheduler
 * @globs: names wanted; NULL wants only the profile of a plain run. It outlives
 *	   @ret
 * @ret:   stays where it is until profiles_done()
 *
 * Return: 0, or what profile_of_test() returns.
 */
int profiles_begin(const struct sched *s, const struct test *t,
		   char *const *globs, struct profiles *ret,
		   struct why *reterr_why);
void profiles_done(struct profiles *p);

/**
 * profiles_thin() - of all profiles, few that show each flag or each two
 * @level: LEVEL_SMOKE or LEVEL_PAIRWISE
 *
 * See flag-cover.h. Ends the program when memory runs out.
 */
void profiles_thin(struct profiles *p, enum level level);

/**
 * profiles_first(), profiles_next() - p->on is the first, or the one behind it
 *
 * Return: 1; 0 when there is none; -E2BIG and the reason when the requirements
 * are too tangled to find those whose names match.
 */
int profiles_first(struct profiles *p, struct why *reterr_why);
int profiles_next(struct profiles *p, struct why *reterr_why);

/* The flags and the name of p->on; profile_done() frees them. Ends the program
 * when memory runs out. */
void profiles_current(const struct profiles *p, struct profile *ret);

/**
 * profiles_count() - how many there are, without going through them
 *
 * Return: 0, or -E2BIG and the reason: too tangled to count.
 */
int profiles_count(const struct profiles *p, wide *ret, struct why *reterr_why);
