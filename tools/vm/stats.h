/* SPDX-License-Identifier: GPL-2.0-or-later */
/* stats.h - from reports of workers to numbers per cgroup and in total. */
#pragma once

#include <jansson.h>
#include <sys/types.h>

#include "tools/vm/stats-places.h"
#include "tools/vm/stats-rates.h"
#include "tools/vm/stats-wakes.h"
#include "tools/vm/stats-weights.h"
#include "tools/vm/stats-windows.h"
#include "vmm/facts.h"

/**
 * struct group_stats - the workers of one "work =" line, or of a whole cgroup
 * @spread_percent: largest minus smallest off-CPU share among workers of one
 *	 line (workers of different lines are not alike); -1 with fewer than 2
 * @max_gap_ns, @max_gap_cpu: the longest time without running on
 * @starved: workers without any progress
 * @off_sum, @off_min, @off_max: off-CPU shares of the workers in percent
 * @lost:    workers that did not end by themselves
 * @outside: workers that ran on a CPU outside of what was allowed
 * @migration_ratio: migrations per turn of the loop; -1 without turns
 * @far_ratio: the same of those to another LLC; -1 also where there is one LLC
 * @run_ns: mean length of a run of the worker whose are shortest, of those that
 *	 never give a CPU away; -1 where there is none
 * @wait_ns: what the worst worker waited for a CPU before each of its runs on
 *	 the mean; -1 where no worker ran
 */
struct group_stats {
	unsigned int workers, starved, lost, outside;
	int64_t units, iterations, migrations, max_gap_ns, worst_delay_ns;
	int64_t delay_ns;
	int max_gap_cpu;
	double spread_percent, migration_ratio, far_ratio, wait_ns, run_ns;
	double off_sum, off_min, off_max;
	struct rates rates;
	struct places places;
	struct windows_seen windows;
	struct weight_share weight;
	struct wakes wakes;
};

/* Numbers of the workers in @cgroup, or of all when it is NULL. */
void stats_of(const struct facts *f, const char *cgroup,
	      struct group_stats *ret);

struct named_stats {
	const char *name; /* of the cgroup; @f has it */
	struct group_stats stats;
};

/**
 * stats_groups() - numbers of every cgroup that workers reported from
 * @ret: in order of appearance; the caller frees it
 *
 * Return: how many, or -ENOMEM.
 */
ssize_t stats_groups(const struct facts *f, struct named_stats **ret);

/* The off-CPU share of a worker's life in percent, 0 to 100. */
double stats_off_percent(const json_t *worker);

/* {"total": {...}, "cgroups": [{"name": ...}, ...]}, in order of appearance. */
json_t *stats_json(const struct facts *f);
