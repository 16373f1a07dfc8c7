/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/lib/walk.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "tools/lib/cleanup.h"

struct names {
	char **name;
	size_t count, room;
};

static void names_done(struct names *n)
{
	for (size_t i = 0; i < n->count; i++)
		free(n->name[i]);
	free(n->name);
}

#define auto_names __attribute__((cleanup(names_done)))

static int names_add(struct names *n, const char *name)
{
	if (n->count == n->room) {
		size_t room = 2 * n->room + 16;
		char **more = reallocarray(n->name, room, sizeof(*more));

		if (!more)
			return -ENOMEM;
		n->name = more;
		n->room = room;
	}
	n->name[n->count] = strdup(name);
	if (!n->name[n->count])
		return -ENOMEM;
	n->count++;
	return 0;
}

static int cannot_read(const char *path, int error, struct why *reterr_why)
{
	return why_set(reterr_why, -error, "cannot read '%s': %s", path,
		       strerror(error));
}

static int by_bytes(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The names in a folder, in order. Return: 0 or -errno. */
static int list(const char *folder, struct names *ret)
{
	DIR *dir = opendir(folder);
	struct dirent *d;
	int r = 0;

	if (!dir)
		return -errno;
	while (r == 0 && (errno = 0, d = readdir(dir))) {
		if (strcmp(d->d_name, ".") != 0 && strcmp(d->d_name, "..") != 0)
			r = names_add(ret, d->d_name);
	}
	if (r == 0)
		r = -errno;
	(void)closedir(dir);
	if (ret->count > 0)
		qsort(ret->name, ret->count, sizeof(*ret->name), by_bytes);
	return r;
}

static int walk_names(const char *folder, const struct names *names,
		      walk_fn *found, void *arg, struct why *reterr_why)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < names->count; i++) {
		auto_free char *path = NULL;

		if (asprintf(&path, "%s/%s", folder, names->name[i]) < 0)
			r = why_set(reterr_why, -ENOMEM, "out of memory");
		else
			r = walk_tree(path, found, arg, reterr_why);
	}
	return r;
}

int walk_folder(const char *folder, walk_fn *found, void *arg,
		struct why *reterr_why)
{
	auto_names struct names names = { 0 };
	int r = list(folder, &names);

	return r < 0 ? cannot_read(folder, -r, reterr_why)
		     : walk_names(folder, &names, found, arg, reterr_why);
}

static int walk_below(const char *folder, walk_fn *found, void *arg,
		      struct why *reterr_why)
{
	auto_names struct names names = { 0 };
	int r = found(folder, WALK_FOLDER, 0, arg, reterr_why);

	if (r != 0)
		return r == WALK_SKIP ? 0 : r;
	r = list(folder, &names);
	if (r == -ENOENT)
		return found(folder, WALK_GONE, 0, arg, reterr_why);
	if (r < 0)
		return cannot_read(folder, -r, reterr_why);
	r = walk_names(folder, &names, found, arg, reterr_why);
	return r < 0 ? r : found(folder, WALK_END, 0, arg, reterr_why);
}

int walk_tree(const char *path, walk_fn *found, void *arg,
	      struct why *reterr_why)
{
	struct stat st;

	if (lstat(path, &st) < 0)
		return errno == ENOENT
			       ? found(path, WALK_GONE, 0, arg, reterr_why)
			       : cannot_read(path, errno, reterr_why);
	if (S_ISDIR(st.st_mode))
		return walk_below(path, found, arg, reterr_why);
	return found(path, S_ISREG(st.st_mode) ? WALK_FILE : WALK_OTHER,
		     st.st_size, arg, reterr_why);
}
