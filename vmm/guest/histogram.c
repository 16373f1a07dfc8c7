/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmm/guest/histogram.h"

static unsigned int bucket_of(uint64_t ns)
{
	unsigned int shift, index;

	if (ns < HISTOGRAM_SUB)
		return (unsigned int)ns;
	/* The highest bit and the five below it name the bucket. */
	shift = 63u - 5u - (unsigned int)__builtin_clzll(ns);
	index = HISTOGRAM_SUB * (shift + 1) +
		(unsigned int)((ns >> shift) - HISTOGRAM_SUB);
	return index < HISTOGRAM_BUCKETS ? index : HISTOGRAM_BUCKETS - 1;
}

uint64_t histogram_floor(unsigned int index)
{
	unsigned int shift = index / HISTOGRAM_SUB;

	if (shift == 0)
		return index;
	return (uint64_t)(HISTOGRAM_SUB + index % HISTOGRAM_SUB) << (shift - 1);
}

void histogram_add(struct histogram *h, uint64_t ns)
{
	h->count++;
	h->bucket[bucket_of(ns)]++;
	if (ns > h->max_ns)
		h->max_ns = ns;
}

uint64_t histogram_at(const struct histogram *h, unsigned int permille)
{
	uint64_t rank = (h->count * permille + 999) / 1000, seen = 0;

	for (unsigned int i = 0; h->count && i < HISTOGRAM_BUCKETS; i++) {
		seen += h->bucket[i];
		if (seen >= rank)
			return histogram_floor(i);
	}
	return 0;
}
