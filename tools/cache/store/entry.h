/* SPDX-License-Identifier: GPL-2.0-or-later */
/* entry.h - entries of the kernel cache: read, judge, list. */
#pragma once

#include <jansson.h>
#include <stdbool.h>

#include "tools/lib/why.h"

/* Name of an entry's description. */
#define ENTRY_METADATA "metadata.json"
/* Name of the boot image in an entry that is made now; image_name has it. */
#define ENTRY_IMAGE "bzImage"
/* Value of its key "format"; another one is not read. */
#define ENTRY_FORMAT 1

/**
 * struct entry - one folder of the cache
 * @key:        its name
 * @path:       where it is
 * @meta:       metadata.json, or NULL when it could not be understood
 * @error_kind: NULL for a valid entry, or what is wrong with it:
 *		missing       no metadata.json
 *		unreadable    the folder or a file cannot be read
 *		truncated     metadata.json ends too soon
 *		malformed     metadata.json is no JSON
 *		schema_drift  it lacks a field, or is of another version or key
 *		image_missing the boot image is not there
 *		file_missing  another file is not there
 *		file_damaged  a file has another size or content than it had
 * @error:      the same as a sentence, one line
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
 * entry_parse() - understand the text of a metadata.json
 * @e: has the key that it should be for; gets meta, or error_kind and error
 */
void entry_parse(struct entry *e, const char *text, size_t len);

/**
 * entry_look() - read an entry and judge it by names and sizes, not content
 * @root: the cache
 * @key:  a valid key
 * @ret:  entry_done() it; a corrupt entry has error_kind set
 *
 * One that is replaced while we look is looked at again: a reader meets the old
 * entry or the new one. Return: 0, also for a corrupt one; -ENOENT when there
 * is none; -errno where why_is_shortage().
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
 * Sets error_kind and error when one differs. Return: 0, or -errno where
 * why_is_shortage().
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

/* Does its metadata.json, which may lack other things, say that it is an entry?
 */
bool entry_names_itself(const struct entry *e);

/**
 * entry_is_ours() - is it an entry, or was it one before it became corrupt?
 *
 * A cache may have been set to a folder that has other things in it, which are
 * not ours to remove. Ours is what can be used, what has a lock, which whoever
 * puts an entry leaves, and what says of itself which entry it is.
 *
 * Return: 1 or 0; -errno where why_is_system(), and it cannot be told.
 */
int entry_is_ours(const char *root, const struct entry *e);

/* Read the whole cache; a missing root is an empty one. */
int entries_load(const char *root, struct entries *ret, struct why *reterr_why);
