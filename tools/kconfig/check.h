/* SPDX-License-Identifier: GPL-2.0-or-later */
/* check.h - did a configuration keep what was required and requested? */
#pragma once

#include "tools/kconfig/conf.h"

/**
 * struct required - an option that must be "y", and what to do if it is not
 *
 * An array of these ends with a NULL name.
 */
struct required {
	char *name; /* with its CONFIG_ */
	char *hint;
};

void required_free(struct required *list);

/**
 * required_read() - read a list of required options
 * @ret: the caller frees it with required_free(); written only on success
 *
 * A line is "CONFIG_NAME | hint"; blank lines and "#" comments are skipped.
 *
 * Return: the number of options, -EINVAL for a bad line (the reason has
 * file:line:column), or -errno of reading.
 */
int required_read(const char *path, struct required **ret,
		  struct why *reterr_why);

/**
 * required_missing() - append a sentence for each option that is not "y"
 * @out: lines, each with a newline
 *
 * Return: how many there are.
 */
size_t required_missing(const struct conf *config, const struct required *list,
			struct str *out);

/**
 * requested_dropped() - append a sentence for each request that was not kept
 * @wanted: the merged fragments
 * @tree:   kernel source, to tell an option that it does not know from one
 *	    that was dropped; or NULL
 * @out:    lines, each with a newline
 *
 * Return: how many there are, or -errno of reading @tree.
 */
int requested_dropped(const struct conf *config, const struct conf *wanted,
		      const char *tree, struct str *out,
		      struct why *reterr_why);
