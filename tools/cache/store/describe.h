/* SPDX-License-Identifier: GPL-2.0-or-later */
/* describe.h - entries as people and programs are told of them. */
#pragma once

#include <stdint.h>

#include "tools/cache/store/entry.h"
#include "tools/lib/str.h"

/**
 * enum kconfig_status - the fragments of an entry against those of today
 * @KCONFIG_MATCHES:   the same, or those of today are not known
 * @KCONFIG_STALE:     others
 * @KCONFIG_UNTRACKED: nobody knows what it was built with
 */
enum kconfig_status {
	KCONFIG_MATCHES,
	KCONFIG_STALE,
	KCONFIG_UNTRACKED,
};

/* What is compared with @now, the hash of today's fragments, or "". */
enum kconfig_status kconfig_status(const struct entry *e, const char *now);

/* "matches", "stale" or "untracked". */
const char *kconfig_status_name(enum kconfig_status status);

/**
 * describe_entry() - an entry as JSON
 * @root: the cache
 * @now:  see kconfig_status()
 *
 * Its metadata, and path, image_path, kconfig_status, last_use, symbols (its
 * vmlinux), dwarf (see vmlinux_with_dwarf()), eol (null: not known here); or,
 * of a corrupt one, key, path, error and error_kind.
 *
 * Return: a new reference; NULL with errno where why_is_system().
 */
json_t *describe_entry(const char *root, const struct entry *e,
		       const char *now);

/**
 * describe_size() - append "1.5 GiB"
 * @bytes: below 1 KiB they are told as such
 */
void describe_size(struct str *out, uint64_t bytes);
