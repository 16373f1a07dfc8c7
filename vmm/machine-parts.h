/* SPDX-License-Identifier: GPL-2.0-or-later */
/* machine-parts.h - a machine that is watched: what machine*.c share. */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

#include "vmm/machine.h"

/**
 * struct vigil - a machine from its start to its end
 * @c:       with @c.qmp_fd set
 * @end:     when the host-time limit runs out
 * @is_ready: the guest has been at the place where the job begins to matter
 * @ready_cpu_s: the CPU time that QEMU had used there
 * @bitten:  the watchdog has; QEMU had used @bitten_cpu_s then
 * @begun:   nobody has to watch for a hang any more
 * @over:    nothing more is to be waited for; @result->end says why
 */
struct vigil {
	struct machine_config c;
	struct machine_result *result;
	struct qmp qmp;
	pid_t pid;
	int stop_fd;
	double begin, end, ready_cpu_s, bitten_cpu_s;
	bool is_ready, begun, bitten, over;
};

/* Seconds of the host's clock. */
double machine_now(void);

void machine_finish(struct vigil *v, enum machine_end end, int status);

/* Move QEMU's events to the result; true if one says that the machine stands.
 */
bool machine_keep_events(struct vigil *v);

/* Has its watchdog bitten, and it has not ended since? */
bool machine_is_beyond_help(const struct vigil *v);

/* For machine_debug.hear. Return: 0 or -errno. */
int machine_hear_debugger(struct vigil *v, struct machine_debug *debug,
			  struct why *reterr_why);
