/* SPDX-License-Identifier: GPL-2.0-or-later */
/* git-index.h - git's index file, read in one go. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#include "tools/lib/why.h"

/* Bytes of a SHA-1. */
#define GIT_RAW 20

/**
 * enum gindex_mark - what an entry says about itself
 * @GINDEX_ASSUME: assume-unchanged: never looked at
 * @GINDEX_SKIP:   skip-worktree: need not be there
 * @GINDEX_ADD:    intent-to-add: has no content yet
 * @GINDEX_MERGE:  one side of a merge that is not resolved
 */
enum gindex_mark {
	GINDEX_ASSUME = 1,
	GINDEX_SKIP = 2,
	GINDEX_ADD = 4,
	GINDEX_MERGE = 8,
};

/**
 * struct gindex_entry - a file that git tracks
 * @path:  below the top of the work tree
 * @times: seconds and nanoseconds of ctime, then of mtime
 * @marks: of enum gindex_mark
 * @oid:   SHA-1 of the content as git keeps it
 *
 * The rest is as stat(2) gave it once, cut to 32 bits; all zero when git has
 * not looked.
 */
struct gindex_entry {
	const char *path;
	uint32_t times[4];
	uint32_t ino, mode, size;
	unsigned int marks;
	const uint8_t *oid;
};

/**
 * struct gindex - the index
 * @entries: @count of them, in the order of strcmp()
 * @tree:    the tree object that the whole index equals, when @has_tree
 * @written: when the file was written; the time of the files themselves, so a
 *	     file that was changed in that very moment is "racy"
 *
 * The rest is private.
 */
struct gindex {
	struct gindex_entry *entries;
	size_t count;
	bool has_tree;
	uint8_t tree[GIT_RAW];
	struct timespec written;
	uint8_t *data;
	char *names;
};

#define auto_gindex __attribute__((cleanup(gindex_done)))

void gindex_done(struct gindex *x);

/**
 * gindex_parse() - understand the bytes of an index file
 * @data: from malloc(); @ret owns it, on success only
 *
 * Source: git's Documentation/gitformat-index.txt, versions 2 to 4.
 *
 * Return: 0; -ENOMEM; -EBADMSG when it is damaged; -ENOTSUP when it is split,
 * sparse, or of a version or with an extension that must be understood and is
 * not.
 */
int gindex_parse(uint8_t *data, size_t size, struct gindex *ret);

/**
 * gindex_read() - read the index file @path; none is an empty one
 *
 * Return: as gindex_parse(), or -errno of reading, with a sentence.
 */
int gindex_read(const char *path, struct gindex *ret, struct why *reterr_why);
