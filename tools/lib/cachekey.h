/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cachekey.h - keys of cache entries, and the locks that are named by them. */
#pragma once

#include "tools/lib/why.h"

/**
 * key_check() - may @key be the name of a cache entry?
 *
 * Not empty, at most 200 bytes of letters, digits and ".-_+", and the first is
 * a letter or a digit; so it is a file name, and none that we hide.
 *
 * Return: 0 or -EINVAL with a sentence.
 */
int key_check(const char *key, struct why *reterr_why);

/* What names of lock files in the folder .locks of the cache begin with, where
 * they are no entry's: the key that is built, and the CRC32 of a source tree's
 * path, come next. No key begins with a dot. All end in LOCK_FILE_END. */
#define LOCK_FILE_BUILD	 ".build-"
#define LOCK_FILE_SOURCE "source-"
#define LOCK_FILE_END	 ".lock"
