/* SPDX-License-Identifier: GPL-2.0-or-later */
/* launch.h - a command that another one starts, perhaps on another machine. */
#pragma once

/**
 * launch_command() - what to run so that @launcher runs @command
 * @launcher: words as a shell splits them, such as "srun -n1"; NULL or ""
 *	      for none
 * @command:  NULL-terminated
 *
 * A launcher may start it in any folder with any environment: so env(1) stands
 * between, which enters the folder of now, sets PATH, XDG_CACHE_HOME, KTSTR_*
 * and KTSTR_ATTEMPT as they are now, and hides make's jobserver, whose pipe is
 * here.
 *
 * Return: words, which the caller frees with words_free(). Ends the program
 * (EX_USAGE) for a quote that is not closed.
 */
char **launch_command(const char *launcher, char *const *command);
