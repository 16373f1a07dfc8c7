/* SPDX-License-Identifier: GPL-2.0-or-later */
/* judge-exit.h - why the kernel took a scheduler out, as its log and the
 * scheduler's exit dump tell. */
#pragma once

#include "tools/vm/judge.h"

/**
 * struct sched_exit - what the kernel said
 * @kind: EXIT_NONE: nothing, or that the scheduler's program let go of it
 * @line: "sched_ext: BPF scheduler "x" disabled (...)", or NULL
 * @message: what it says more, without the scheduler's name; NULL: nothing
 * @at: number of @line in facts.kmsg
 *
 * Sources: scx_exit_reason() and scx_ops_disable_workfn() in the kernel's
 * kernel/sched/ext.c
 */
struct sched_exit {
	enum {
		EXIT_NONE,
		EXIT_STALL, /* a task could run and did not for too long */
		EXIT_ERROR, /* a misuse, or scx_bpf_error() */
		EXIT_INIT,  /* the same, or a refusal, while it was enabled */
		EXIT_BPF,   /* scx_bpf_exit() */
		EXIT_OTHER, /* sysrq, or the kernel itself */
	} kind;
	const char *line, *message;
	size_t at;
};

void sched_exit_read(const struct facts *f, struct sched_exit *ret);

/* Did its program let go of it until @at_ns, as the kernel's log says? */
bool sched_exit_let_go(const struct facts *f, int64_t at_ns);

/* The class of it; "fell-back" for EXIT_NONE and EXIT_OTHER. */
const char *sched_exit_class(const struct sched_exit *x);

/* Add all that is known to the reasons: the kernel's words, the functions that
 * led there, and of a stall who waited and where it may run. */
void sched_exit_tell(const struct facts *f, const struct sched_exit *x,
		     struct judgement *j);

/*
 * Add what the scheduler's program printed of it, "EXIT: REASON (MESSAGE)": the
 * kernel's log has the message of errors only, not that a CPU went off line.
 * Source: UEI_REPORT() in the kernel's
 * tools/sched_ext/include/scx/user_exit_info.h
 *
 * Return: false if the kernel told the message, or the program did not print
 * it.
 */
bool sched_exit_tell_log(const struct facts *f, const struct sched_exit *x,
			 struct judgement *j);

/* Add the last lines that the kernel's verifier wrote, if the scheduler's log
 * has any. */
void judge_verifier(const struct facts *f, struct judgement *j);
