/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tree.h - what a kernel tree's Kconfig files say about an option. */
#pragma once

#include "tools/lib/str.h"
#include "tools/lib/why.h"

/**
 * tree_find_option() - look for the definition of an option
 * @tree:    a kernel source folder
 * @name:    with its CONFIG_
 * @ret_depends: the conditions of its first definition are appended, joined by
 *	     " && "; nothing when it has none
 *
 * Reads every file called Kconfig or Kconfig.* below @tree.
 *
 * Return: 1 when some Kconfig file has "config NAME", 0 when none has, or
 * -errno of reading the tree.
 */
int tree_find_option(const char *tree, const char *name,
		     struct str *ret_depends, struct why *reterr_why);
