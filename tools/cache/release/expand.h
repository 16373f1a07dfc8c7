/* SPDX-License-Identifier: GPL-2.0-or-later */
/* expand.h - several kernel specs from few words. */
#pragma once

#include "tools/lib/why.h"

/**
 * expand_specs() - the single specs that words stand for
 * @root:  the cache
 * @words: NULL-terminated
 * @ret:   NULL-terminated, words_free() it; written only on success
 *
 * A list of words with commas between them is split, blanks and empty parts
 * are dropped; only a path that is there may have a comma in it. A range
 * becomes its versions. What is there twice is there once.
 *
 * Return: 0, -EINVAL when nothing is left, or an error of newest_in_range().
 */
int expand_specs(const char *root, char *const *words, char ***ret,
		 struct why *reterr_why);
