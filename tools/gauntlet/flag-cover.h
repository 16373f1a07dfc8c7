/* SPDX-License-Identifier: GPL-2.0-or-later */
/* flag-cover.h - few profiles that show all pairs, or triples, of flags. */
#pragma once

#include "tools/gauntlet/level.h"
#include "tools/lib/spec/flag-graph.h"

/**
 * flag_cover_make() - profiles of a pair of test and scheduler
 * @f:     which profiles are valid
 * @level: LEVEL_SMOKE, each flag on in one and off in another;
 *	   LEVEL_PAIRWISE, each two flags on, off, and either of them on; or
 *	   LEVEL_THREE_WAY, each three in all eight ways
 * @ret:   valid profiles without repetition, in the order of binary numbers;
 *	   the caller frees them
 *
 * What no valid profile has, as a flag without one that it requires, is not
 * asked for. The number of profiles grows with the logarithm of the number of
 * flags: 10 for 40 that require nothing. It is the same each time.
 *
 * Return: 0 or -ENOMEM.
 */
int flag_cover_make(const struct flag_space *f, enum level level,
		    flag_set **ret, size_t *ret_count);
