/* SPDX-License-Identifier: GPL-2.0-or-later */
/* wrap.h - run a command with a temporary folder, with a log, or to try it. */
#pragma once

#include <stdbool.h>

#include "tools/lib/why.h"

/**
 * wrap_work() - run a command with a temporary folder of the cache
 * @root: the cache
 * @argv: the command; finds the folder's path in KTSTR_WORK
 *
 * The folder is removed when the command ends. The command inherits the
 * folder's lock: if we die of SIGKILL the folder stays as long as a process of
 * the command lives, and the next one who makes a folder removes it.
 *
 * Signals that end us are passed on to the command first. The command is
 * killed if we die.
 *
 * Return: the command's exit status, 126, 127 or 128 + signal; or -errno with
 * a sentence.
 */
int wrap_work(const char *root, char **argv, struct why *reterr_why);

/**
 * wrap_log() - run a command, all that it prints goes to a file
 * @path:   the file
 * @append: keep what is in it, else it is emptied first
 * @title:  names the activity in the progress line
 * @echo:   show everything as well, instead of a progress line
 *
 * Meanwhile a line tells how many steps of a kernel build are done. If the
 * command fails, the last lines of the log are shown.
 *
 * Return: as wrap_work().
 */
int wrap_log(const char *path, bool append, const char *title, bool echo,
	     char **argv, struct why *reterr_why);

/**
 * wrap_try() - run a command, and have its failure be no failure of ours
 * @path: a file that gets its exit status, as a line
 *
 * A command that a signal ended, or that could not be run, is no answer: then
 * the file is not written, and what comes after must not be tried either.
 *
 * Return: 0 when @path was written, else as wrap_work().
 */
int wrap_try(const char *path, char **argv, struct why *reterr_why);
