/* SPDX-License-Identifier: GPL-2.0-or-later */
/* own-options.h - the command lines of compare and stats, which have options of
 * their own. */
#pragma once

#include "tools/gauntlet/dims.h"

/**
 * struct own_request - what compare or stats are asked for
 * @filter: of A and B; stats has A's alone
 * @is_sided: --a-DIM or --b-DIM was given
 * @threshold: percent as it was given, or NULL; so is the file @policy
 */
struct own_request {
	struct filter filter[2];
	bool is_sided[DIMS];
	char **test, **folder;
	const char *threshold, *policy;
	bool json, all, by_seed, metrics, values;
};

/**
 * own_options_read() - read the options of a subcommand
 * @argv:    without the subcommand's name
 * @letters: the options that it has; "D" stands for the filters, "2" for those
 *	     of one side
 *
 * Ends the program for --help, --version and mistakes.
 */
void own_options_read(int argc, char **argv, const char *name,
		      const char *letters, const char *help,
		      struct own_request *ret);
void own_options_done(struct own_request *q);

/* The subcommands; @argv as that of own_options_read(). The exit code. */
int compare_main(int argc, char **argv);
int stats_main(int argc, char **argv);
