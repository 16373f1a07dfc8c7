/* SPDX-License-Identifier: GPL-2.0-or-later */
/* exec.h - what "exec" and "shell" share. */
#pragma once

#include "tools/vm/launch.h"

/* What the guest runs, from @req->command: @job->command, and @job->program if
 * it is the host's. Dies with 126 or 127 as a shell would. */
void exec_fill_command(const struct request *req, struct job *job);

/* Free what the above and include_read() made. */
void exec_job_done(struct job *job, struct include *include);

/* Say what went wrong with the machine, if anything did. Return: the command's
 * exit status, or the exit code of our failure. */
int exec_report(const struct outcome *o, const struct machine_config *c);
