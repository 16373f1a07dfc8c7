/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/cache/store/temp.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "tools/lib/cacheroot.h"
#include "tools/lib/cleanup.h"
#include "tools/lib/file.h"

/* Most dead folders that one command removes. */
#define SWEEP_MAX 64

static int lock_fd(int fd, int how)
{
	int r;

	do
		r = flock(fd, how);
	while (r < 0 && errno == EINTR);
	return r < 0 ? -errno : 0;
}

int temp_mark(int fd)
{
	int file = openat(fd, TEMP_MARK,
			  O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);

	if (file < 0)
		return -errno;
	(void)close(file);
	return 0;
}

/* Call @each with the name of all that is in the folder @path but the mark,
 * until one fails. Return: 0 or what it returned; -errno. */
static int for_each(const char *path,
		    int (*each)(const char *path, const char *name))
{
	DIR *dir = opendir(path);
	struct dirent *d;
	int r = 0;

	if (!dir)
		return -errno;
	while (r == 0 && (d = readdir(dir))) {
		if (strcmp(d->d_name, ".") != 0 &&
		    strcmp(d->d_name, "..") != 0 &&
		    strcmp(d->d_name, TEMP_MARK) != 0)
			r = each(path, d->d_name);
	}
	(void)closedir(dir);
	return r;
}

static int remove_below(const char *path, const char *name)
{
	auto_free char *below = NULL;

	return asprintf(&below, "%s/%s", path, name) < 0
		       ? -ENOMEM
		       : file_remove_tree(below);
}

int temp_remove_tree(const char *path)
{
	int r = for_each(path, remove_below);

	if (r < 0)
		return r == -ENOENT ? 0 : r;
	return file_remove_tree(path);
}

static int find_something(const char *path, const char *name)
{
	(void)path;
	(void)name;
	return 1;
}

/* PURPOSE.XXXXXX, or clean.KEY for a thing that is being removed. */
static bool is_named_so(const char *name)
{
	const char *end = strrchr(name, '.');

	return strncmp(name, "clean.", 6) == 0 ||
	       (end && end > name && strlen(end) == sizeof(".XXXXXX") - 1);
}

/*
 * Is the folder one of ours? A cache may have been set to a folder with a .tmp
 * of its own, and what is in there is not ours. Who was killed between making
 * one and marking it, or after the mark was removed, left one with nothing in
 * it: only such a one is known by its name.
 */
static bool is_ours(int fd, const char *path, const char *name)
{
	return faccessat(fd, TEMP_MARK, F_OK, 0) == 0 ||
	       (is_named_so(name) && for_each(path, find_something) == 0);
}

/*
 * Find a folder in @parent whose owner is gone, but for the first @skip.
 *
 * Return: a descriptor that holds its lock, and *@ret_path; or -1. Those of
 * other users are closed to us, and are theirs to remove.
 */
static int find_dead(const char *parent, unsigned int skip, char **ret_path)
{
	DIR *dir = opendir(parent);
	struct dirent *d;
	int fd = -1;

	while (dir && fd < 0 && (d = readdir(dir))) {
		auto_free char *path = NULL;

		if (d->d_name[0] == '.' ||
		    asprintf(&path, "%s/%s", parent, d->d_name) < 0)
			continue;
		fd = open(path, O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (fd >= 0 &&
		    (!is_ours(fd, path, d->d_name) ||
		     lock_fd(fd, LOCK_EX | LOCK_NB) < 0 || skip-- > 0)) {
			(void)close(fd);
			fd = -1;
		}
		if (fd >= 0)
			*ret_path = take_ptr(path);
	}
	if (dir)
		(void)closedir(dir);
	return fd;
}

/*
 * Remove dead folders. Each is found under the guard, so that nobody is between
 * making a folder and locking it; and removed without, for that takes time.
 */
static void sweep(const char *parent, int guard)
{
	unsigned int stuck = 0; /* those that cannot be removed */

	for (int tries = 0; tries < SWEEP_MAX; tries++) {
		auto_free char *path = NULL;

		if (lock_fd(guard, LOCK_EX) < 0)
			return;
		auto_fd int fd = find_dead(parent, stuck, &path);
		(void)lock_fd(guard, LOCK_UN);
		if (fd < 0)
			return;
		if (temp_remove_tree(path) < 0)
			stuck++;
	}
}

int temp_sweep(const char *parent)
{
	auto_fd int guard = open(parent, O_DIRECTORY | O_CLOEXEC);

	if (guard < 0)
		return errno == ENOENT ? 0 : -errno;
	sweep(parent, guard);
	return 0;
}

/* Make, lock and mark @t->path, whose end is "XXXXXX". */
static int make(struct temp *t)
{
	if (!mkdtemp(t->path))
		return -errno;
	t->fd = open(t->path, O_DIRECTORY | O_CLOEXEC);
	if (t->fd < 0) {
		int error = errno;

		(void)rmdir(t->path);
		return -error;
	}
	int r = lock_fd(t->fd, LOCK_EX | LOCK_NB);
	return r < 0 ? r : temp_mark(t->fd);
}

/* Make @parent, with the permissions of the folder that it is in. */
static int make_parent(const char *parent, struct why *reterr_why)
{
	auto_free char *root = strdup(parent);
	char *slash = root ? strrchr(root, '/') : NULL;

	if (!root)
		return why_set(reterr_why, -ENOMEM, "out of memory");
	if (!slash || slash == root)
		return file_make_folders(parent, reterr_why);
	*slash = '\0';
	return cache_folder(root, slash + 1, NULL, reterr_why);
}

int temp_new(const char *parent, const char *name, struct temp *ret,
	     struct why *reterr_why)
{
	auto_temp struct temp t = TEMP_NONE;
	int r = make_parent(parent, reterr_why);

	if (r < 0)
		return r;
	auto_fd int guard = open(parent, O_DIRECTORY | O_CLOEXEC);
	if (guard < 0)
		return why_set(reterr_why, -errno, "cannot open '%s': %s",
			       parent, strerror(errno));
	sweep(parent, guard);
	if (asprintf(&t.path, "%s/%s.XXXXXX", parent, name) < 0)
		return why_set(reterr_why, -ENOMEM, "out of memory");
	r = lock_fd(guard, LOCK_EX);
	if (r == 0)
		r = make(&t);
	if (r < 0)
		return why_set(reterr_why, r,
			       "cannot make a temporary folder in '%s': %s",
			       parent, strerror(-r));
	*ret = t;
	t = (struct temp)TEMP_NONE;
	return 0;
}

void temp_remove(struct temp *t)
{
	int saved = errno;

	/* What cannot be removed now is swept later, once it is unlocked. */
	if (t->fd >= 0)
		(void)temp_remove_tree(t->path);
	if (t->fd >= 0)
		(void)close(t->fd);
	free(t->path);
	*t = (struct temp)TEMP_NONE;
	errno = saved;
}

/* Make our folder @path below a folder of everybody; it must be ours alone. */
static int make_private(const char *path, struct why *reterr_why)
{
	struct stat st;

	if (mkdir(path, 0700) < 0 && errno != EEXIST)
		return why_set(reterr_why, -errno, "cannot make '%s': %s", path,
			       strerror(errno));
	if (lstat(path, &st) < 0)
		return why_set(reterr_why, -errno, "cannot look at '%s': %s",
			       path, strerror(errno));
	if (!S_ISDIR(st.st_mode) || st.st_uid != geteuid())
		return why_set(reterr_why, -EPERM,
			       "'%s' is not a folder of ours", path);
	if (st.st_mode & 022)
		return why_set(reterr_why, -EPERM, "'%s' is open to others",
			       path);
	return 0;
}

int temp_new_for(const char *root, const char *name, struct temp *ret,
		 struct why *reterr_why)
{
	const char *tmp = getenv("TMPDIR");
	auto_free char *temps = NULL, *own = NULL, *below = NULL;
	int r;

	if (asprintf(&temps, "%s/.tmp", root) < 0)
		return why_set(reterr_why, -ENOMEM, "out of memory");
	r = temp_new(temps, name, ret, reterr_why);
	if (r != -EROFS && r != -EACCES)
		return r;
	if (asprintf(&own, "%s/ktstr-%u", tmp && *tmp ? tmp : "/var/tmp",
		     geteuid()) < 0 ||
	    asprintf(&below, "%s/.tmp", own) < 0)
		return why_set(reterr_why, -ENOMEM, "out of memory");
	r = make_private(own, reterr_why);
	if (r < 0)
		return r;
	note("'%s' cannot be written, temporary files are in '%s'", root, own);
	return temp_new(below, name, ret, reterr_why);
}
