/* SPDX-License-Identifier: GPL-2.0-or-later */
/* memo.h - counts that were worked out before, by what they are counts of. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "tools/lib/wide.h"

/**
 * struct memo - start with { 0 }, end with memo_done()
 * @root:  of tsearch(3); private
 * @count: entries
 */
struct memo {
	void *root;
	size_t count;
};

/**
 * memo_at() - the count that belongs to a key
 * @key, @size: bytes, copied; keys of one memo may differ in size
 * @ret_is_new: it was not there, and is 0
 *
 * Return: where it is kept, until memo_done(); NULL when memory ran out.
 */
wide *memo_at(struct memo *m, const void *key, size_t size, bool *ret_is_new);
void memo_done(struct memo *m);
