/* SPDX-License-Identifier: GPL-2.0-or-later */
/* walk.h - the variants that a selection makes of tests, one after the other.
 */
#pragma once

#include "tools/gauntlet/machines.h"
#include "tools/gauntlet/profiles.h"
#include "tools/gauntlet/variant.h"

struct walk;

/**
 * walk_begin() - begin with a selection
 * @req, @p: outlive the walk
 *
 * Order: kernels, schedulers, tests, machines, profiles, clocks, seeds, as
 * given. All that does not depend on a profile is looked at now: complaints
 * about files end the program (EX_USAGE), and so does a pattern that is good
 * for nothing, or a selection of nothing. Notes say what is left out.
 */
struct walk *walk_begin(const struct request *req, struct project *p);

/**
 * walk_next() - the next variant
 * @ret: its name and profile belong to the walk and change with the next call;
 *	 no memory grows with the number of variants
 *
 * Ends the program (EX_USAGE) when the requirements of flags are too tangled to
 * find profiles by a pattern.
 *
 * Return: false behind the last.
 */
bool walk_next(struct walk *w, struct variant *ret);

/* Begin again. */
void walk_rewind(struct walk *w);
void walk_end(struct walk *w);

/**
 * walk_count() - how many variants there are, without going through them
 *
 * Return: 0; -E2BIG or -ERANGE and the reason: too tangled to count, or 2^128
 * and more.
 */
int walk_count(const struct walk *w, wide *ret, struct why *reterr_why);
