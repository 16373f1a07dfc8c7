/* SPDX-License-Identifier: GPL-2.0-or-later */
/* judge.h - whether a run with a call that fails has ended as it may. */
#pragma once

#include <stdbool.h>

#include "tests/failures/target.h"
#include "tests/failures/tree.h"

enum {
	JUDGE_MAY = 8,
	JUDGE_SKIP = 16,
	JUDGE_EXCUSE = 4,
	JUDGE_TOLD = 4,
};

/**
 * struct judge - what is known of the undisturbed command, and what is allowed
 * @name, @folder, @ends, @may, @skip, @mixed, @unsteady,
 * @excuse: options of fail-each
 * @is_strict: of the next run: the program itself has asked for memory
 * @told: texts of the output, or of words, behind which the command has gone on
 * @before, @after: what is in the folder
 * @out, @status: what it prints, and how it ends
 * @now: as the folder was left by the last run
 * @failures, @violations, @excused: so far
 */
struct judge {
	const char *name, *excuse[JUDGE_EXCUSE], *told[JUDGE_TOLD];
	char *folder, *skip[2 * JUDGE_SKIP + 1];
	int may[JUDGE_MAY], may_count, skip_count, excuse_count, told_count,
		limit_ms, ends, status;
	bool mixed, unsteady, is_strict;
	struct tree before, after, now;
	char *out;
	unsigned long failures, violations, excused;
};

/* The folder is as it is before the command; a copy of @from if it is not. */
void judge_prepare(struct judge *j, const char *from);

/* Keep what the undisturbed command does; the second time it must be that. */
void judge_undisturbed(struct judge *j, const struct target *t, bool first);

/* Tell what is wrong of a run, @what failed in it; with @loud, tell all. */
void judge_run(struct judge *j, const struct target *t, bool in_time,
	       const char *what, enum fail_kind kind,
	       const struct fail_call_info *call, bool loud);
