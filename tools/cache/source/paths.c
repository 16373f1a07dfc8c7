/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/cache/source/paths.h"

#include <stdlib.h>
#include <string.h>

void paths_done(struct paths *p)
{
	for (size_t i = 0; i < p->count; i++)
		free(p->names[i]);
	free(p->names);
	*p = (struct paths){ 0 };
}

static bool make_room(struct paths *p)
{
	size_t room = p->room ? 2 * p->room : 16;
	char **names;

	if (p->count < p->room)
		return true;
	names = reallocarray(p->names, room, sizeof(*names));
	if (!names)
		return false;
	p->names = names;
	p->room = room;
	return true;
}

/* Add @name itself, or free it, as all after the first that found no room. */
static void take(struct paths *p, char *name)
{
	if (!name || p->failed || !make_room(p)) {
		free(name);
		p->failed = true;
		return;
	}
	p->names[p->count++] = name;
}

void paths_add(struct paths *p, const char *name)
{
	take(p, strdup(name));
}

void paths_move(struct paths *to, struct paths *from)
{
	for (size_t i = 0; i < from->count; i++)
		take(to, from->names[i]);
	from->count = 0;
	to->failed |= from->failed;
	paths_done(from);
}

static int compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

void paths_sort(struct paths *p)
{
	size_t n = 0;

	if (p->count == 0)
		return;
	qsort(p->names, p->count, sizeof(*p->names), compare);
	for (size_t i = 1; i < p->count; i++) {
		if (strcmp(p->names[n], p->names[i]) == 0)
			free(p->names[i]);
		else
			p->names[++n] = p->names[i];
	}
	p->count = n + 1;
}
