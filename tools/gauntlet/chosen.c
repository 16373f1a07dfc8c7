/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/gauntlet/chosen.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "tools/gauntlet/request.h"
#include "tools/lib/file.h"
#include "tools/lib/variant-name.h"
#include "tools/lib/words.h"

#define CHOSEN_BYTES_MAX (256 * 1024 * 1024)

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static char *profile_of(const char *name)
{
	struct variant_name parts;
	struct why why;

	if (variant_name_parse(name, strlen(name), &parts, &why) < 0)
		die(EX_USAGE, "--only: '%s' is no variant's name: %s", name,
		    why.text);
	return must(strndup(parts.part[VARIANT_PROFILE],
			    parts.len[VARIANT_PROFILE]));
}

/* The names of the profiles, each once. */
static void find_profiles(struct chosen *c)
{
	char **found = must(calloc(c->count, sizeof(*found)));

	for (size_t i = 0; i < c->count; i++)
		found[i] = profile_of(c->name[i]);
	qsort(found, c->count, sizeof(*found), by_text);
	for (size_t i = 0; i < c->count; i++) {
		if ((!i || strcmp(found[i - 1], found[i]) != 0) &&
		    words_append(&c->profile, found[i]) < 0)
			die(EX_BROKEN, "out of memory");
	}
	for (size_t i = 0; i < c->count; i++)
		free(found[i]);
	free(found);
}

void chosen_read(const char *path, struct chosen *ret)
{
	bool input = strcmp(path, "-") == 0;
	struct chosen c = { 0 };
	size_t room = 0;
	int r = file_read_at(AT_FDCWD, input ? "/dev/stdin" : path,
			     CHOSEN_BYTES_MAX, &c.text);

	if (r < 0)
		die(EX_USAGE, "--only: cannot read %s: %s",
		    input ? "standard input" : path, strerror(-r));
	for (char *line = c.text; *line;) {
		size_t len = strcspn(line, "\n");
		bool last = line[len] == '\0';

		line[len] = '\0';
		line[strcspn(line, " ")] = '\0';
		if (c.count == room) {
			room = room ? 2 * room : 1024;
			c.name = must(
				reallocarray(c.name, room, sizeof(*c.name)));
		}
		if (*line)
			c.name[c.count++] = line;
		line += len + !last;
	}
	if (!c.count)
		die(EX_USAGE, "--only: no variant is named %s%s",
		    input ? "on standard input" : "in ", input ? "" : path);
	qsort(c.name, c.count, sizeof(*c.name), by_text);
	c.seen = must(calloc(c.count, sizeof(*c.seen)));
	find_profiles(&c);
	*ret = c;
}

void chosen_done(struct chosen *c)
{
	free(c->text);
	free(c->name);
	free(c->seen);
	words_free(c->profile);
	*c = (struct chosen){ 0 };
}

bool chosen_has(struct chosen *c, const char *name)
{
	char **found =
		bsearch(&name, c->name, c->count, sizeof(*c->name), by_text);

	if (!found)
		return false;
	c->seen[found - c->name] = true;
	return true;
}

const char *chosen_unseen(const struct chosen *c)
{
	for (size_t i = 0; i < c->count; i++) {
		bool is_same = i && strcmp(c->name[i], c->name[i - 1]) == 0;

		if (!c->seen[i] && !is_same)
			return c->name[i];
	}
	return NULL;
}
