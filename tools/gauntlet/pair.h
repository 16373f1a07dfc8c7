/* SPDX-License-Identifier: GPL-2.0-or-later */
/* pair.h - a test on a scheduler, and all that its variants are made of. */
#pragma once

#include "tools/gauntlet/machines.h"
#include "tools/gauntlet/profiles.h"

/**
 * struct pair - what there is to choose from, each at least once
 * @clock, @seed: those asked for, without those that the test is not for
 */
struct pair {
	const struct sched_file *sched;
	const struct test_file *test;
	struct profiles profiles;
	struct machines machines;
	const char *clock[2];
	uint32_t *seed;
	size_t clock_count, seed_count;
};

/**
 * pairs_make() - the tests that @req selects, each on each of its schedulers
 * @ret: the caller gives it to pairs_done()
 *
 * Complaints about files end the program; notes say what is left out. A pair
 * of which nothing is left is not there.
 *
 * Return: how many there are.
 */
size_t pairs_make(const struct request *req, struct project *p,
		  struct pair **ret);
void pairs_done(struct pair *pair, size_t count);

/* Is the test selected, and does it run on @s? */
bool pair_is_selected(const struct request *req, const struct test_file *t,
		      const struct sched_file *s);
