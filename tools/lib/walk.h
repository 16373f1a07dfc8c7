/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * walk.h - all that is in a folder, and in those that it has.
 *
 * fts(3) of glibc takes an error of getdents(2) for the end of a folder: what
 * is behind it is not there for whoever asks.
 */
#pragma once

#include <sys/types.h>

#include "tools/lib/why.h"

enum walk_found {
	WALK_FOLDER, /* before what it has */
	WALK_END,    /* of a folder, behind what it has */
	WALK_FILE,
	WALK_OTHER,
	WALK_GONE, /* it was listed, and then it was there no more */
};

/* What walk_fn returns for a WALK_FOLDER that it does not want: nothing of it
 * is found, nor its WALK_END. */
#define WALK_SKIP 1

/* What is done with each thing in a tree; @bytes is the size of a file. Return:
 * 0, WALK_SKIP, or -errno, which ends the walk. */
typedef int walk_fn(const char *path, enum walk_found what, off_t bytes,
		    void *arg, struct why *reterr_why);

/**
 * walk_folder() - find all that @folder has, but not itself
 * @folder: may be a link to one; links in it are WALK_OTHER, and not followed
 *
 * Names of a folder come in the order of their bytes.
 *
 * Return: 0, or the first -errno, of a folder that cannot be read or of @found.
 */
int walk_folder(const char *folder, walk_fn *found, void *arg,
		struct why *reterr_why);

/* The same, and first of all @path itself, which is not followed. */
int walk_tree(const char *path, walk_fn *found, void *arg,
	      struct why *reterr_why);
