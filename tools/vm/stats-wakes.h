/* SPDX-License-Identifier: GPL-2.0-or-later */
/* stats-wakes.h - the wake latencies of a cgroup's workers, taken together. */
#pragma once

#include "vmm/facts.h"

/**
 * struct wakes - from the merged histograms of several workers
 * @count:  wakes in all
 * @p50_ns, @p90_ns, @p99_ns, @p999_ns: the latency of rank ceil(count * share),
 *	    read from buckets: up to 1/32 below the true one
 * @max_ns: exact
 * @cv:     population deviation over mean, of the buckets' values; -1 with
 *	    fewer than two wakes, 0 when all were immediate
 */
struct wakes {
	int64_t count, p50_ns, p90_ns, p99_ns, p999_ns, max_ns;
	double cv;
};

/**
 * wakes_of() - of the workers in @cgroup, or of all when it is NULL
 *
 * Return: 0 or -ENOMEM.
 */
int wakes_of(const struct facts *f, const char *cgroup, struct wakes *ret);
