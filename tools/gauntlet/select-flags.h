/* SPDX-License-Identifier: GPL-2.0-or-later */
/* select-flags.h - the flags of schedulers, as profiles name them. */
#pragma once

#include "tools/gauntlet/select.h"

/* @feature: for who counts: of the flag being off, on; NAME_NONE at first */
struct flag_name {
	uint32_t name, feature[2];
};

/**
 * struct flag_names - flags that are on in any profile, by scheduler
 * @names: all of them
 * @of:    by the scheduler's word
 */
struct flag_names {
	struct name_table names, seen;
	struct flag_list {
		struct flag_name *item;
		size_t count;
	} * of;
	size_t words;
};

/* Of all choices that are still in. */
void flag_names_find(const struct choices *c, struct flag_names *ret);
void flag_names_done(struct flag_names *f);

/* Is @flag one of those that @profile, "llc+steal" or "default", has on? */
bool flag_is_on(const char *profile, const char *flag);
