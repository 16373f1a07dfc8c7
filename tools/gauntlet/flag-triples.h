/* SPDX-License-Identifier: GPL-2.0-or-later */
/* flag-triples.h - profiles that show all triples of flags. */
#pragma once

#include "tools/lib/spec/flag-graph.h"

/* Takes one profile; 0 or a negative number that ends the search. */
typedef int flag_triples_add(void *arg, flag_set on);

/**
 * flag_triples_make() - add profiles until all triples of flags are there
 * @f:    which profiles are valid
 * @free_flags: flags that may be on or off, three at least
 * @row:  profiles that are there already, @count of them
 * @add:  gets each one more, with @arg
 *
 * Each three flags are to be seen on and off in all eight ways, but for those
 * that no valid profile has. The profiles are built one by one, each around a
 * triple that is still missing, every further flag being set the way that shows
 * more, and the best of some such profiles is taken: AETG (Cohen, Dalal,
 * Fredman, Patton, 1997). They are the same each time.
 *
 * Return: 0, -ENOMEM, or what @add returned.
 */
int flag_triples_make(const struct flag_space *f, flag_set free_flags,
		      const flag_set *row, size_t count, flag_triples_add *add,
		      void *arg);
