/* SPDX-License-Identifier: GPL-2.0-or-later */
/* git-untracked.h - files that git neither tracks nor ignores. */
#pragma once

#include <git2.h>

#include "tools/cache/git/git-index.h"
#include "tools/cache/source/paths.h"

/**
 * git_untracked() - find them
 * @repo: asked what is ignored
 * @top:  descriptor of the top of the work tree
 * @but:  a folder that is left out, below the top; or NULL
 * @ret:  their paths are added, in no order
 *
 * Left out too: repositories inside, folders with a CACHEDIR.TAG, hidden names
 * and objects (.o, .a, .ko, .cmd ...), since no kernel is made of these.
 *
 * Return: 0 or -errno with a sentence.
 */
int git_untracked(git_repository *repo, const struct gindex *index, int top,
		  const char *but, struct paths *ret, struct why *reterr_why);
