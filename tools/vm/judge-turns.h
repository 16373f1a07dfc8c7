/* SPDX-License-Identifier: GPL-2.0-or-later */
/* judge-turns.h - virtual clock: do the CPUs' turns allow to judge times? */
#pragma once

#include <jansson.h>
#include <stdbool.h>

#define JUDGE_TURNS_TEXT_SIZE 200

/**
 * judge_turns_doubted() - is this machine too uneven, too slow or too wide?
 * @calibration: the guest's frame, may be NULL
 * @cpus:        of the machine
 * @why:         which, with numbers, if it is
 *
 * Timing checks then say nothing, passed or failed.
 */
bool judge_turns_doubted(const json_t *calibration, unsigned int cpus,
			 char why[JUDGE_TURNS_TEXT_SIZE]);
