/* SPDX-License-Identifier: GPL-2.0-or-later */
/* shell.h - a shell in the guest, for a person at the host's terminal. */
#pragma once

#include "vmm/guest/job.h"
#include "vmm/guest/watch.h"

/* The serial port that the host's terminal is connected to. */
#define SHELL_PORT "/dev/ttyS1"

/**
 * shell_run() - run @job->exec until it ends, and send an "exec" frame
 *
 * SHELL_TTY: on a pseudo terminal of its own, whose other side is SHELL_PORT.
 * SHELL_PIPE: its input comes from SHELL_PORT, its output goes to the channel
 * as that of exec_run() does. A scheduler that is lost meanwhile is told of and
 * ends nothing.
 *
 * Return: 0 or -errno and @reterr_why.
 */
int shell_run(struct watch *w, const struct job *job, struct why *reterr_why);
