/* SPDX-License-Identifier: GPL-2.0-or-later */
/* rng.h - all that is random in a run, from its seed (splitmix64). */
#pragma once

#include <stdint.h>

/* The next number; *@state moves on. Any state is a good one, 0 too. */
static inline uint64_t rng_next(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15ull;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
	return z ^ (z >> 31);
}

/* A number below @limit, which is at least 1. */
static inline uint64_t rng_below(uint64_t *state, uint64_t limit)
{
	return (uint64_t)(((unsigned __int128)rng_next(state) * limit) >> 64);
}
