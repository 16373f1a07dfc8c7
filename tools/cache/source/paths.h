/* SPDX-License-Identifier: GPL-2.0-or-later */
/* paths.h - a growing list of file names. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/**
 * struct paths - names, each of which the list owns
 * @failed: memory ran out once; the list is not complete
 */
struct paths {
	char **names;
	size_t count, room;
	bool failed;
};

#define auto_paths __attribute__((cleanup(paths_done)))

void paths_done(struct paths *p);

/* Add a copy of @name. */
void paths_add(struct paths *p, const char *name);
/* Move all names of @from to the end of @to. */
void paths_move(struct paths *to, struct paths *from);
/* Sort as strcmp() does, and drop what is there twice. */
void paths_sort(struct paths *p);
