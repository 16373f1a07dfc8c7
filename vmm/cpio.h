/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cpio.h - reproducible newc archives, as the kernel unpacks them at boot. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "tools/lib/why.h"

/**
 * struct cpio - an archive being written
 *
 * The same calls give the same bytes: times are 0, owners are root, inode
 * numbers count up. Folders above an entry are added by themselves, once.
 */
struct cpio;

#define auto_cpio __attribute__((cleanup(cpio_freep)))

/* Write to @fd, which stays the caller's. Return: 0 or -ENOMEM. */
int cpio_new(int fd, struct cpio **ret);
struct cpio *cpio_free(struct cpio *c);
void cpio_freep(struct cpio **c);

/* Add a regular file @name (no leading "/") that holds @data. */
int cpio_add_data(struct cpio *c, const char *name, unsigned int mode,
		  const void *data, size_t len, struct why *reterr_why);

/* Add a regular file @name with the content of the host's @path. */
int cpio_add_file(struct cpio *c, const char *name, unsigned int mode,
		  const char *path, struct why *reterr_why);

/* Add a symbolic link @name to @target, or a folder. A folder that is there
 * already, from a name below it, keeps its mode. */
int cpio_add_link(struct cpio *c, const char *name, const char *target,
		  struct why *reterr_why);
int cpio_add_folder(struct cpio *c, const char *name, unsigned int mode,
		    struct why *reterr_why);

/* What the entries so far take in a file system in memory, in bytes: for each
 * its pages, at least one, and 1 KiB for inode and name. */
uint64_t cpio_unpacked(const struct cpio *c);

/* Write the trailer, padded to 512 bytes, so that archives can be joined. */
int cpio_finish(struct cpio *c, struct why *reterr_why);
