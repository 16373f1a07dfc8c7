/* SPDX-License-Identifier: GPL-2.0-or-later */
/* download-keep.h - the folder of kept tarballs (for download.c). */
#pragma once

#include "tools/cache/release/download.h"
#include "tools/lib/hash.h"
#include "tools/lib/str.h"

/**
 * keep_find() - look for a kept tarball
 * @folder: ".downloads" of the cache, open
 * @path:   its path
 * @file:   such as "linux-6.14.2.tar.xz"
 * @ret:    its path and a shared lock on it
 * @ret_hash: its SHA-256
 *
 * It is called linux-6.14.2-SHA256.tar.xz. Its content is hashed and compared
 * with the name; one that is damaged is removed, which is said.
 *
 * Return: 0, -ENOENT when there is none, or -errno with a sentence.
 */
int keep_find(int folder, const char *path, const char *file,
	      struct download *ret, char ret_hash[HASH_HEX_SIZE],
	      struct why *reterr_why);

/* Append the name of @file with content @hash. */
void keep_add_name(struct str *out, const char *file, const char *hash);

/**
 * keep_part() - open and lock "@file.part", the download in progress
 *
 * Waits for who has it, and says so.
 *
 * Return: a descriptor with an exclusive flock(2), or -errno with a sentence.
 */
int keep_part(int folder, const char *file, struct why *reterr_why);

/**
 * keep_trim() - remove the oldest tarballs and parts beyond KTSTR_DOWNLOADS_MB
 * @spare: name of one that stays
 *
 * Those that somebody has locked stay.
 */
void keep_trim(int folder, const char *spare);
