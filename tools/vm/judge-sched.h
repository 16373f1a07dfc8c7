/* SPDX-License-Identifier: GPL-2.0-or-later */
/* judge-sched.h - how a scheduler came, stayed and left. */
#pragma once

#include "tools/vm/judge.h"

/**
 * judge_scheduler() - was the scheduler, if there is one, what one must be?
 * @ret_ran: it was in charge all the time, so that what the test measured is
 *	     its own, however it left
 *
 * Return: false if not: verdict, class and reasons are then set.
 */
bool judge_scheduler(const struct evidence *e, struct judgement *j,
		     bool *ret_ran);
