/* SPDX-License-Identifier: GPL-2.0-or-later */
/* mirror.h - where releases of Linux are published. */
#pragma once

#include "tools/cache/release/version.h"
#include "tools/lib/str.h"

/*
 * With KTSTR_KERNEL_MIRROR=URL, what is at
 *	https://www.kernel.org/releases.json                     and at
 *	https://cdn.kernel.org/pub/linux/kernel/v6.x/FILE        and at
 *	https://git.kernel.org/torvalds/t/linux-6.15-rc3.tar.gz
 * is looked for at URL/releases.json, URL/v6.x/FILE and
 * URL/torvalds/t/linux-6.15-rc3.tar.gz.
 */

/* What tells the mirror from others: its URL. */
const char *mirror_name(void);

/* Append the URL of the list of releases. */
void mirror_add_feed(struct str *out);

/* Append the name of a version's tarball: 6.14 and 6.14.0 are linux-6.14. */
void mirror_add_file(struct str *out, const struct version *v);

/* Append the URL of a version's tarball. */
void mirror_add_tarball(struct str *out, const struct version *v);

/* Append the URL of the checksums of a version's folder; rcs have none. */
void mirror_add_sums(struct str *out, const struct version *v);
