/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sync.h - entries go to a remote, and come from it. */
#pragma once

#include "tools/cache/remote/remote.h"

/**
 * sync_push() - make an entry of the cache @root an object
 * @replace: also if there is one
 *
 * Return: 0, or with a sentence
 * * -EEXIST  - it is there already
 * * -ENOENT  - there is no such entry
 * * -EACCES  - the server refused; or it has programs, is not signed, and so
 *		nobody would take it
 * * -EBADMSG - the entry is damaged
 * * -EBUSY   - it is being replaced
 * * -errno   - see remote.h
 */
int sync_push(const char *root, const struct remote *r, const char *key,
	      bool replace, struct why *reterr_why);

/**
 * sync_pull() - make an object an entry of the cache @root
 * @ret_path: where it is now, the caller frees it
 *
 * A valid entry of equal files stays. Nothing is seen of one that is refused.
 *
 * Return: 0, or with a sentence
 * * -ENOENT  - there is no such object
 * * -EBADMSG, -EACCES, -EFBIG - it is refused
 * * -errno   - see remote.h
 */
int sync_pull(const char *root, const struct remote *r, const char *key,
	      char **ret_path, struct why *reterr_why);

/**
 * sync_get(), sync_put() - the same for who has a build to do
 *
 * What fails is said in one warning; that there is no such object, or that it
 * is there already, is no failure. In one run, which is what has the folder
 * KTSTR_WORK, each key is asked for once, and a server that does not answer is
 * left alone afterwards. With KTSTR_OFFLINE nothing is done. A kernel with
 * changes that are not committed is pushed by name only.
 */
char *sync_get(const char *root, struct remote *r, const char *key);
void sync_put(const char *root, struct remote *r, const char *key);
