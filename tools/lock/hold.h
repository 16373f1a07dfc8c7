/* SPDX-License-Identifier: GPL-2.0-or-later */
/* hold.h - tokens of make's jobserver, held beside the command. */
#pragma once

#include <signal.h>

#include "tools/lib/jobserver.h"
#include "tools/lock/lock.h"

/**
 * struct loan - tokens on their way through us
 * @outer: make's jobserver
 * @cpus:  jobs that the command may run at most, its first one included
 * @pipe:  the command's own jobserver, both ends; it inherits them
 * @mask, @child: signal state that the command gets
 */
struct loan {
	struct jobserver *outer;
	unsigned int cpus;
	int pipe[2];
	sigset_t mask;
	struct sigaction child;
};

/* From now on no signal but SIGKILL and SIGSTOP ends or stops us. */
void loan_begin(struct loan *l);

/* Take up to @want tokens, without waiting, and put them into the pipe. */
void loan_take(struct loan *l, unsigned int want);

/* Give all tokens back, and say so if that fails. */
void loan_return(struct jobserver *outer);

/**
 * loan_hold() - run the command, and end as it did
 *
 * Signals go to the command, but for those that the terminal has sent to it
 * already; when it stops or goes on, so do we. While it runs short of tokens
 * and has fewer than CPUs, more are taken. The tokens are back before our end
 * tells make that the recipe has ended: it counts them when it exits.
 */
noreturn void loan_hold(const struct request *req, struct loan *l);
