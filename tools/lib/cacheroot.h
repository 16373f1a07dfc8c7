/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cacheroot.h - where kernels are cached, and where source trees are locked. */
#pragma once

#include "tools/lib/why.h"

/**
 * cache_root() - the folder of the kernel cache; it need not exist
 * @ret: absolute or relative path without a slash at the end, the caller frees
 *	 it; written only on success
 *
 * The first of these that is set and not empty:
 * $KTSTR_CACHE_DIR as it is; $XDG_CACHE_HOME/ktstr/kernels;
 * $HOME/.cache/ktstr/kernels.
 *
 * Return: 0, or with @reterr_why set
 * * -ENOENT - HOME is needed, and is not set, or is empty
 * * -EINVAL - HOME is "/" or not an absolute path
 * * -ENOMEM - out of memory
 */
int cache_root(char **ret, struct why *reterr_why);

/**
 * cache_folder() - make sure of a folder for our own use in the cache
 * @root: the cache; is made when it is not there
 * @name: such as ".locks"
 * @ret:  its path, the caller frees it; may be NULL
 *
 * The folder has the permissions of @root, whatever the umask, so that who may
 * store into a shared cache may work in it too. One that is ours and has others
 * is given them: the owner of a cache shares it by one chmod(1). A link in its
 * place is followed if it is ours, root's, or the owner's of @root; what it
 * leads to keeps its permissions.
 *
 * Return: 0 or -errno with @reterr_why set.
 */
int cache_folder(const char *root, const char *name, char **ret,
		 struct why *reterr_why);
