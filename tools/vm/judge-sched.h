/* SPDX-License-Identifier: GPL-2.0-or-later */
/* judge-sched.h - how a scheduler came, stayed and left. */
#pragma once

#include "tools/vm/judge.h"

/**
 * judge_scheduler() - was the scheduler, if there is one, what one must be?
 *
 * Return: false if not: verdict, class and reasons are then set.
 */
bool judge_scheduler(const struct evidence *e, struct judgement *j);
