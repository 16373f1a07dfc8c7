/* SPDX-License-Identifier: GPL-2.0-or-later */
/* remove.h - take entries and other things out of the cache. */
#pragma once

#include "tools/lib/why.h"

/**
 * entry_remove() - remove an entry that nobody uses
 *
 * It is out of sight at once, and only then removed in pieces; the file of its
 * lock goes with it. Fine when it is gone already.
 *
 * Return: 0, -EBUSY when it is in use, or -errno, with a sentence.
 */
int entry_remove(const char *root, const char *key, struct why *reterr_why);

/**
 * thing_remove() - remove something else below the cache that nobody uses
 * @name: such as ".downloads/linux-6.14.tar.xz"; a file or a folder
 *
 * It is in use while somebody has a flock(2) on it, or on the file with its
 * name and ".lock" behind it, which goes with it. Return: as above.
 */
int thing_remove(const char *root, const char *name, struct why *reterr_why);
