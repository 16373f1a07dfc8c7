/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * scx-timeout.h - ops.timeout_ms of a scheduler, as the test wants it.
 *
 * The kernel takes a scheduler out that lets a task wait for longer, and reads
 * the time once, when the scheduler is loaded. It comes in the value of the map
 * of struct sched_ext_ops, which the scheduler's program hands over by bpf(2).
 * So the process that follows the program (trace.h) writes the time into the
 * value, at that call. Nothing of the scheduler has to be known.
 */
#pragma once

#include <stdint.h>
#include <sys/types.h>

#include "tools/lib/why.h"

/* What is looked for: a value of the type @id, with the time at @at. */
struct scx_timeout {
	uint32_t id, at, ms;
};

/**
 * scx_timeout_find() - where is the time?
 * @ns: rounded up to a whole ms
 *
 * Return: 0; -ENOSYS: the kernel does not tell.
 */
int scx_timeout_find(struct scx_timeout *ret, uint64_t ns,
		     struct why *reterr_why);

/**
 * scx_timeout_change() - @pid is about to call bpf(BPF_MAP_UPDATE_ELEM)
 * @attr_at: the call's argument
 *
 * Return: 1: it is that call, and the time was changed; 0: another one; -EFAULT
 * when the program's memory cannot be written to.
 */
int scx_timeout_change(const struct scx_timeout *t, pid_t pid,
		       uint64_t attr_at);
