/* SPDX-License-Identifier: GPL-2.0-or-later */
/* newest.h - from "latest", 6.14 and ranges to releases of Linux. */
#pragma once

#include <stddef.h>

#include "tools/cache/release/releases.h"

/**
 * newest_release() - the one release that a spec stands for
 * @root: the cache
 * @spec: "latest" or a version
 * @ret:  an exact version, with a patch number or an rc
 *
 * "latest" is the highest stable or longterm release whose patch number is 8 or
 * more, so that the worst of a new series is mended. A series is its highest
 * release in the mirror's list; one that is not in the list is probed for, by
 * asking for the tarballs of 1 to 500, and the answer is kept for a day. What
 * was taken is said. An exact version asks nobody.
 *
 * Return: 0, or with a sentence
 * * -EINVAL - no version, or one that is never published as a tarball
 * * -ENOENT - the series, or a latest one, is not there
 * * an error of http_get()
 */
int newest_release(const char *root, const char *spec, struct version *ret,
		   struct why *reterr_why);

/**
 * newest_in_range() - stable and longterm releases in a closed range
 * @range: VERSION..VERSION; an end without patch number is that of patch 0
 * @ret:   exact versions, ascending, no two alike; the caller frees it
 *
 * Return: how many, or with a sentence -EINVAL, -ENOENT when there is none, or
 * an error of releases_load().
 */
int newest_in_range(const char *root, const char *range, struct version **ret,
		    struct why *reterr_why);
