/* SPDX-License-Identifier: GPL-2.0-or-later */
/* child.h - a command that is run to its end, and its last words. */
#pragma once

#include "tools/lib/str.h"

/**
 * child_run() - run a command; it gets SIGTERM when we die
 * @command: program, found in PATH, and arguments; NULL-terminated
 * @last:    the last line that is not empty of its standard error, which is
 *	     passed on to ours as it comes; cut to 1000 bytes
 * @held:    gets the first 64 KiB of its standard error, which is then not
 *	     passed on; or NULL
 *
 * Ends when the command does, also if something that it left behind still has
 * its standard error open.
 *
 * Return: the wait status; 126 or 127 as exit status for a command that cannot
 * be run or is not there. Ends the program when the system fails.
 */
int child_run(char *const *command, struct str *last, struct str *held);
