/* SPDX-License-Identifier: GPL-2.0-or-later */
/* unpack.h - the job's archive (newc cpio), made into files. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "tools/lib/why.h"

/**
 * struct unpack_entry - one entry of an archive, inside its bytes
 * @name: NUL-terminated, as it stands there
 * @mode: as of stat(2)
 */
struct unpack_entry {
	const char *name, *data;
	size_t len;
	unsigned int mode;
};

/**
 * unpack_next() - read the next entry
 * @at:  in and out: offset in @archive; 0 to begin with
 *
 * Return: 1; 0 at the trailer; -EBADMSG when the archive is damaged or ends
 * without one.
 */
int unpack_next(const char *archive, size_t len, size_t *at,
		struct unpack_entry *ret, struct why *reterr_why);

/**
 * unpack() - make all files, folders and symbolic links
 * @root: folder that names are relative to
 *
 * A folder that is there keeps its mode, a file that is there is written anew.
 *
 * Return: 0; -EBADMSG as above, or for a name that leaves @root or an entry of
 * another kind; -ENOSPC with a sentence when they do not fit the file system;
 * -errno.
 */
int unpack(int root, const char *archive, size_t len, struct why *reterr_why);
