/* SPDX-License-Identifier: GPL-2.0-or-later */
/* git.h - HEAD and cleanness of a git work tree, by libgit2. */
#pragma once

#include <stdbool.h>

#include "tools/lib/why.h"

/**
 * git_look() - what git says about a folder
 * @tree:      must itself be the top of a work tree; a repository further up
 *	       is somebody else's, and says nothing about this folder
 * @ret_git:   it is one, with a commit
 * @ret_dirty: index or a tracked file differs; true when it is no work tree
 * @ret_hash:  room for 41 bytes: HEAD in hex, or ""
 *
 * Untracked files and submodules are ignored.
 *
 * Return: 0, or -EIO with git's reason.
 */
int git_look(const char *tree, bool *ret_git, bool *ret_dirty, char *ret_hash,
	     struct why *reterr_why);
