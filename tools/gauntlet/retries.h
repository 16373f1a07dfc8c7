/* SPDX-License-Identifier: GPL-2.0-or-later */
/* retries.h - when a variant is run again at once. */
#pragma once

#include <stdbool.h>

/* How often, of $KTSTR_RETRIES: 0 to 100, by default 1. Ends the program
 * (EX_USAGE) when it is something else. */
unsigned int retries_allowed(void);

/**
 * retries_wanted() - is the result at @path inconclusive by the host's noise?
 *
 * Only then another reservation may tell more. The variant of a virtual clock
 * would be the same again, and a failure is not to be washed away.
 */
bool retries_wanted(const char *path);
