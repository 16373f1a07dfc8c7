/* SPDX-License-Identifier: GPL-2.0-or-later */
/* flag-graph.h - which of a scheduler's flags require which: sets of them. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "tools/lib/spec/sched.h"
#include "tools/lib/spec/test.h"
#include "tools/lib/wide.h"

/* More in one declaration are refused: their sets must be countable. */
#define FLAGS_MAX 127

/* Flags of a declaration: bit i is s->flag[i]. */
typedef wide flag_set;

/**
 * struct flag_graph - requirements, transitively
 * @need:  flag i and all that it requires
 * @users: flag i and all that require it
 */
struct flag_graph {
	size_t count;
	flag_set need[FLAGS_MAX], users[FLAGS_MAX];
};

/* @s: a declaration without complaints, or NULL: no flags. */
void flag_graph_make(const struct sched *s, struct flag_graph *ret);

/* @on and all that its flags require. */
flag_set flag_graph_close(const struct flag_graph *g, flag_set on);

/**
 * struct flag_space - the profiles of a test on a scheduler
 * @base: always on: what the test requires, and what that requires
 * @out:  never on: what the test excludes, and what requires that
 *
 * A profile is a set of flags with all of @base, none of @out, and all that its
 * members require.
 */
struct flag_space {
	struct flag_graph g;
	flag_set base, out;
};

/**
 * flag_space_make() - the profiles that a test may run with
 *
 * Return: 0, or what profile_of_test() returns.
 */
int flag_space_make(const struct sched *s, const struct test *t,
		    struct flag_space *ret, struct why *reterr_why);

bool flag_space_has(const struct flag_space *f, flag_set on);

/**
 * flag_space_next() - the profile behind *@on
 * @on: starts with f->base, which is the first
 *
 * The order is that of binary numbers, the flag declared first being the lowest
 * bit. Takes a time that grows with the number of flags alone.
 *
 * Return: false behind the last, and *@on as it was.
 */
bool flag_space_next(const struct flag_space *f, flag_set *on);

/**
 * flag_space_count() - how many profiles there are, without going through them
 *
 * Flags that no requirement joins are counted apart and multiplied; what is
 * joined is cut at the flag that most others depend on.
 *
 * Return: 0; -E2BIG and the reason when that takes more than 2^15 cuts; or
 * -ENOMEM.
 */
int flag_space_count(const struct flag_space *f, wide *ret,
		     struct why *reterr_why);
