/* SPDX-License-Identifier: GPL-2.0-or-later */
/* expect.h - how long a variant will take. */
#pragma once

#include "tools/gauntlet/select.h"

/**
 * expect_model() - seconds of the host's that a variant takes, by rule
 * @t:     NULL: unknown, taken for one of 2.5 s
 * @m:     NULL: unknown, taken for one of 4 CPUs
 * @clock: "virtual" or "real"
 *
 * Under the virtual clock a clone starts and QEMU executes a second of the
 * guest in about three; under the real one the machine boots. Measured on two
 * busy CPUs, from 1 to 32 of the guest's: the order of magnitude is what
 * matters, since results correct it.
 */
double expect_model(const struct test *t, const struct topology *m,
		    const char *clock);

/**
 * expect_all() - fill in @model_s, @seconds and what results tell
 * @folders: of earlier results, NULL-terminated or NULL; the first that has a
 *	     variant's counts, one that does not exist has none
 *
 * A variant with a result takes as long as then; another takes what the rule
 * says times what the rule was wrong by, on average, for variants of the same
 * test and clock, or for all.
 */
void expect_all(struct choices *c, char *const *folders);
