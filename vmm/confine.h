/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * confine.h - what QEMU may do on the host, decided before it starts.
 *
 * A guest that breaks out of QEMU finds a process without network, which can
 * write to nothing but the machine's own files and can start nothing.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "tools/lib/why.h"

/* QEMU's own filter of system calls: what stands behind its -sandbox. */
#define CONFINE_SANDBOX                                                        \
	"on,obsolete=deny,elevateprivileges=deny,spawn=deny,"                  \
	"resourcecontrol=deny"

/**
 * struct confine - what one QEMU needs
 * @program: its path, without "~" or a look into PATH
 * @keep:    descriptors that it inherits beside 0, 1 and 2, @keep_count of
 *	     them; it may open them anew as they were opened
 * @read:    more files and folders that it may read, NULL-terminated, or NULL
 */
struct confine {
	const char *program;
	const int *keep;
	size_t keep_count;
	const char *const *read;
};

/**
 * confine_enter() - give up, in the child that becomes QEMU, what it needs not
 *
 * All of it outlives exec: other descriptors are closed by it, but for those
 * that hold locks; no privileges
 * can be gained; no core is dumped; a network namespace of its own has no
 * network (may fail: then there is no such namespace); Landlock lets it read
 * system folders, the folder of @program and @read, and write to @keep (may
 * fail: the host's kernel has none); a filter refuses sockets, io_uring, and
 * new processes, but not threads and not exec.
 *
 * It clears PR_SET_PDEATHSIG, so that has to be set afterwards.
 *
 * Return: 0 or -errno and @reterr_why.
 */
int confine_enter(const struct confine *c, struct why *reterr_why);

/* The environment that QEMU gets, of the caller's; words_free() frees it. */
int confine_environment(char ***ret);

/**
 * confine_lacks() - what this host cannot give
 *
 * Tried in a child. Return: 0 when there is all of it, -ENOTSUP and the
 * sentence, or -errno.
 */
int confine_lacks(struct why *reterr_why);

/* Was @qemu built with its own filter? It is run to find out. Return: 1 or 0,
 * or -errno where it could not be asked. */
int confine_qemu_has_sandbox(const char *qemu);
