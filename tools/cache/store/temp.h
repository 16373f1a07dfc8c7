/* SPDX-License-Identifier: GPL-2.0-or-later */
/* temp.h - temporary folders that die with their owner, and entry locks. */
#pragma once

#include <stdbool.h>

#include "tools/lib/why.h"

/**
 * struct temp - a temporary folder
 * @path: where it is, or NULL
 * @fd:   the folder itself, open with an exclusive flock(2), O_CLOEXEC
 *
 * The lock says that somebody still works in it. A process that inherits the
 * descriptor keeps the folder alive; when all are gone, however they died, the
 * next temp_new() in the same place removes it.
 */
struct temp {
	char *path;
	int fd;
};

#define TEMP_NONE                                                              \
	{                                                                      \
		.fd = -1                                                       \
	}
#define auto_temp __attribute__((cleanup(temp_remove)))

/**
 * temp_new() - remove dead folders in @parent, and make a new one
 * @parent: is made when it is not there
 * @name:   start of the new folder's name
 *
 * Return: 0 or -errno with a sentence.
 */
int temp_new(const char *parent, const char *name, struct temp *ret,
	     struct why *reterr_why);

/* Remove the folder with all that is in it; fine for TEMP_NONE. */
void temp_remove(struct temp *t);

/**
 * entry_lock() - lock a cache entry
 * @root:      the cache; the file is @root/.locks/@key.lock
 * @exclusive: to write or remove it; readers hold it shared
 * @wait_ms:   longest wait; who waits says so once
 *
 * Return: a descriptor (O_CLOEXEC) that holds the lock, -EBUSY when it was not
 * to be had in time, or -errno, with a sentence.
 */
int entry_lock(const char *root, const char *key, bool exclusive,
	       unsigned int wait_ms, struct why *reterr_why);
