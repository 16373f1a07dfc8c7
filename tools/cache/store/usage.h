/* SPDX-License-Identifier: GPL-2.0-or-later */
/* usage.h - what is in a cache, how large it is, and when it was used. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

#include "tools/lib/why.h"

/**
 * struct thing - something that can be removed alone
 * @name:     below the cache: the key of an entry, or such as ".downloads/x"
 * @is_entry: it is an entry
 * @corrupt:  it is one that cannot be used
 * @bytes:    on the disk, also where others share it
 * @used:     when it was used last, as far as that is known
 * @gone:     for the caller: counts as removed
 */
struct thing {
	char *name;
	bool is_entry, corrupt, gone;
	uint64_t bytes;
	time_t used;
};

/* A file of a thing; the same file may be in several. */
struct thing_file {
	dev_t dev;
	ino_t ino;
	uint64_t bytes;
	size_t thing;
};

/**
 * struct usage - all things of a cache
 * @thing: corrupt entries first, then the longest unused
 * @file:  by device and inode
 */
struct usage {
	struct thing *thing;
	size_t count;
	struct thing_file *file;
	size_t file_count;
};

#define auto_usage __attribute__((cleanup(usage_done)))

void usage_done(struct usage *u);

/**
 * usage_read() - look at everything in the cache
 *
 * Entries, and what is in .downloads, .git, .host and .templates. Folders that
 * look like corrupt entries but never had a lock are not ours, and are left
 * out. Return: 0 or -errno with a sentence.
 */
int usage_read(const char *root, struct usage *ret, struct why *reterr_why);

/* Bytes on the disk of all that is not gone; a shared file counts once. */
uint64_t usage_total(const struct usage *u);
