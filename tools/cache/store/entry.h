/* SPDX-License-Identifier: GPL-2.0-or-later */
/* entry.h - entries of the kernel cache: read, judge, list. */
#pragma once

#include <jansson.h>
#include <stdbool.h>

#include "tools/lib/why.h"

/* Name of an entry's description. */
#define ENTRY_METADATA "metadata.json"
/* Value of its key "format"; another one is not read. */
#define ENTRY_FORMAT 1

/**
 * struct entry - one folder of the cache
 * @key:        its name
 * @path:       where it is
 * @meta:       metadata.json, or NULL when the entry is corrupt
 * @error_kind: NULL, or what is wrong with it: missing, unreadable, truncated,
 *		malformed, schema_drift, image_missing, file_missing,
 *		file_damaged
 * @error:      the same as a sentence
 */
struct entry {
	char *key, *path;
	json_t *meta;
	const char *error_kind;
	struct why error;
};

#define auto_entry __attribute__((cleanup(entry_done)))

void entry_done(struct entry *e);

/**
 * entry_look() - read an entry and judge it by names and sizes, not content
 * @root: the cache
 * @key:  a valid key
 * @ret:  entry_done() it; a corrupt entry has error_kind set
 *
 * Return: 0, also for a corrupt one; -ENOENT when there is none; -ENOMEM.
 */
int entry_look(const char *root, const char *key, struct entry *ret);

/**
 * entry_load() - entry_look(), but a corrupt entry is -EBADMSG with a sentence
 */
int entry_load(const char *root, const char *key, struct entry *ret,
	       struct why *reterr_why);

/**
 * entry_verify() - read every file of an entry, and compare its SHA-256
 *
 * Sets error_kind and error when one differs. Return: 0 or -ENOMEM.
 */
int entry_verify(struct entry *e);

/* A string of the metadata; "" when it is null or absent. */
const char *entry_text(const struct entry *e, const char *name);

/**
 * struct entries - the whole cache
 *
 * The newest first; corrupt entries last.
 */
struct entries {
	struct entry *entry;
	size_t count;
};

void entries_done(struct entries *all);

/* Read the whole cache; a missing root is an empty one. */
int entries_load(const char *root, struct entries *ret, struct why *reterr_why);
