/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bootstrap.h - how sure a difference of two means is. */
#pragma once

#include <stddef.h>

/* With fewer runs on a side the interval says too little. */
#define BOOTSTRAP_RUNS_MIN 5

/**
 * bootstrap_difference() - an interval for mean(b) - mean(a)
 * @a, @b: at least one finite number each
 * @ret_low, @ret_high: 95 % of 2000 resamples lie between them
 *
 * Both sides are resampled with replacement (B. Efron, "Bootstrap Methods:
 * Another Look at the Jackknife", 1979; the percentile interval). The numbers
 * are drawn from a fixed seed: the same runs give the same interval.
 */
void bootstrap_difference(const double *a, size_t a_count, const double *b,
			  size_t b_count, double *ret_low, double *ret_high);
