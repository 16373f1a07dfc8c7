/* SPDX-License-Identifier: GPL-2.0-or-later */
/* stats-rates.h - how much work the workers of a cgroup got done. */
#pragma once

#include <stdbool.h>

#include "vmm/facts.h"

/**
 * struct rates - of a cgroup, or of all workers
 * @throughput_cv: work per CPU second among the workers of one "work =" line,
 *	 population deviation over mean; the largest of all lines, -1 where no
 *	 line has two workers and a mean above 0
 * @work_rate: work per CPU second of the slowest worker, 0 for one that had no
 *	 CPU time; -1 without workers
 * @iteration_rate: turns per second of its life of the slowest worker; the same
 *
 * Programs (work type exec) count nothing and are left out.
 */
struct rates {
	double throughput_cv, work_rate, iteration_rate;
};

/* Of the workers in @cgroup, or of all when it is NULL. */
void rates_of(const struct facts *f, const char *cgroup, struct rates *ret);

/* Do two workers belong to one "work =" line of one cgroup? */
bool stats_same_line(const json_t *a, const json_t *b);
