/* SPDX-License-Identifier: GPL-2.0-or-later */
/* download.h - tarballs of releases, verified and kept in the cache. */
#pragma once

#include "tools/cache/release/version.h"

/**
 * struct download - a tarball that may be read
 * @path: where it is
 * @fd:   the file, open with a shared flock(2): it stays where it is
 */
struct download {
	char *path;
	int fd;
};

#define DOWNLOAD_NONE                                                          \
	{                                                                      \
		.fd = -1                                                       \
	}
#define auto_download __attribute__((cleanup(download_done)))

void download_done(struct download *d);

/**
 * download_get() - the tarball of an exact version, fetched if need be
 * @root: the cache, which keeps it in ".downloads"; see doc/files.md
 *
 * Its content is what the mirror's sha256sums.asc says, which must be signed
 * by a key of $KTSTR_KEYRING, if that is set; pre-releases have no checksum,
 * which is said. Of several that want one, one fetches it and the others wait.
 * What was fetched in part is gone on with, later too. A kept one is read again
 * before it is used, and needs no network, unless a signature is wanted that
 * was not checked before.
 *
 * Return: 0, or with a sentence
 * * -ENOENT   - there is no such version; the newest of its series is named
 * * -EBADMSG  - wrong content, or a bad signature; what came is removed
 * * -ENETDOWN - KTSTR_OFFLINE, and it is not kept
 * * another error of http_get_file(), or of files
 */
int download_get(const char *root, const struct version *v,
		 struct download *ret, struct why *reterr_why);
