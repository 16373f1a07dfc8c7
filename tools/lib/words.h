/* SPDX-License-Identifier: GPL-2.0-or-later */
/* words.h - arguments as a shell splits and quotes them, without expansion. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "tools/lib/str.h"

/* Free a NULL-terminated array of strings and the array; NULL is fine. */
void words_free(char **words);

static inline void words_freep(char ***words)
{
	words_free(*words);
}

#define auto_words __attribute__((cleanup(words_freep)))

/* How many words stand before the NULL; 0 for NULL. */
size_t words_count(char *const *words);
/* Is @word one of them? Not of NULL. */
bool words_have(char *const *words, const char *word);

/**
 * words_split() - split @text into words
 * @text:      blanks separate; 'single', "double" quotes and \ as in sh
 * @ret:       NULL-terminated array, the caller frees it with words_free();
 *	       written only on success
 * @reterr_at: byte offset of the quote that is not closed; only on -EINVAL
 *
 * Nothing is expanded: $, *, ~ and ` are plain characters.
 *
 * Return: the number of words, -EINVAL, or -ENOMEM.
 */
int words_split(const char *text, char ***ret, size_t *reterr_at);

/**
 * words_append() - add a copy of @word to the NULL-terminated array @words
 * @words: in and out; may point to NULL
 *
 * Return: 0 or -ENOMEM (the array is unchanged).
 */
int words_append(char ***words, const char *word);

/* Append @word to @out so that a shell, and words_split(), read it as one. */
void words_quote(struct str *out, const char *word);
