/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sandbox.h - what the parts of ktstr-sandbox share. */
#pragma once

#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdnoreturn.h>
#include <sys/types.h>

#include "tools/lib/why.h"

/**
 * struct request - the command line and the environment
 * @cpus, @mems:     where to run; empty: anywhere
 * @mems_asked:      @mems is from the command line, so that they are had or it
 *		     is an error; from a reservation they are as good as can be
 * @strict:          a cpuset cgroup or nothing
 * @die_with_parent: be killed when our parent ends
 * @argv:            the command
 */
struct request {
	cpu_set_t cpus, mems;
	bool mems_asked;
	bool strict;
	bool die_with_parent;
	char **argv;
};

/* Can this machine, and this process, have the CPUs and nodes of @req? Ends the
 * program if not. */
void check_places(const struct request *req);

/**
 * enum guard_mode - what keeps the work together
 * @GUARD_NAMESPACE:      a PID namespace: the kernel kills all with its init
 * @GUARD_USER_NAMESPACE: the same, in a user namespace, for those who are not
 *			  privileged
 * @GUARD_SUBREAPER:	  init and guardian each adopt and kill what the other
 *			  left behind
 */
enum guard_mode {
	GUARD_NAMESPACE,
	GUARD_USER_NAMESPACE,
	GUARD_SUBREAPER,
};

/* Bytes that the guardian sends its init; signal numbers are forwarded. */
enum order {
	ORDER_GO = 'g',	      /* run the command */
	ORDER_RESTRICT = 'r', /* the same, with affinity and memory policy */
};

/**
 * struct init_task - what the init needs
 * @orders: read end of the guardian's orders; closed when he dies
 * @report: write end: one int, 0 or the errno for which this mode fails
 * @mask:   signal mask for the command
 * @uid, @gid: who we are outside; inside, before the map, we are nobody
 */
struct init_task {
	const struct request *req;
	enum guard_mode mode;
	int orders, report;
	sigset_t mask;
	uid_t uid;
	gid_t gid;
};

/* Life of the init: it runs the command, and all ends with it. */
noreturn void init_main(struct init_task *task);

/**
 * guard_run() - run the command under a guardian
 *
 * Signals were blocked by guard_block() before. Return: the exit code.
 */
int guard_run(const struct request *req, const sigset_t *mask);

/* Block the signals that a guardian handles; the mask before goes to @ret. */
void guard_block(sigset_t *ret);

/* Keep this process to the CPUs and nodes of @req, with what a plain process
 * can do to itself. Ends the program if that is refused. */
void restrict_self(const struct request *req);

/* Kill all children, with those that come to us when their parents die, and
 * wait for them, until none is left. */
void kill_children(void);
