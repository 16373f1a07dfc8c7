/* SPDX-License-Identifier: GPL-2.0-or-later */
/* own-options.h - the command lines of compare and stats, which have options of
 * their own. */
#pragma once

#include "tools/gauntlet/dims.h"

/* What their help texts share: the filters of both sides, of one side alone,
 * and the options that all have. */
#define HELP_FILTERS                                                           \
	"      --test GLOB            of these tests\n"                        \
	"      --kernel GLOB          by label; 6.12 is 6.12.* too\n"          \
	"      --scheduler GLOB       by the declaration's name, or none\n"    \
	"      --topology GLOB        by preset, or by shape\n"                \
	"      --flags NAME           with this flag on; all of them\n"        \
	"      --work-type GLOB       of tests with such workers\n"            \
	"      --project-commit GLOB  run at this commit of the project\n"     \
	"      --kernel-commit GLOB   with a kernel of this commit\n"          \
	"      --run-source GLOB      ci or local\n"
#define HELP_FILTERS_OF(side)                                                  \
	"      --" side "-kernel GLOB\n"                                       \
	"      --" side "-scheduler GLOB\n"                                    \
	"      --" side "-topology GLOB\n"                                     \
	"      --" side "-flags NAME\n"                                        \
	"      --" side "-work-type GLOB\n"                                    \
	"      --" side "-project-commit GLOB\n"                               \
	"      --" side "-kernel-commit GLOB\n"                                \
	"      --" side "-run-source GLOB\n"
#define HELP_FILTERS_OF_A HELP_FILTERS_OF("a")
#define HELP_FILTERS_OF_B HELP_FILTERS_OF("b")
#define HELP_COMMON                                                            \
	"  -q, --quiet    no notes\n"                                          \
	"  -v, --verbose  more details\n"                                      \
	"  -h, --help     show this text\n"                                    \
	"  -V, --version  show the version\n"

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
