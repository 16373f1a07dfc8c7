/* SPDX-License-Identifier: GPL-2.0-or-later */
/* stamp.h - passed-IDENTITY, the file that says that a variant has passed. */
#pragma once

#include <stdbool.h>

#define STAMP_PREFIX "passed-"

/**
 * enum stamp - what a stamp is worth
 * @STAMP_NONE:  it is not there
 * @STAMP_STALE: the result beside it is gone, another one, or no pass
 * @STAMP_HOLDS: the result beside it is a pass with these inputs
 */
enum stamp { STAMP_NONE, STAMP_STALE, STAMP_HOLDS };

/**
 * stamp_make() - say that the result in @folder is a pass with these inputs
 * @name: the variant's
 *
 * The stamp gets size and times of result.json, so that the next look at it
 * need not read a result again; and how long the run took. Ends the program
 * when it cannot be written.
 */
void stamp_make(const char *folder, const char *name, const char *identity);

/**
 * stamp_check() - does the stamp hold?
 * @name:	 of the variant, which is in @folder
 * @ret_seconds: may be NULL; what the result says of its time, or below 0
 *		 where the stamp does not know
 *
 * A result that has neither size nor times of the stamp is read.
 */
enum stamp stamp_check(const char *folder, const char *name,
		       const char *identity, double *ret_seconds);

/**
 * stamp_has_pass() - does a stamp hold, and know how long the run took?
 * @results: the folder of all results
 * @identity: "" for one that is not known, which has no stamp
 * @ret_seconds: below 0 when false is returned and it has none
 */
bool stamp_has_pass(const char *results, const char *name, const char *identity,
		    double *ret_seconds);
