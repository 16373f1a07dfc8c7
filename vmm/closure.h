/* SPDX-License-Identifier: GPL-2.0-or-later */
/* closure.h - the shared libraries that a program needs, found as ld.so does.
 */
#pragma once

#include <stddef.h>

#include "tools/lib/why.h"

/* A library by the name that it is needed under, and where the host has it. */
struct closure_item {
	char *soname, *path;
};

/**
 * struct closure - a program's libraries
 * @interpreter: path of the dynamic loader, NULL for a static program
 * @item: every library once, in the order found (breadth first)
 */
struct closure {
	char *interpreter;
	struct closure_item *item;
	size_t count;
};

/**
 * closure_find() - find what @program needs, and what that needs
 * @ret: closure_done() frees it
 *
 * Places, in ld.so's order: RPATH of the object (if it has no RUNPATH),
 * LD_LIBRARY_PATH, its RUNPATH, /etc/ld.so.cache, the system's folders.
 * $ORIGIN and $LIB are known. What is loaded by dlopen() is not found, but for
 * libgcc_s.so.1, which glibc loads when a thread ends itself or is cancelled.
 *
 * Return: 0, or with the reason
 * * -ENOEXEC - @program is no ELF program, or one for another architecture
 * * -ENOENT  - a library is missing (named, and who needs it)
 * * -errno   - @program cannot be read
 *
 * Source: ld.so(8); <dl-cache.h> of glibc for the cache's format.
 */
int closure_find(const char *program, struct closure *ret,
		 struct why *reterr_why);
void closure_done(struct closure *c);
