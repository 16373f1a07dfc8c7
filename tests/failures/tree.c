/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/failures/tree.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <fts.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FNV_BASIS 14695981039346656037u
#define FNV_PRIME 1099511628211u

static uint64_t add(uint64_t hash, const void *data, size_t len)
{
	const unsigned char *at = data;

	for (size_t i = 0; i < len; i++)
		hash = (hash ^ at[i]) * FNV_PRIME;
	return hash;
}

static uint64_t content(const FTSENT *e)
{
	static char data[1 << 16];
	mode_t mode = e->fts_statp->st_mode;
	uint64_t hash = add(FNV_BASIS, &mode, sizeof(mode));
	ssize_t n;

	if (S_ISLNK(mode)) {
		n = readlink(e->fts_accpath, data, sizeof(data));
		return n < 0 ? hash : add(hash, data, (size_t)n);
	}
	if (!S_ISREG(mode))
		return hash;
	int fd = open(e->fts_accpath, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return hash;
	while ((n = read(fd, data, sizeof(data))) > 0)
		hash = add(hash, data, (size_t)n);
	(void)close(fd);
	return hash;
}

static int by_name(const FTSENT **a, const FTSENT **b)
{
	return strcmp((*a)->fts_name, (*b)->fts_name);
}

static int by_path(const void *a, const void *b)
{
	const struct tree_entry *x = a, *y = b;

	return strcmp(x->path, y->path);
}

static const struct tree_entry *find(const struct tree *t, const char *path)
{
	struct tree_entry key = { .path = (char *)path };

	return t && t->count
		       ? bsearch(&key, t->entry, t->count, sizeof(key), by_path)
		       : NULL;
}

static bool is_same_file(const struct tree_entry *a, const struct tree_entry *b)
{
	return a->inode == b->inode && a->changed.tv_sec == b->changed.tv_sec &&
	       a->changed.tv_nsec == b->changed.tv_nsec;
}

static void append(struct tree *t, const FTSENT *e, const char *path,
		   const struct tree *old)
{
	struct tree_entry one = { .path = strdup(path),
				  .changed = e->fts_statp->st_ctim,
				  .inode = e->fts_statp->st_ino,
				  .is_folder = S_ISDIR(e->fts_statp->st_mode) };
	const struct tree_entry *was = find(old, path);

	one.hash = was && is_same_file(was, &one) ? was->hash : content(e);
	if (t->count % 64 == 0)
		t->entry = reallocarray(t->entry, t->count + 64,
					sizeof(*t->entry));
	if (!t->entry || !one.path)
		err(125, "fail-each");
	t->entry[t->count++] = one;
}

void tree_read(const char *folder, const struct tree *old, struct tree *ret)
{
	char *const top[] = { (char *)folder, NULL };
	FTS *fts = fts_open(top, FTS_PHYSICAL | FTS_NOCHDIR, by_name);
	FTSENT *e;

	*ret = (struct tree){ 0 };
	if (!fts)
		err(125, "fail-each: %s", folder);
	while ((e = fts_read(fts))) {
		const char *path = e->fts_path + strlen(folder);

		if (e->fts_info == FTS_DP || *path == '\0')
			continue;
		append(ret, e, path + 1, old);
	}
	(void)fts_close(fts);
	if (ret->count)
		qsort(ret->entry, ret->count, sizeof(*ret->entry), by_path);
}

void tree_done(struct tree *t)
{
	for (size_t i = 0; i < t->count; i++)
		free(t->entry[i].path);
	free(t->entry);
	*t = (struct tree){ 0 };
}

bool tree_is_untouched(const struct tree *a, const struct tree *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++)
		if (by_path(&a->entry[i], &b->entry[i]) != 0 ||
		    !is_same_file(&a->entry[i], &b->entry[i]))
			return false;
	return true;
}

/* The same in both, or in neither. */
static bool agrees(const struct tree_entry *have, const struct tree *want,
		   const char *path)
{
	const struct tree_entry *e = find(want, path);

	return have && e ? have->hash == e->hash : have == NULL && e == NULL;
}

static bool is_skipped(const char *path, char *const *skip)
{
	for (; *skip; skip++)
		if (fnmatch(*skip, path, 0) == 0)
			return true;
	return false;
}

const char *tree_difference(const struct tree *t, const struct tree *want,
			    const struct tree *or_in, char *const *skip,
			    bool *ret_extra)
{
	const struct tree *const look[] = { t, want };
	bool extra;

	for (int which = 0; which < 2; which++) {
		for (size_t i = 0; i < look[which]->count; i++) {
			const char *path = look[which]->entry[i].path;
			const struct tree_entry *have = find(t, path);

			if (agrees(have, want, path) ||
			    (or_in && agrees(have, or_in, path)) ||
			    is_skipped(path, skip))
				continue;
			extra = !find(want, path) &&
				(!or_in || !find(or_in, path));
			if (ret_extra)
				*ret_extra = extra;
			return path;
		}
	}
	return NULL;
}

const char *tree_has_other_files(const struct tree *t, const struct tree *want,
				 char *const *skip)
{
	const struct tree *const look[] = { t, want };

	for (int which = 0; which < 2; which++) {
		for (size_t i = 0; i < look[which]->count; i++) {
			const struct tree_entry *e = &look[which]->entry[i];

			if (!e->is_folder && !is_skipped(e->path, skip) &&
			    !agrees(find(t, e->path), want, e->path))
				return e->path;
		}
	}
	return NULL;
}

static void copy_file(const char *from, const char *to, mode_t mode)
{
	static char data[1 << 16];
	int in = open(from, O_RDONLY | O_CLOEXEC);
	int out = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	ssize_t n = 0;

	if (in < 0 || out < 0)
		err(125, "fail-each: %s", to);
	while ((n = read(in, data, sizeof(data))) > 0)
		if (write(out, data, (size_t)n) != n)
			err(125, "fail-each: %s", to);
	if (n < 0 || fchmod(out, mode) < 0)
		err(125, "fail-each: %s", to);
	(void)close(in);
	(void)close(out);
}

static void copy_one(const char *from, const char *to)
{
	char link[4096] = "";
	struct stat st;

	if (lstat(from, &st) < 0)
		err(125, "fail-each: %s", from);
	if (S_ISREG(st.st_mode)) {
		copy_file(from, to, st.st_mode & 07777);
	} else if (S_ISDIR(st.st_mode)) {
		if (mkdir(to, 0700) < 0 || chmod(to, st.st_mode & 07777) < 0)
			err(125, "fail-each: %s", to);
		return;
	} else if (readlink(from, link, sizeof(link) - 1) < 0 ||
		   symlink(link, to) < 0) {
		err(125, "fail-each: %s", to);
	}
	const struct timespec times[2] = { st.st_atim, st.st_mtim };
	(void)utimensat(AT_FDCWD, to, times, AT_SYMLINK_NOFOLLOW);
}

static const char *path_in(char *buffer, const char *folder, const char *path)
{
	if (snprintf(buffer, PATH_MAX, "%s/%s", folder, path) >= PATH_MAX)
		errx(125, "fail-each: a path is too long");
	return buffer;
}

/* Folders are made again and again, and are equal if what is in them is. */
static bool is_still(const struct tree_entry *e, const struct tree *in)
{
	const struct tree_entry *other = find(in, e->path);

	return other && other->hash == e->hash;
}

void tree_restore(const char *from, const char *folder,
		  const struct tree *before, const struct tree *now)
{
	char a[PATH_MAX], b[PATH_MAX];

	for (size_t i = now->count; i-- > 0;)
		if (!is_still(&now->entry[i], before) &&
		    remove(path_in(a, folder, now->entry[i].path)) < 0)
			err(125, "fail-each: %s", a);
	for (size_t i = 0; i < before->count; i++)
		if (!is_still(&before->entry[i], now))
			copy_one(path_in(a, from, before->entry[i].path),
				 path_in(b, folder, before->entry[i].path));
}
