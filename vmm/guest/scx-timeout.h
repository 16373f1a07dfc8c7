/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * scx-timeout.h - ops.timeout_ms of a scheduler, as the test wants it.
 *
 * The kernel takes a scheduler out that lets a task wait for longer, and reads
 * the time once, when the scheduler is loaded. It comes in the value of the map
 * of struct sched_ext_ops, which the scheduler's program hands over by bpf(2).
 * So a process of ours holds the program at that call and writes the time into
 * the value. Nothing of the scheduler has to be known, and afterwards it is not
 * looked at any more.
 */
#pragma once

#include "vmm/guest/watch.h"

/**
 * struct scx_timeout - the process that waits for that call
 * @gate: the scheduler's program is not to run before this can be read, or
 *	  ends; -1 for none
 */
struct scx_timeout {
	struct child child;
	int gate, pid_pipe;
};

#define SCX_TIMEOUT_NONE                                                       \
	{                                                                      \
		.gate = -1, .pid_pipe = -1                                     \
	}

/**
 * scx_timeout_begin() - fork the process
 * @ns: rounded up to a whole ms
 *
 * Then start the program with @t->gate, and call scx_timeout_of().
 *
 * Return: 0; -ENOSYS: the kernel does not tell where the time is; -errno.
 */
int scx_timeout_begin(struct scx_timeout *t, struct watch *w, uint64_t ns,
		      struct why *reterr_why);

/* The program is @pid: it may run. */
void scx_timeout_of(struct scx_timeout *t, pid_t pid);

/* The scheduler is in charge: was its time set? Return: 0 or -EINVAL. */
int scx_timeout_end(struct scx_timeout *t, struct watch *w,
		    struct why *reterr_why);

/* Nobody needs it any more: the scheduler was not loaded. */
void scx_timeout_drop(struct scx_timeout *t, struct watch *w);
