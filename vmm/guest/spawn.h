/* SPDX-License-Identifier: GPL-2.0-or-later */
/* spawn.h - start a program from the job: the scheduler, or what "exec" names.
 */
#pragma once

#include "tools/lib/why.h"
#include "vmm/guest/watch.h"

/* Of init and of the watchdog's feeder, both SCHED_FIFO: above every worker, so
 * that a real-time worker cannot keep init from stopping it. */
#define SPAWN_INIT_PRIORITY 98

/* For the environment of programs: the job brings each library that they are
 * linked with, by soname; those that they load themselves were included. */
#define GUEST_LIBRARIES "LD_LIBRARY_PATH=/job/lib:/include-files"

/**
 * spawn_program() - run a program as an ordinary process (SCHED_OTHER)
 * @argv: its path first; a name without "/" is looked for in PATH
 * @in:   its input; -1 for none
 * @out, @err: writing ends for its output, may be the same
 * @ret:  watched over until it ended
 *
 * A program that cannot be run says so on @err and exits with 126 or 127.
 *
 * Return: 0 or -errno and @reterr_why.
 */
int spawn_program(struct watch *w, char *const *argv, int in, int out, int err,
		  struct child *ret, struct why *reterr_why);

/* What spawn_program() gets as @in, @out, @err. */
struct spawn_pipes {
	int in, out, err;
};

/* The same, but it runs once @gate can be read, or ends; -1: at once. */
int spawn_behind(struct watch *w, char *const *argv, struct spawn_pipes p,
		 int gate, struct child *ret, struct why *reterr_why);

/* Kill it for sure: one that a scheduler starves gets real-time priority first,
 * because a process must run to die. */
void spawn_kill(const struct child *c);
