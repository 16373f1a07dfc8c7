/* SPDX-License-Identifier: GPL-2.0-or-later */
/* plan-words.h - names and words as a make fragment has them. */
#pragma once

#include "tools/lib/str.h"

/* End the program (EX_USAGE) if make cannot hold @path, of --out, in the name
 * of a target, however it is written. */
void plan_check_folder(const char *path);

/* A name as make reads it in "target: prerequisite". */
void plan_add_target(struct str *out, const char *name);

/* A blank, and a word as the shell reads it once make has read it in a recipe.
 * Ends the program (EX_USAGE) for a word with a line break. */
void plan_add_word(struct str *out, const char *word);
void plan_add_words(struct str *out, char *const *words);
void plan_add_option(struct str *out, const char *name, const char *value);
