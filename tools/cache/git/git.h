/* SPDX-License-Identifier: GPL-2.0-or-later */
/* git.h - HEAD and changes of a git work tree. */
#pragma once

#include <stdbool.h>

#include "tools/lib/hash.h"
#include "tools/lib/why.h"

/* Hex digits of a git object name, with the NUL. */
#define GIT_HASH_SIZE 41

/**
 * struct git_look - what git says about a folder
 * @git:         it is the top of a work tree, with a commit
 * @dirty:       `git status -uno` would name a file; true when it is no work
 *		 tree. Submodules do not count.
 * @hash:        HEAD in hex, or ""
 * @fingerprint: of a dirty work tree: SHA-256 over the files that differ from
 *		 HEAD or the index, and over those that are neither tracked nor
 *		 ignored, since a changed Makefile may name them: path, kind,
 *		 x bit and content as they are on disk, whether staged or not.
 *		 Else "".
 */
struct git_look {
	bool git, dirty;
	char hash[GIT_HASH_SIZE];
	char fingerprint[HASH_HEX_SIZE];
};

/**
 * git_look() - look at a work tree, which takes no longer than git status
 * @tree: must itself be the top of a work tree; a repository further up is
 *	  somebody else's, and says nothing about this folder
 * @but:  a folder whose untracked files do not count, the one that is built
 *	  in; may be NULL, or outside of @tree
 *
 * Nothing is written. The GIT_ variables of the environment do not count, and a
 * tree that another user owns is read, for nothing of it is run.
 *
 * Return: 0; -EIO with git's reason; or -errno with a sentence.
 */
int git_look(const char *tree, const char *but, struct git_look *ret,
	     struct why *reterr_why);
