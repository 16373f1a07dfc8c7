/* SPDX-License-Identifier: GPL-2.0-or-later */
/* archive.h - an entry of the cache as one object that can travel. */
#pragma once

#include <stdbool.h>

#include "tools/cache/store/copy.h"
#include "tools/cache/store/entry.h"

/*
 * An object is a tar archive (ustar) in zstd. Its members, all regular files:
 *
 *   metadata.json       the entry's, without what is the maker's machine's
 *   metadata.json.hmac  only where a key signs: HMAC-SHA256 in hex
 *   the boot image, vmlinux, config, then the rest by name
 */
#define OBJECT_SUFFIX ".tar.zst"
#define OBJECT_SIGN   ENTRY_METADATA ".hmac"
/* Largest object, in bytes. */
#define OBJECT_MAX_BYTES (2ull << 30)

/**
 * object_write() - write the object of an entry
 * @e:        a valid entry; somebody holds it
 * @sign_key: NULL, or what signs it
 * @fd:       an empty file
 *
 * Nothing but the entry's content and the key decides about its bytes, with one
 * version of libzstd. Each file is compared with its SHA-256 on the way.
 *
 * Return: 0, or with a sentence
 * * -EBADMSG - a file has another content than it should have
 * * -errno   - of reading or writing
 */
int object_write(const struct entry *e, const char *sign_key, int fd,
		 struct why *reterr_why);

/**
 * struct object_want - what an object must be
 * @key:      of this entry
 * @sign_key: NULL, or the key that must have signed it
 * @is_ours:  without a key: it comes from where only we can write, so that
 *	      programs in it may be used
 */
struct object_want {
	const char *key, *sign_key;
	bool is_ours;
};

/**
 * object_read() - unpack an object into a folder, and check all of it
 * @from:   for messages: where it is from
 * @folder: does not exist yet; after a failure the caller removes it
 * @modes:  permissions of what is made
 *
 * Members are exactly those that the metadata lists, with their sizes and
 * SHA-256; nothing is written before the metadata is found good. Memory and
 * disk are bounded by the limits here and in manifest.h.
 *
 * Return: 0, or with a sentence
 * * -EBADMSG - it is damaged, or not what was wanted
 * * -EACCES  - it has programs, and nobody vouches for them
 * * -errno   - of writing
 */
int object_read(int fd, const char *from, const struct object_want *want,
		const char *folder, const struct copy_modes *modes,
		struct why *reterr_why);
