/* SPDX-License-Identifier: GPL-2.0-or-later */
/* restrict.h - which seeds, presets and clocks a test is for. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tools/lib/spec/conf.h"

/* So many in one list, in whatever ranges. */
#define SEEDS_MAX 10000

/**
 * struct seeds - numbers from 0 to UINT32_MAX, each once, in order of writing
 */
struct seeds {
	uint32_t *item;
	size_t count;
};

/**
 * seeds_add() - append "7" or "1..50"
 *
 * Return: 0; -EINVAL and the reason: no number or range, one that is there
 * already, more than SEEDS_MAX; or -ENOMEM.
 */
int seeds_add(struct seeds *s, const char *text, struct why *reterr_why);
bool seeds_have(const struct seeds *s, uint64_t seed);
void seeds_done(struct seeds *s);

/**
 * struct restriction - what variants there may be of a test
 * @seeds:   no other; those that run when nobody names any. None: any
 * @presets: patterns of shells; NULL: any. They do not bind "own".
 * @virtual, @real: clocks; neither: both
 */
struct restriction {
	struct seeds seeds;
	char **presets;
	bool virtual, real;
};

/* May a run have that clock? */
bool restriction_has_clock(const struct restriction *r, const char *clock);
void restriction_done(struct restriction *r);

/* "seeds =", "presets =", "clocks =" of [test]. They complain to @d, and return
 * 0 or -ENOMEM. */
int restriction_read_seeds(const struct conf_entry *e, struct diag *d,
			   struct restriction *ret);
int restriction_read_presets(const struct conf_entry *e, struct diag *d,
			     struct restriction *ret);
int restriction_read_clocks(const struct conf_entry *e, struct diag *d,
			    struct restriction *ret);
