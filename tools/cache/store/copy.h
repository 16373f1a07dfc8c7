/* SPDX-License-Identifier: GPL-2.0-or-later */
/* copy.h - files copied into an entry, hashed on the way. */
#pragma once

#include <jansson.h>

#include "tools/lib/why.h"

/**
 * copy_file() - copy one regular file
 * @to_dir: folder of the copy; synced to disk
 * @name:   the copy's name, which may have folders before it
 *
 * The copy is executable if the original is.
 *
 * Return: 0 or -errno with a sentence; -EINVAL when @from is no regular file.
 */
int copy_file(const char *from, const char *to_dir, const char *name,
	      struct why *reterr_why);

/**
 * copy_tree() - copy a folder of regular files and folders
 *
 * Return: 0, -EINVAL for anything else in it, or -errno, with a sentence.
 */
int copy_tree(const char *from, const char *to_dir, const char *name,
	      struct why *reterr_why);

/**
 * copy_describe() - list every file below @dir: {"name": {"size", "sha256"}}
 * @ret: a new reference
 */
int copy_describe(const char *dir, json_t **ret, struct why *reterr_why);
