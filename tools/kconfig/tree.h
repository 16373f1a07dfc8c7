/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tree.h - what a kernel tree's Kconfig files say about options. */
#pragma once

#include "tools/kconfig/conf.h"

/**
 * struct option - what a tree and a configuration say about one option
 * @name:     with its CONFIG_; the caller sets it, and zeros the rest
 * @known:    some Kconfig file defines it
 * @foreign:  one of another architecture does
 * @prompt:   it can be asked for; without, only other options set it
 * @visible:  and all that it depends on is so
 * @in_choice: it is one of a choice
 * @unmet:    conditions of its first prompt that are not so, " && " between
 * @selected: options that are on and switch it on, ", " between
 */
struct option_facts {
	const char *name;
	bool known, foreign, prompt, visible, in_choice;
	struct str unmet, selected;
};

void option_facts_done(struct option_facts *o);

/**
 * tree_look() - look options up
 * @tree:   a kernel source folder
 * @config: the final configuration; it says which architecture is meant
 * @facts:  @count of them
 *
 * Reads every file called Kconfig or Kconfig.* once.
 *
 * Return: 0, or -errno of reading the tree; -ENOENT when it has none of these.
 */
int tree_look(const char *tree, const struct conf *config,
	      struct option_facts *facts, size_t count, struct why *reterr_why);

/* The same for the text of one file, which is cut into lines. */
void tree_look_at(char *text, const struct conf *config,
		  struct option_facts *facts, size_t count);

/* The same for a file of another architecture: sets foreign alone. */
void tree_look_foreign(char *text, struct option_facts *facts, size_t count);
