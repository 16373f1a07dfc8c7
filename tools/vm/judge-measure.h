/* SPDX-License-Identifier: GPL-2.0-or-later */
/* judge-measure.h - what a check measures in one cgroup. */
#pragma once

#include "tools/lib/spec/checks.h"
#include "tools/vm/stats.h"

/**
 * struct measured - the worst that a check found
 * @any:   something could be measured; else @text says what was missing
 * @ok:    within the limit
 * @value: in the check's unit
 * @text:  what is wrong, if not @ok
 */
struct measured {
	bool ok, any;
	double value;
	char text[900]; /* five names, of 128 bytes at most, are in it */
};

/* The same of the scheduler: how many tasks it did not take. */
void judge_measure_rejected(const struct facts *f, struct measured *ret);

/* Did it take tasks of ordinary policy, too? */
void judge_measure_all(const struct facts *f, struct measured *ret);

/* Measure @count cgroups, as stats_groups() found them. */
void judge_measure(const struct named_stats *group, size_t count,
		   enum check_kind kind, double limit, struct measured *ret);
