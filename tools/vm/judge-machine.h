/* SPDX-License-Identifier: GPL-2.0-or-later */
/* judge-machine.h - did the machine end as it should? If not, of what? */
#pragma once

#include "tools/vm/judge.h"

/**
 * judge_machine() - what the end of the machine alone decides
 *
 * A panic, a hang, a reset, QEMU's own death, a guest without memory, a report
 * that is cut or damaged, the host-time limit.
 *
 * Return: false if it decides all: verdict, class and reasons are then set.
 */
bool judge_machine(const struct evidence *e, struct judgement *j);

/* A limit of the guest's time was not kept; @why says which. */
void judge_late(const struct evidence *e, const char *why, struct judgement *j);

/* The kernel's line about a process that it killed for want of memory, or NULL.
 */
const char *judge_memory(const struct facts *f);
