/* SPDX-License-Identifier: GPL-2.0-or-later */
/* profile.h - a set of a scheduler's flags that are on, and its name. */
#pragma once

#include <stdbool.h>

#include "tools/lib/spec/sched.h"
#include "tools/lib/spec/test.h"

/**
 * struct profile - which flags are on
 * @on:   one for each flag of the declaration, in its order
 * @name: the flags that are on, joined by "+", or "default" when none is
 */
struct profile {
	bool *on;
	char *name;
};

/**
 * profile_of_test() - the profile of a plain run
 * @s: the declaration, or NULL for the kernel's own scheduler
 * @t: the test
 *
 * Exactly the test's required flags, and what they require, transitively.
 *
 * Return: 0; -EINVAL with the reason: a required flag that the scheduler does
 * not declare, or one that pulls in a flag that the test excludes; -ENOMEM.
 */
int profile_of_test(const struct sched *s, const struct test *t,
		    struct profile *ret, struct why *reterr_why);

/**
 * profile_parse() - the profile of a name such as "llc+steal" or "default"
 *
 * Return: 0; -EINVAL with the reason: an unknown flag, one named twice or out
 * of the declaration's order, one whose requirement is off; -ENOMEM.
 */
int profile_parse(const struct sched *s, const char *name, struct profile *ret,
		  struct why *reterr_why);

/* Append the name of the profile with these flags on. */
void profile_add_name(const struct sched *s, const bool *on, struct str *out);

/**
 * profile_unmet() - a flag that is on without what it requires
 * @ret_need: the name that it requires
 *
 * Return: the first such flag, or NULL when all have what they require.
 */
const struct sched_flag *profile_unmet(const struct sched *s, const bool *on,
				       const char **ret_need);

/* Append the arguments of a run, in order: config file and cgroup, the
 * scheduler's, the test's, those of the flags that are on. Return: 0 or
 * -ENOMEM. */
int profile_args(const struct sched *s, const struct test *t,
		 const struct profile *p, char ***words);

/* Append the commands that switch a scheduler in the kernel on: its own, then
 * those of the flags that are on; or off, in the opposite order. Each is one
 * text, quoted, of a command as switching.h has it, with the program as the
 * guest finds it. Return: 0 or -ENOMEM. */
int profile_enable(const struct sched *s, const struct profile *p,
		   char ***lines);
int profile_disable(const struct sched *s, const struct profile *p,
		    char ***lines);
void profile_done(struct profile *p);
