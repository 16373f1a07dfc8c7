/* SPDX-License-Identifier: GPL-2.0-or-later */
/* chain.h - the functions on the way to a scheduler's failure. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "vmm/repro/plan.h"

#define REPRO_NAME_MAX 64

/**
 * repro_chain_line() - the function that a line of a backtrace has
 * @line: "   do_enqueue_task+0x1bf/0x3f0", with or without what the exit dump
 *	  has before it
 * @ret:  its name; of a BPF program without "bpf_prog_" and its hash
 *
 * Return: true; false: it is no such line, the function was not called from
 * there ("+0x0": a pointer that lay on the stack), or it is one that tells
 * nothing: of the failure's own report, or where all backtraces begin.
 */
bool repro_chain_line(const char *line, char ret[REPRO_NAME_MAX]);

/**
 * repro_chain_add() - watch what a backtrace has, and who calls programs
 * @vmlinux: of the kernel
 * @name:    functions of the backtrace, @count of them, the innermost first
 *
 * Behind repro_plan_add_ops(). What this kernel has not, as what its compiler
 * has put into the callers, is in @p->left_out.
 *
 * Return: 0; -ENOENT: it has no function that notes a scheduler's error;
 * -errno.
 */
int repro_chain_add(struct repro_plan *p, const char *vmlinux,
		    const char (*name)[REPRO_NAME_MAX], size_t count,
		    struct why *reterr_why);

/* Functions that note a scheduler's error, in kernels from new to old; NULL
 * behind the last. */
extern const char *const repro_triggers[];
