/* SPDX-License-Identifier: GPL-2.0-or-later */
/* temp.h - temporary folders that die with their owner. */
#pragma once

#include "tools/lib/why.h"

/* An empty file in each temporary folder, which says that it is ours. */
#define TEMP_MARK ".ktstr-temp"

/**
 * struct temp - a temporary folder
 * @path: where it is, or NULL
 * @fd:   the folder itself, open with an exclusive flock(2), O_CLOEXEC
 *
 * The lock says that somebody still works in it. A process that inherits the
 * descriptor keeps the folder alive; when all are gone, however they died, the
 * next temp_new() in the same place removes it. What has no TEMP_MARK in it is
 * somebody else's and stays, whatever its name is.
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
 * @parent: is made when it is not there, with the permissions of the folder
 *	    that it is in
 * @name:   start of the new folder's name
 *
 * Return: 0 or -errno with a sentence.
 */
int temp_new(const char *parent, const char *name, struct temp *ret,
	     struct why *reterr_why);

/**
 * temp_new_for() - a temporary folder for who works with a cache
 *
 * In ROOT/.tmp; but where the cache cannot be written, in a folder of our own
 * below $TMPDIR, else /var/tmp, which is said. Return: as temp_new().
 */
int temp_new_for(const char *root, const char *name, struct temp *ret,
		 struct why *reterr_why);

/* Remove the folder with all that is in it; fine for TEMP_NONE. */
void temp_remove(struct temp *t);

/* Have the open folder @fd, which is about to become a temporary one, say so.
 * Return: 0 or -errno. */
int temp_mark(int fd);

/* Remove a folder with a mark, the mark last: who is killed on the way leaves
 * what the next command still knows as ours. Return: as file_remove_tree(). */
int temp_remove_tree(const char *path);

/* Remove the dead folders in @parent alone. Return: 0 or -errno. */
int temp_sweep(const char *parent);
