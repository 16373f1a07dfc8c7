/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * jobserver.h - the job slots that make(1) shares with the programs it runs.
 *
 * The protocol is that of "Sharing Job Slots with GNU make" in make's manual:
 * every process that make starts may run one job; each further one costs a
 * byte, read from a pipe that MAKEFLAGS names, and written back afterwards.
 */
#pragma once

#include <stdbool.h>

#include "tools/lib/str.h"
#include "tools/lib/why.h"

/* Most tokens that one holder takes. */
#define JOBSERVER_TOKENS_MAX 1024

/**
 * struct jobserver_auth - where MAKEFLAGS says that the jobserver is
 * @read, @write: inherited descriptors of one pipe; -1 when @fifo is set
 * @fifo:	  path of a named pipe, or NULL
 */
struct jobserver_auth {
	int read, write;
	char *fifo;
};

#define auto_jobserver_auth __attribute__((cleanup(jobserver_auth_done)))
void jobserver_auth_done(struct jobserver_auth *auth);

/**
 * jobserver_parse() - find the jobserver in MAKEFLAGS
 * @makeflags: the variable's value, or NULL
 * @ret:       jobserver_auth_done() it; written only on success
 *
 * The last of --jobserver-auth= and --jobserver-fds= (make before 4.2) in front
 * of "--" counts. Words are quoted as make does it: a backslash before blanks
 * and backslashes, "$$" for "$".
 *
 * Return: 0, or with a sentence
 * * -ENOENT - there is none: no -j, -j1, or -j without a number
 * * -EBADF  - negative descriptors: make 4.4 disabled it for this recipe
 * * -EINVAL - a style that we do not know, no numbers, or one of them twice
 * * -ENOMEM
 */
int jobserver_parse(const char *makeflags, struct jobserver_auth *ret,
		    struct why *reterr_why);

/**
 * jobserver_rewrite() - MAKEFLAGS for a command that gets another jobserver
 * @out:	 what is appended to
 * @makeflags:	 the value so far
 * @jobs:	 number behind -j
 * @read, @write: descriptors that the command will inherit
 *
 * Takes out -j and all that jobserver_parse() looks at, and adds its own in the
 * pipe style, which every make since 4.2 understands. All else stays as it is.
 */
void jobserver_rewrite(struct str *out, const char *makeflags,
		       unsigned int jobs, int read, int write);

/**
 * struct jobserver - an open jobserver, and what we have of it
 * @read, @write: our own descriptors, with O_CLOEXEC
 * @token:	  bytes that were taken, @held of them
 *
 * Start with JOBSERVER_NONE. Tokens belong to a process: after fork(2) only one
 * of the two may give them back.
 */
struct jobserver {
	int read, write;
	unsigned int held;
	unsigned char token[JOBSERVER_TOKENS_MAX];
};

#define JOBSERVER_NONE                                                         \
	{                                                                      \
		.read = -1, .write = -1                                        \
	}

/**
 * jobserver_open() - open it for ourselves
 *
 * Both ends get a file description of their own, so that O_NONBLOCK is on ours
 * alone: with the inherited ones it would be on for everybody.
 *
 * Return: 0, or with a sentence
 * * -EBADF  - the descriptors are closed or are not the two ends of one pipe:
 *             make does not hand it to a recipe without "+" or $(MAKE)
 * * -EINVAL - the path is no named pipe
 * * -errno  - of open(2)
 */
int jobserver_open(const struct jobserver_auth *auth, struct jobserver *ret,
		   struct why *reterr_why);

/**
 * jobserver_take() - take tokens that are there now
 * @want: how many more, at most
 *
 * Never waits. Return: how many it were; 0 also when @j is not open, or full.
 */
unsigned int jobserver_take(struct jobserver *j, unsigned int want);

/**
 * jobserver_give_back() - write every byte back as it was
 *
 * Nobody is waited for: what was read from a pipe fits into it. Closes @j, and
 * may be called twice. Return: how many tokens could not be given back.
 */
unsigned int jobserver_give_back(struct jobserver *j);
