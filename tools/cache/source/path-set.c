/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/cache/source/path-set.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

void path_set_done(struct path_set *s)
{
	free(s->slots);
	*s = (struct path_set){ 0 };
}

int path_set_room(struct path_set *s, size_t count)
{
	size_t size = 16;

	while (size < 2 * count)
		size *= 2;
	s->slots = calloc(size, sizeof(*s->slots));
	if (!s->slots)
		return -ENOMEM;
	s->mask = size - 1;
	return 0;
}

/* A number from 0 up, eight bytes at a time; for tables, not for crooks. */
static size_t hash_of(const char *name, size_t len)
{
	const uint64_t odd = 0x9e3779b97f4a7c15; /* 2^64 / golden ratio */
	uint64_t hash = len, word;

	for (; len >= sizeof(word); len -= sizeof(word)) {
		memcpy(&word, name, sizeof(word));
		hash = (hash ^ word) * odd;
		hash ^= hash >> 32;
		name += sizeof(word);
	}
	word = 0;
	memcpy(&word, name, len);
	hash = (hash ^ word) * odd;
	return hash ^ hash >> 32;
}

/* The slot that has the name, or where it goes. */
static struct path_slot *find(const struct path_set *s, const char *name,
			      size_t len)
{
	size_t at = hash_of(name, len) & s->mask;

	while (s->slots[at].name && (s->slots[at].len != len ||
				     memcmp(s->slots[at].name, name, len) != 0))
		at = (at + 1) & s->mask;
	return &s->slots[at];
}

/* A table of twice the size. Return: 0 or -ENOMEM. */
static int grow(struct path_set *s)
{
	struct path_set larger = { 0 };
	int r = path_set_room(&larger, s->mask + 1);

	for (size_t i = 0; i <= s->mask && r == 0; i++) {
		struct path_slot old = s->slots[i];

		if (old.name)
			*find(&larger, old.name, old.len) = old;
	}
	if (r < 0)
		return r;
	larger.count = s->count;
	free(s->slots);
	*s = larger;
	return 0;
}

int path_set_add(struct path_set *s, const char *name, size_t len)
{
	struct path_slot *slot;

	/* Half of the table stays free, so that searches are short, and end. */
	if (s->count > s->mask / 2 && grow(s) < 0)
		return -ENOMEM;
	slot = find(s, name, len);
	s->count += !slot->name;
	*slot = (struct path_slot){ name, len };
	return 0;
}

bool path_set_has(const struct path_set *s, const char *name, size_t len)
{
	return find(s, name, len)->name;
}
