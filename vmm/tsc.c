/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmm/tsc.h"

#include <stdint.h>
#include <time.h>

#if defined(__x86_64__) || defined(__i386__)

#include <x86intrin.h>

#define WAIT_NS 10000000
#define TRIES	20

struct instant {
	uint64_t ticks, ns;
};

/* Both clocks at one moment: of some tries the one that took least. */
static struct instant see_instant(void)
{
	struct instant best = { 0 };
	uint64_t least = UINT64_MAX;

	for (int i = 0; i < TRIES; i++) {
		uint64_t before = __rdtsc(), after;
		struct timespec t;

		clock_gettime(CLOCK_MONOTONIC, &t);
		after = __rdtsc();
		if (after - before >= least)
			continue;
		least = after - before;
		best.ticks = before + least / 2;
		best.ns = (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
	}
	return best;
}

unsigned int tsc_khz(void)
{
	const struct timespec wait = { .tv_nsec = WAIT_NS };
	struct instant from = see_instant(), to;

	(void)nanosleep(&wait, NULL);
	to = see_instant();
	if (to.ns <= from.ns || to.ticks <= from.ticks)
		return 0;
	return (unsigned int)((double)(to.ticks - from.ticks) * 1e6 /
			      (double)(to.ns - from.ns));
}

#else

unsigned int tsc_khz(void)
{
	return 0;
}

#endif
