/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * conf.h - the one line-based format of .sched and .test files: "[section
 * name]", "key = value", "#" comments. Keys that repeat are lists; order is
 * kept.
 */
#pragma once

#include <stddef.h>

#include "tools/lib/spec/diag.h"
#include "tools/lib/why.h"

/**
 * struct conf_entry - one "key = value"
 * @key:   as written
 * @value: blanks trimmed at both ends; "" is allowed here, readers may refuse
 * it
 * @at_key, @at_value: places, for complaints
 */
struct conf_entry {
	char *key, *value;
	struct place at_key, at_value;
};

/**
 * struct conf_section - one "[kind name]" and what stands below it
 * @kind: first word of the header
 * @name: the rest of the header, "" if there is none
 */
struct conf_section {
	char *kind, *name;
	struct place at;
	struct conf_entry *entry;
	size_t entry_count;
};

/**
 * struct conf - a whole file, in order
 * @path: as given; @line: the file's lines, which all places point into
 *
 * Entries before the first section belong to a section of kind "" which is
 * always section[0] (it may be empty): "format = 1" stands there.
 */
struct conf {
	char *path;
	char **line;
	struct conf_section *section;
	size_t section_count;
};

/**
 * conf_parse() - read text in the format
 * @path: for places
 * @text: the file's text
 * @ret:  always written, also when there are complaints; conf_done() frees it
 *
 * Complaints: a line that is neither section, entry, comment nor blank; a
 * header without "]"; a key without "="; a NUL byte or a line over 4096 bytes;
 * "format" that is not 1.
 *
 * Return: 0 or -ENOMEM. Whether the text was right, @d->count tells.
 */
int conf_parse(const char *path, const char *text, struct diag *d,
	       struct conf *ret);
void conf_done(struct conf *c);

/**
 * conf_load() - read a file's text for conf_parse()
 * @ret_text: the text up to a NUL byte, if there is one; the caller frees it
 *
 * Complaint: a NUL byte, which conf_parse() cannot see.
 *
 * Return: 0; -EFBIG for more than 1 MiB, -errno of reading: @reterr_why is set.
 */
int conf_load(const char *path, struct diag *d, char **ret_text,
	      struct why *reterr_why);
