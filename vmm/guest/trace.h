/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * trace.h - a process of ours follows a scheduler's program, call by call,
 * while that loads itself.
 *
 * All that a test wants to know or change of the loading goes through bpf(2),
 * whatever library makes the calls, so that is where we stand: see
 * scx-timeout.h, verify.h and repro.h. Once the scheduler is in charge nobody
 * looks any more.
 */
#pragma once

#include "vmm/guest/job.h"
#include "vmm/guest/verify.h"
#include "vmm/guest/watch.h"

/**
 * struct trace - that process
 * @gate: the scheduler's program is not to run before this can be read, or
 *	  ends; -1 for none
 * @verify: what it found
 */
struct trace {
	struct child child;
	int gate, pid_pipe;
	struct verify verify;
};

#define TRACE_NONE                                                             \
	{                                                                      \
		.gate = -1, .pid_pipe = -1, .verify = {.records = -1 }         \
	}

/**
 * trace_begin() - fork the process, if the job wants anything of it
 *
 * Then start the program with @t->gate, and call trace_of().
 *
 * Return: 0; -ENOSYS: the kernel does not tell where the watchdog's time is;
 * -errno.
 */
int trace_begin(struct trace *t, struct watch *w, const struct job *job,
		struct why *reterr_why);

/* The program is @pid: it may run. */
void trace_of(struct trace *t, pid_t pid);

/* The scheduler is in charge: its programs are sent. Was its watchdog set, if
 * that was wanted? Return: 0, -EINVAL or -errno. */
int trace_end(struct trace *t, struct watch *w, struct why *reterr_why);

/* The scheduler was not loaded: what was seen of its programs is sent. */
void trace_drop(struct trace *t, struct watch *w);
