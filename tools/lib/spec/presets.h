/* SPDX-License-Identifier: GPL-2.0-or-later */
/* presets.h - the machines that have names. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/**
 * struct preset - a named machine
 * @text:   for topology_parse()
 * @reason: why it is there, one line
 * @skip:   why nothing that we know can build it, or NULL; its variants end as
 *	    skip, and @text is the machine that comes nearest
 */
struct preset {
	const char *name, *text, *reason, *skip;
};

/* In their order: the regular ones, then the odd ones, "zoo-...". */
extern const struct preset preset_table[];
extern const size_t preset_count;

/* The preset of that name, or NULL. */
const struct preset *preset_find(const char *name);

/* Does any preset's name match the pattern? */
bool preset_matches(const char *glob);

/* What was probably meant by @word, or NULL. */
const char *preset_nearest(const char *word);
