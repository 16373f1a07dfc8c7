/* SPDX-License-Identifier: GPL-2.0-or-later */
/* judge-kernel.h - did the guest's kernel complain? */
#pragma once

#include "tools/vm/judge.h"

/**
 * judge_kernel_log() - a complaint is a failure, whatever the checks say
 *
 * Where none came, but messages were lost, a pass becomes inconclusive.
 */
void judge_kernel_log(const struct evidence *e, struct judgement *j);

/* Add the first complaint to the reasons. Return: true if there was one. */
bool judge_complaint(const struct evidence *e, struct judgement *j);
