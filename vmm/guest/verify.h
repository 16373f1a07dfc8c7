/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * verify.h - what the kernel's verifier says of a scheduler's programs.
 *
 * It says it once, to who loads them: in a buffer that comes with
 * BPF_PROG_LOAD. So a process of ours that follows the scheduler's program
 * (trace.h) makes that call in its place, with a buffer of ours. Loaded is what
 * the scheduler's program made of its object, after it set sizes, constants and
 * flags: loading the object alone would verify other code. It needs to know
 * nothing of the library that loads, static or not.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "vmm/guest/channel.h"

/* Of the log of one program, and of all; the last part of more is kept. */
#define VERIFY_LOG_MAX	(4U << 20)
#define VERIFY_LOGS_MAX (8U << 20)

/**
 * struct verify - where it is kept until init sends it
 * @records: a file without a name, which both processes have; -1: none
 * @with_log: not the numbers alone: each instruction as the verifier went
 */
struct verify {
	int records;
	bool with_log;
};

/* Return: 0 or -errno. */
int verify_begin(struct verify *v, bool with_log);
void verify_done(struct verify *v);

/**
 * verify_load() - @pid stands at the begin of a bpf(BPF_PROG_LOAD)
 * @attr_at, @attr_size: the call's arguments
 *
 * Programs without type information of their functions are how libraries try
 * what a kernel can do, and are none of the scheduler: they are left alone.
 *
 * Return: 0; -ESRCH: the thread has ended; -errno: it is in no state to go on.
 */
int verify_load(struct verify *v, pid_t pid, uint64_t attr_at,
		uint64_t attr_size);

/*
 * Send a frame "program" for each, in the order in which they were loaded, and
 * its log. A program that was refused and came again is told of once. Return: 0
 * or -errno.
 */
int verify_send(struct verify *v, struct channel *c);
