/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * inject.h - a traced thread makes other system calls than its own.
 *
 * It stands at the begin of a call, as PTRACE_SYSCALL stops it there. That call
 * is not made; others are, one behind the other, by the same instruction; then
 * the thread goes on as if its own call had returned what we say. Nothing else
 * of it changes: arch/x86/entry/entry_64.S of Linux, ptrace(2).
 */
#pragma once

#include <stdint.h>
#include <sys/types.h>
#include <sys/user.h>

#define INJECT_SIGNALS 8

/**
 * struct inject - one thread
 * @before: its registers at the begin of its own call
 * @signal: signals that came meanwhile; it gets them afterwards
 */
struct inject {
	pid_t pid;
	struct user_regs_struct before;
	int signal[INJECT_SIGNALS];
	unsigned int signals;
};

/* @pid, which this process traces with PTRACE_O_TRACESYSGOOD, stands at the
 * begin of a call by the instruction "syscall". Return: 0 or -errno; -ESRCH: it
 * has ended, which holds for all three. */
int inject_begin(struct inject *i, pid_t pid);

/* Make a call. Return: 0 or -errno; @ret is what the call returned. */
int inject_call(struct inject *i, long number, const uint64_t arg[6],
		int64_t *ret);

/* It stands where its own call returned @result; the caller lets it run. */
int inject_end(struct inject *i, int64_t result);
