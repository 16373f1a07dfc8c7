/* SPDX-License-Identifier: GPL-2.0-or-later */
/* options.h - the options that every tool has: -q, -v, -h and -V. */
#pragma once

/**
 * options_common() - take one of them
 * @c:       what getopt_long() gave
 * @version: the line of --version
 * @help:    the text of --help
 *
 * -h and -V end the program with EX_PASS. Any other value is a bad option,
 * which getopt has named already, and ends it with EX_USAGE.
 */
void options_common(int c, const char *version, const char *help);
