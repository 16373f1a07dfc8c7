/* SPDX-License-Identifier: GPL-2.0-or-later */
/* share.h - equal files of several entries, stored once. */
#pragma once

#include <stdint.h>

#include "tools/lib/why.h"

/*
 * Files of entries are never written again, so that equal ones may be one file:
 * extents that the file system shares (btrfs, xfs), or else hard links. SHA-256
 * in the metadata says which may be equal; their bytes are compared before, so
 * that a damaged file never spreads. Damage that comes later is in all entries
 * that share the file: each fails ktstr-cache verify, and a put of any of them
 * makes a new file, since it verifies the old one first.
 *
 * What cannot be shared (other owner, other permissions, too many links) stays
 * a copy. None of that is an error.
 */

/**
 * share_with_others() - share the files of a new entry with the cache's
 * @root: the cache
 * @work: the new entry, with metadata.json, not visible yet; a file with its
 *	  name and ".share" behind it is made and removed
 */
void share_with_others(const char *root, const char *work);

/**
 * share_all() - share equal files of all entries
 * @ret_saved: bytes that were stored twice
 *
 * Each entry is locked meanwhile; those in use are left. Return: 0 or -errno
 * with a sentence.
 */
int share_all(const char *root, uint64_t *ret_saved, struct why *reterr_why);
