/* SPDX-License-Identifier: GPL-2.0-or-later */
/* program.h - where the program of a name is. */
#pragma once

/**
 * program_find() - what execvp() would run
 * @name: with a "/" it is a path; else it is looked for in $PATH, where an
 *	  empty part is the current folder
 *
 * Return: the path, the caller frees it; NULL with errno set: ENOENT or
 * EACCES when there is no such program that may be executed, or what
 * why_is_system() where that cannot be told.
 */
char *program_find(const char *name);
