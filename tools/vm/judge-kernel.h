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
