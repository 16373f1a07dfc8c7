/* SPDX-License-Identifier: GPL-2.0-or-later */
/* exec.h - run one command in the guest, in place of a test. */
#pragma once

#include "vmm/guest/watch.h"

/* Send the "exec" frame with a status as of wait4(2), as shells count it. */
void exec_send_status(struct channel *c, int status);

/**
 * exec_run() - run it, send its output as "log" frames and its end as "exec"
 * @regions: where its input is
 * @seed: by which the start is delayed, up to 1 ms
 *
 * Output is exact, and limited by nothing but the host's patience: the command
 * waits in its write until the channel took what came before.
 * Ends early when the scheduler is lost; the command is killed then.
 *
 * Return: 0 or -errno and @reterr_why.
 */
int exec_run(struct watch *w, const struct regions *regions, char *const *argv,
	     uint64_t seed, struct why *reterr_why);
