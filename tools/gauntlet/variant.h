/* SPDX-License-Identifier: GPL-2.0-or-later */
/* variant.h - what a selection makes of tests: one run each. */
#pragma once

#include "tools/gauntlet/project.h"
#include "tools/lib/spec/profile.h"

/* As many are kept at a time. */
#define VARIANTS_MAX 100000

/**
 * struct variant - one run
 * @preset: "own", a preset's name, or a shape as given
 * @name:   KERNEL/SCHEDULER/TEST/PRESET/PROFILE/CLOCK/sSEED
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
	/* those that the variants have */
	struct profile **profile;
	size_t profile_count;
};

struct walk;

/**
 * variants_limit() - how many variants a command may take of a walk
 * @most: more are refused, unless --limit asks for the first of them
 *
 * Ends the program (EX_USAGE) with their number when they are too many. A note
 * tells how many --limit leaves out.
 *
 * Return: the number that the command stops at.
 */
size_t variants_limit(const struct request *req, struct walk *w, size_t most);

/**
 * variants_select() - the variants that @req selects from @p, all in memory
 *
 * As walk_begin(); beyond VARIANTS_MAX they are refused, see variants_limit().
 */
void variants_select(const struct request *req, struct project *p,
		     struct variants *ret);
void variants_done(struct variants *v);
