/* SPDX-License-Identifier: GPL-2.0-or-later */
/* chosen.h - the names of variants that somebody chose. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* @text: owns the names; @seen: those that chosen_has() was asked for;
 * @profile: the names of all profiles in them, NULL-terminated. */
struct chosen {
	char *text, **name, **profile;
	bool *seen;
	size_t count;
};

/**
 * chosen_read() - read names
 * @path: a file with one "NAME [ANYTHING]" a line, or "-" for standard input
 *
 * Ends the program (EX_USAGE) when it cannot be read, or has no name, or one
 * that is no variant's.
 */
void chosen_read(const char *path, struct chosen *ret);
void chosen_done(struct chosen *c);

bool chosen_has(struct chosen *c, const char *name);

/* A name that nobody asked for, or NULL. */
const char *chosen_unseen(const struct chosen *c);
