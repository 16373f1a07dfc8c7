/* SPDX-License-Identifier: GPL-2.0-or-later */
/* diag.h - messages about a file that a user wrote: place, line, caret, hint.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "tools/lib/str.h"

/**
 * struct diag - all complaints about the files of one request
 * @out:   the text so far, ready to print; each complaint looks like
 *
 *		ktstr/a.test:7:10: unknown work type 'cpu-spn'
 *		  work = cpu-spn workers=4
 *		         ^~~~~~~
 *		  did you mean 'cpu-spin'?
 *
 * @count: complaints so far; 0 means that the files may be used
 *
 * @mark:  where each complaint begins in @out, for diag_sort(); private
 *
 * Files are read to their end, so that all complaints come at once. Start with
 * { 0 }, end with diag_done().
 */
struct diag {
	struct str out;
	unsigned int count;
	struct diag_mark *mark;
	size_t mark_count;
};

/**
 * struct place - where something stands in a file
 * @path: as the user gave it
 * @text: the whole line, without its newline
 * @line: 1 and up
 * @column: 1 and up, in bytes
 * @length: bytes to underline, at least 1
 */
struct place {
	const char *path;
	const char *text;
	unsigned int line, column, length;
};

void diag_add(struct diag *d, const struct place *at, const char *fmt, ...)
	KTSTR_PRINTF(3, 4);

/* Add "did you mean '...'?" below the last complaint; NULL adds nothing. */
void diag_hint(struct diag *d, const char *candidate);

/**
 * diag_nearest() - the name that was probably meant
 * @word:  what was written
 * @names: NULL-terminated list of what is known
 *
 * Return: the member of @names within an edit distance of a third of its
 * length (at least 1), the nearest, the first of equals; or NULL.
 */
const char *diag_nearest(const char *word, const char *const *names);

/**
 * diag_sort() - put complaints in the order of lines and columns
 * @first: how many complaints, of other files, stay in front
 *
 * Without memory for it the order stays as it is.
 */
void diag_sort(struct diag *d, unsigned int first);

void diag_done(struct diag *d);
