/* SPDX-License-Identifier: GPL-2.0-or-later */
/* path-set.h - is a name among very many? */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/**
 * struct path_set - names that somebody else keeps
 * @slots: a hash table with open addresses
 * @mask:  one less than its size, which is a power of two
 */
struct path_set {
	struct path_slot {
		const char *name;
		size_t len;
	} * slots;
	size_t mask, count;
};

void path_set_done(struct path_set *s);
/* Begin with room for about @count names. Return: 0 or -ENOMEM. */
int path_set_room(struct path_set *s, size_t count);
/* Add @len bytes at @name. Return: 0 or -ENOMEM. */
int path_set_add(struct path_set *s, const char *name, size_t len);
bool path_set_has(const struct path_set *s, const char *name, size_t len);
