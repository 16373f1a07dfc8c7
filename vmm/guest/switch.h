/* SPDX-License-Identifier: GPL-2.0-or-later */
/* switch.h - a scheduler in the kernel, switched on and off by commands. */
#pragma once

#include "vmm/guest/job.h"
#include "vmm/guest/watch.h"

/* Run @job->enable or @job->disable, and send a "scheduler" frame, event
 * "switched-on" or "switched-off". What the programs print is the scheduler's
 * log. Return: 0; -ENOSYS: the kernel has no such file; -EINVAL: a command
 * failed; with the sentence. */
int switch_on(struct watch *w, const struct job *job, struct why *reterr_why);
int switch_off(struct watch *w, const struct job *job, struct why *reterr_why);
