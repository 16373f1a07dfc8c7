/* SPDX-License-Identifier: GPL-2.0-or-later */
/* variant.h - what a selection makes of tests: one run each. */
#pragma once

#include "tools/gauntlet/profiles.h"
#include "tools/gauntlet/project.h"

/**
 * struct variant - one run
 * @preset:  "own", a preset's name, or a shape as given
 * @profile: belongs to the pair's list
 * @name:    KERNEL/SCHEDULER/TEST/PRESET/PROFILE/CLOCK/sSEED
 */
struct variant {
	const struct kernel *kernel;
	const struct sched_file *sched;
	const struct test_file *test;
	const char *preset;
	struct topology topology;
	const struct profile *profile;
	const char *clock;
	uint64_t seed;
	char *name;
};

struct variants {
	struct variant *item;
	size_t count;
	/* one list for each scheduler x test, in that order */
	struct profiles *profiles;
	size_t pair_count;
};

/**
 * variants_select() - the variants that @req selects from @p
 *
 * Order: kernels, schedulers, tests, machines, profiles, seeds, as given.
 * Complaints go to @p->d. A machine outside a test's limits is left out, and a
 * note says so; a pattern that selects nothing at all ends the program.
 */
void variants_select(const struct request *req, struct project *p,
		     struct variants *ret);
void variants_done(struct variants *v);
