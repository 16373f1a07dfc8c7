/* SPDX-License-Identifier: GPL-2.0-or-later */
/* judge-noise.h - real clock: what the host's noise may have caused. */
#pragma once

#include "tools/lib/spec/checks.h"
#include "tools/vm/judge.h"

#define JUDGE_NOISE_TEXT_SIZE 400

/**
 * judge_noise_over() - did the host withhold more than NOISE_PERMILLE?
 * @why: the numbers, if it did
 *
 * It did when one CPU of the guest waited for more than that share of the time,
 * or a hypervisor below took as much of one of the host's CPUs, or when the
 * host does not tell.
 */
bool judge_noise_over(const struct noise *n, char why[JUDGE_NOISE_TEXT_SIZE]);

/**
 * judge_noise_excuses() - may the host's noise have made a check fail?
 * @value, @limit: of the check that failed
 * @why: the numbers, if it may
 *
 * Above the budget all that needs the CPUs to run: the timing checks, and that
 * a worker made no progress. Below it a timing check that was missed by no more
 * than the host withheld.
 */
bool judge_noise_excuses(const struct noise *n, enum check_kind kind,
			 double value, double limit,
			 char why[JUDGE_NOISE_TEXT_SIZE]);
