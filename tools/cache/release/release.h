/* SPDX-License-Identifier: GPL-2.0-or-later */
/* release.h - the source of a release of Linux (resolve_release() is in
 * resolve.h). */
#pragma once

#include "tools/cache/source/source.h"

/**
 * release_unpack() - fetch the tarball of a release and unpack it
 * @root:   the cache
 * @s:      of kind SOURCE_RELEASE
 * @folder: where its top folder appears, see tarball_unpack()
 * @ret:    path of the top folder, the caller frees it
 *
 * Return: 0, or the errors of download_get() and tarball_unpack().
 */
int release_unpack(const char *root, const struct source *s, const char *folder,
		   char **ret, struct why *reterr_why);
