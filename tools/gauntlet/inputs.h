/* SPDX-License-Identifier: GPL-2.0-or-later */
/* inputs.h - the record, beside each result, of what the result depends on. */
#pragma once

#include <jansson.h>

#include "tools/lib/str.h"

/* Its name, in the variant's folder: the text that identity_of() makes. */
#define INPUTS_FILE "inputs"

/**
 * inputs_keep() - write the record
 * @folder: the variant's
 * @words:  "NAME=VALUE", NULL-terminated
 *
 * Ends the program when it cannot be written.
 */
void inputs_keep(const char *folder, char *const *words);

/**
 * inputs_words() - the text of identity_of() as words for inputs_keep()
 * @text: it
 * @out:  gets them, quoted as words_split() reads them
 */
void inputs_words(const char *text, struct str *out);

/**
 * inputs_other() - which inputs a run had others of than was planned
 * @ran:   "inputs" of its result
 * @words: as those of inputs_keep(), or NULL
 * @out:   gets their names, with commas
 *
 * Of those that a result names by their hash: test, declaration, scheduler and
 * init. What it does not name counts as planned.
 */
void inputs_other(const json_t *ran, char *const *words, struct str *out);

/**
 * inputs_changes() - which inputs differ
 * @before: a record
 * @now:    the text of identity_of()
 * @out:    gets "NAME changed", "NAME is new" and "NAME is gone", with commas
 *
 * Nothing is added where they are equal.
 */
void inputs_changes(const char *before, const char *now, struct str *out);
