/* SPDX-License-Identifier: GPL-2.0-or-later */
/* copy.h - files copied into an entry, and described by their hashes. */
#pragma once

#include <jansson.h>
#include <sys/types.h>

#include "tools/lib/why.h"

/**
 * struct copy_modes - permissions in an entry
 * @dir:  of folders; who may remove entries may remove what is in them, unless
 *	  the cache is sticky, where only the owner may
 * @file: of files, which nobody may write: several entries may share one
 *
 * They follow the folder of the cache, not the umask: who may read that may
 * read all of it.
 */
struct copy_modes {
	mode_t dir, file;
};

/* Those of entries in the folder @root. Return: 0 or -errno with a sentence. */
int copy_modes(const char *root, struct copy_modes *ret,
	       struct why *reterr_why);

/* Make the folder @path with these permissions, whatever the umask. */
int copy_make_folder(const char *path, const struct copy_modes *modes,
		     struct why *reterr_why);

/* Give the open file @fd its permissions, and wait until it is on the disk.
 * Return: 0 or -errno. */
int copy_finish(int fd, const struct copy_modes *modes);

/**
 * copy_sync_folders() - wait until all folders below @dir are on the disk
 *
 * With the files synced before, an entry that a rename published is whole after
 * a crash of the machine. Return: 0 or -errno with a sentence.
 */
int copy_sync_folders(const char *dir, struct why *reterr_why);

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
	      const struct copy_modes *modes, struct why *reterr_why);

/**
 * copy_tree() - copy a folder of regular files and folders
 *
 * Return: 0, -EINVAL for anything else in it, or -errno, with a sentence.
 */
int copy_tree(const char *from, const char *to_dir, const char *name,
	      const struct copy_modes *modes, struct why *reterr_why);

/**
 * copy_describe() - list every file below @dir: {"name": {"size", "sha256"}}
 * @ret: a new reference
 */
int copy_describe(const char *dir, json_t **ret, struct why *reterr_why);
