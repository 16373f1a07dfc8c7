/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/cache/store/usage.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tools/cache/store/entry.h"
#include "tools/cache/store/lock.h"
#include "tools/lib/cleanup.h"

#define STAT_BLOCK_BYTES 512 /* the unit of st_blocks; see stat(2) */

/* Folders of the cache that hold other things than entries, one in each name.
 */
static const char *const others[] = { ".downloads", ".git", ".host",
				      ".templates" };

void usage_done(struct usage *u)
{
	for (size_t i = 0; i < u->count; i++)
		free(u->thing[i].name);
	free(u->thing);
	free(u->file);
	*u = (struct usage){ 0 };
}

static int add_thing(struct usage *u, const struct thing *t)
{
	struct thing *grown =
		reallocarray(u->thing, u->count + 1, sizeof(*grown));

	if (!grown)
		return -ENOMEM;
	u->thing = grown;
	grown[u->count] = *t;
	grown[u->count].name = strdup(t->name);
	return grown[u->count].name ? (u->count++, 0) : -ENOMEM;
}

static int add_file(struct usage *u, size_t thing, const struct stat *st)
{
	struct thing_file *grown = u->file;

	if ((u->file_count & (u->file_count - 1)) == 0)
		grown = reallocarray(grown,
				     u->file_count ? 2 * u->file_count : 1,
				     sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	u->file = grown;
	grown[u->file_count++] = (struct thing_file){
		.dev = st->st_dev,
		.ino = st->st_ino,
		.bytes = (uint64_t)st->st_blocks * STAT_BLOCK_BYTES,
		.thing = thing,
	};
	return 0;
}

static int add_entries(struct usage *u, const char *root,
		       struct why *reterr_why)
{
	struct entries all = { 0 };
	int r = entries_load(root, &all, reterr_why);

	for (size_t i = 0; r == 0 && i < all.count; i++) {
		const struct entry *e = &all.entry[i];
		struct thing t = {
			.name = e->key,
			.is_entry = true,
			.corrupt = e->error_kind != NULL,
		};
		struct stat st;

		r = entry_is_ours(root, e);
		if (r == 0)
			continue;
		/* Else what is in use would look as what is not. */
		if (r > 0)
			r = entry_last_use(root, e->key, &t.used);
		if (r == 0 && stat(e->path, &st) == 0 && st.st_mtime > t.used)
			t.used = st.st_mtime;
		if (r == 0)
			r = add_thing(u, &t);
		if (r < 0)
			why_set(reterr_why, r, "cannot look at entry '%s': %s",
				e->key, strerror(-r));
	}
	entries_done(&all);
	return r;
}

/* Is this beside something, and goes with it? See thing_remove(). */
static bool is_companion(const char *name)
{
	const char *end = strrchr(name, '.');

	return end && (strcmp(end, ".lock") == 0 || strcmp(end, ".note") == 0);
}

/* Is the folder a git repository? Then the cache was set to its work tree, and
 * our mirrors are not what is in it. Return: 1 or 0, or -errno. */
static int is_repository(int folder)
{
	struct stat st;

	if (fstatat(folder, "HEAD", &st, AT_SYMLINK_NOFOLLOW) == 0)
		return 1;
	return errno == ENOENT ? 0 : -errno;
}

/* Add @name of the folder @below of the cache, which is open at @dir. */
static int add_other(struct usage *u, int dir, const char *below,
		     const char *name)
{
	auto_free char *path = NULL;
	struct thing t = { 0 };
	struct stat st;

	if (name[0] == '.' || is_companion(name))
		return 0;
	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? 0 : -errno; /* gone meanwhile */
	if (asprintf(&path, "%s/%s", below, name) < 0)
		return -ENOMEM;
	t.name = path;
	/* We read folders ourselves, which changes their atime. */
	t.used = S_ISREG(st.st_mode) && st.st_atime > st.st_mtime ? st.st_atime
								  : st.st_mtime;
	return add_thing(u, &t);
}

/* Add what is in the folder @below of the cache. */
static int add_others(struct usage *u, const char *root, const char *below)
{
	auto_free char *folder = NULL;
	struct dirent *d;
	DIR *dir;
	int r;

	if (asprintf(&folder, "%s/%s", root, below) < 0)
		return -ENOMEM;
	dir = opendir(folder);
	if (!dir)
		/* It is not there, or closed to us. */
		return why_is_system(-errno) ? -errno : 0;
	r = is_repository(dirfd(dir));
	while (r == 0 && (errno = 0, d = readdir(dir)))
		r = add_other(u, dirfd(dir), below, d->d_name);
	if (r == 0)
		r = -errno; /* of what ended it */
	(void)closedir(dir);
	return r < 0 ? r : 0;
}

/* Note all files of the thing at @index. */
static int measure(struct usage *u, const char *root, size_t index)
{
	auto_free char *path = NULL;
	char *paths[] = { NULL, NULL };
	FTSENT *e;
	FTS *fts;
	int r = 0;

	if (asprintf(&path, "%s/%s", root, u->thing[index].name) < 0)
		return -ENOMEM;
	paths[0] = path;
	fts = fts_open(paths, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
	if (!fts)
		return -errno;
	while (r == 0 && (errno = 0, e = fts_read(fts))) {
		/* What a bad disk does not show must not keep the rest. */
		if ((e->fts_info == FTS_NS || e->fts_info == FTS_DNR) &&
		    why_is_shortage(-e->fts_errno))
			r = -e->fts_errno;
		if (e->fts_info == FTS_NS || e->fts_info == FTS_DNR ||
		    e->fts_info == FTS_DP)
			continue;
		u->thing[index].bytes +=
			(uint64_t)e->fts_statp->st_blocks * STAT_BLOCK_BYTES;
		r = add_file(u, index, e->fts_statp);
	}
	if (r == 0)
		r = -errno; /* of what ended it */
	(void)fts_close(fts);
	return r;
}

static int by_use(const void *a, const void *b)
{
	const struct thing *x = a, *y = b;

	if (x->corrupt != y->corrupt)
		return x->corrupt ? -1 : 1;
	if (x->used != y->used)
		return x->used < y->used ? -1 : 1;
	return strcmp(x->name, y->name);
}

static int by_inode(const void *a, const void *b)
{
	const struct thing_file *x = a, *y = b;

	if (x->dev != y->dev)
		return x->dev < y->dev ? -1 : 1;
	return x->ino == y->ino ? 0 : x->ino < y->ino ? -1 : 1;
}

int usage_read(const char *root, struct usage *ret, struct why *reterr_why)
{
	auto_usage struct usage u = { 0 };
	int r = add_entries(&u, root, reterr_why);

	if (r < 0)
		return r;
	for (size_t i = 0; r == 0 && i < sizeof(others) / sizeof(*others); i++)
		r = add_others(&u, root, others[i]);
	if (r == 0 && u.count)
		qsort(u.thing, u.count, sizeof(*u.thing), by_use);
	for (size_t i = 0; r == 0 && i < u.count; i++)
		r = measure(&u, root, i);
	if (r < 0)
		return why_set(reterr_why, r, "cannot look at all of '%s': %s",
			       root, strerror(-r));
	if (u.file_count)
		qsort(u.file, u.file_count, sizeof(*u.file), by_inode);
	*ret = u;
	u = (struct usage){ 0 };
	return 0;
}

uint64_t usage_total(const struct usage *u)
{
	const struct thing_file *counted = NULL;
	uint64_t bytes = 0;

	for (size_t i = 0; i < u->file_count; i++) {
		const struct thing_file *f = &u->file[i];

		if (u->thing[f->thing].gone ||
		    (counted && by_inode(counted, f) == 0))
			continue;
		bytes += f->bytes;
		counted = f;
	}
	return bytes;
}
