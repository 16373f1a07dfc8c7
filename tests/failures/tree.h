/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tree.h - what is in a folder, before and behind a run. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

/**
 * struct tree_entry - a file, folder or link
 * @path: from the top
 * @hash: of its content, type and permissions
 * @is_folder: of others
 * @changed, @inode: it is another one if these are others
 */
struct tree_entry {
	char *path;
	uint64_t hash;
	struct timespec changed;
	ino_t inode;
	bool is_folder;
};

struct tree {
	struct tree_entry *entry;
	size_t count;
};

/**
 * tree_read() - look at all below @folder
 * @old: what was there before, or NULL: of what has not changed since the
 *       content is not read again
 *
 * Ends the program if that is not possible.
 */
void tree_read(const char *folder, const struct tree *old, struct tree *ret);
void tree_done(struct tree *t);

/* Nothing has been written, not even the same again. */
bool tree_is_untouched(const struct tree *a, const struct tree *b);

/**
 * tree_difference() - a path that is otherwise in @t than in @want, or NULL
 * @or_in: it may also be as it is here, unless NULL
 * @skip: patterns of fnmatch(3), of paths that may be anyhow
 * @ret_extra: it is not in @want at all; unless NULL
 */
const char *tree_difference(const struct tree *t, const struct tree *want,
			    const struct tree *or_in, char *const *skip,
			    bool *ret_extra);

/* The first file of either that is not the same in the other; NULL if there is
 * none. Folders do not matter. */
const char *tree_has_other_files(const struct tree *t, const struct tree *want,
				 char *const *skip);

/* Make @folder, where @now is, a copy of @from again, which is @before. */
void tree_restore(const char *from, const char *folder,
		  const struct tree *before, const struct tree *now);
