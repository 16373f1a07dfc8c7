/* SPDX-License-Identifier: GPL-2.0-or-later */
/* lock.h - locks of cache entries, which also tell when they were last used. */
#pragma once

#include <stdbool.h>
#include <time.h>

#include "tools/lib/why.h"

/**
 * entry_lock() - lock an entry to write, replace or remove it
 * @root:    the cache; the file is @root/.locks/@key.lock, which is made
 * @wait_ms: longest wait for readers; who waits says so once, with their names
 *
 * Return: a descriptor (O_CLOEXEC) that holds the lock exclusively, or with a
 * sentence
 * * -EBUSY - it was not to be had in time; the holders are named
 * * -errno - of making or locking the file
 */
int entry_lock(const char *root, const char *key, unsigned int wait_ms,
	       struct why *reterr_why);

/**
 * entry_hold() - keep an entry in its place while it is read
 * @wait_ms: longest wait for who replaces or removes it
 * @ret_fd:  a descriptor (O_CLOEXEC) that holds the lock, shared; or -1, which
 *	     is said: as a detail where the file system is read-only, since then
 *	     nobody can write, or where neither a lock nor metadata.json says
 *	     that it is an entry, and as a warning where the lock is closed to
 *	     us
 *
 * Needs no write permission: whoever puts an entry leaves its lock file. The
 * entry counts as used now.
 *
 * Return: 0, or -EBUSY with a sentence.
 */
int entry_hold(const char *root, const char *key, unsigned int wait_ms,
	       int *ret_fd, struct why *reterr_why);

/* Remove the lock's file; for who has removed the entry and holds @fd. */
void entry_lock_remove(const char *root, const char *key, int fd);

/**
 * entry_used() - note that an entry is used now
 *
 * The note is the time of its lock file, written at most once in an hour. It is
 * not kept where it cannot be written.
 */
void entry_used(const char *root, const char *key);

/* When an entry was used last, as far as noted; else 0. Return: 0, or -errno
 * where why_is_system(): nothing is known then, not even that none is noted. */
int entry_last_use(const char *root, const char *key, time_t *ret);
