/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * template-store.h - templates in the cache: CACHE/.templates/KEY/.
 *
 * metadata.json says what a template was made from, how evenly its CPUs ran
 * when it booted, which holds for all its clones, and how large its files are:
 * state (of the devices), console (what was printed until then), ram0 and so
 * on, one for each node with memory, with holes where it is zero. A template
 * appears whole, by a rename, and is never written again, but for "noted" of
 * template-check.h. Who uses one has a
 * shared flock(2) on its folder; KEY.lock beside it is for who makes it.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>

#include "tools/cache/store/temp.h"
#include "tools/vm/template-key.h"

/**
 * struct template - one that is in use
 * @folder:   open, with a shared lock; -1 for none
 * @state_fd, @ram_fds: its files; -1 for a node without memory
 * @console:  text, @console_len bytes
 */
struct template
{
	char *path;
	int folder, state_fd;
	int ram_fds[TOPOLOGY_NODES_MAX];
	unsigned int ram_count;
	char *console;
	size_t console_len;
};

#define TEMPLATE_NONE                                                          \
	{                                                                      \
		.folder = -1, .state_fd = -1                                   \
	}
#define auto_template __attribute__((cleanup(template_done)))

/**
 * template_open() - use a template, if there is one
 * @root:   the folder of templates
 *
 * It counts as used now, and cannot be removed until template_done().
 *
 * Return: 0, or with @reterr_why
 * * -ENOENT - there is none
 * * -ESTALE - there is one, and it is damaged
 * * -EPERM  - there is one, and another user put it there
 * * -errno
 */
int template_open(const char *root, const char *key, struct template *ret,
		  struct why *reterr_why);

/* Let go of it. */
void template_done(struct template *t);

/**
 * template_publish() - put a finished folder in its place
 * @made: with all files and metadata.json; empty afterwards
 *
 * Return: 0, also when another one was there already; or -errno.
 */
int template_publish(const char *root, const char *key, struct temp *made,
		     struct why *reterr_why);

/* Move a damaged template out of the way of the next, and remove it. Who uses
 * it keeps its files. For who holds the maker's lock. */
int template_discard(const char *cache, const char *key,
		     struct why *reterr_why);

/* Is @t still what is found under its name? */
bool template_is_current(const struct template *t);

/**
 * struct template_wait - how long to wait for who makes one
 * @stop_fd: when it is readable, no longer; -1 for none
 */
struct template_wait {
	unsigned int seconds;
	int stop_fd;
};

/**
 * template_lock() - the right to make one, or to find it made
 *
 * Waits for who makes it, which is said, but not for other users, who cannot.
 * Return: a descriptor (O_CLOEXEC), or with @reterr_why
 * * -EBUSY - not to be had in that time, or held by other users
 * * -EINTR - @wait->stop_fd is readable
 * * -EROFS, -EACCES - nothing can be written there
 * * -errno
 */
int template_lock(const char *root, const char *key,
		  const struct template_wait *wait, struct why *reterr_why);

/* Remove the lock's file while @fd holds the lock: others then make a new one,
 * and find what was made. */
void template_unlock(const char *root, const char *key, int fd);

/**
 * struct template_info - a template in the list
 * @used: when it was last used
 * @busy: somebody uses it, as far as /proc/locks tells
 */
struct template_info {
	char key[TEMPLATE_KEY_SIZE];
	time_t used;
	uint64_t bytes;
	bool busy;
};

/* Remove the lock files of makers that were killed. */
void template_drop_locks(const char *root);

/* All of them that are ours, the longest unused first; free() the list. */
int template_list(const char *root, struct template_info **ret, size_t *count,
		  struct why *reterr_why);
