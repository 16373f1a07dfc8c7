/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * histogram.h - times in a fixed room: log-linear buckets, 32 for each power of
 * two, so that a value read back is at most 1/32 below the one that was added.
 * Two histograms are merged by adding their buckets.
 */
#pragma once

#include <stdint.h>

#define HISTOGRAM_SUB 32 /* buckets for each power of two */
/* Values from 2^40 ns (18 minutes) on share the last bucket. */
#define HISTOGRAM_BUCKETS (HISTOGRAM_SUB * 36)

struct histogram {
	uint64_t count, max_ns;
	uint32_t bucket[HISTOGRAM_BUCKETS];
};

/* Neither allocates nor calls: used within the workers' loops. */
void histogram_add(struct histogram *h, uint64_t ns);

/* The smallest value that falls into bucket @index. */
uint64_t histogram_floor(unsigned int index);

/**
 * histogram_at() - the value below or at which a share of all values lie
 * @permille: 1 to 1000
 *
 * Return: the floor of the bucket of the value of rank
 * ceil(count * permille / 1000); 0 when nothing was added.
 */
uint64_t histogram_at(const struct histogram *h, unsigned int permille);
