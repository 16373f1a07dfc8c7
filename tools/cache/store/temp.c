/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/cache/store/temp.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>

#include "tools/lib/cleanup.h"
#include "tools/lib/file.h"

/* How often a busy lock is tried again, in milliseconds. */
#define RETRY_MS 50

static int lock_fd(int fd, int how)
{
	int r;

	do
		r = flock(fd, how);
	while (r < 0 && errno == EINTR);
	return r < 0 ? -errno : 0;
}

/*
 * Find one folder in @parent whose owner is gone.
 *
 * Return: a descriptor that holds its lock, and *@ret_path; or -1.
 */
static int find_dead(const char *parent, char **ret_path)
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
		if (fd >= 0 && lock_fd(fd, LOCK_EX | LOCK_NB) < 0) {
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
	/* A folder that cannot be removed would be found for ever. */
	for (int tries = 0; tries < 64; tries++) {
		auto_free char *path = NULL;

		if (lock_fd(guard, LOCK_EX) < 0)
			return;
		auto_fd int fd = find_dead(parent, &path);
		(void)lock_fd(guard, LOCK_UN);
		if (fd < 0 || file_remove_tree(path) < 0)
			return;
	}
}

/* Make and lock @t->path, whose end is "XXXXXX". */
static int make(struct temp *t)
{
	if (!mkdtemp(t->path))
		return -errno;
	t->fd = open(t->path, O_DIRECTORY | O_CLOEXEC);
	if (t->fd < 0)
		return -errno;
	return lock_fd(t->fd, LOCK_EX | LOCK_NB);
}

int temp_new(const char *parent, const char *name, struct temp *ret,
	     struct why *reterr_why)
{
	auto_temp struct temp t = TEMP_NONE;
	int r = file_make_folders(parent, reterr_why);

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
		(void)file_remove_tree(t->path);
	if (t->fd >= 0)
		(void)close(t->fd);
	free(t->path);
	*t = (struct temp)TEMP_NONE;
	errno = saved;
}

int entry_lock(const char *root, const char *key, bool exclusive,
	       unsigned int wait_ms, struct why *reterr_why)
{
	const struct timespec pause = { .tv_nsec = RETRY_MS * 1000000L };
	int r, how = (exclusive ? LOCK_EX : LOCK_SH) | LOCK_NB;
	auto_free char *folder = NULL, *path = NULL;
	unsigned int waited = 0;

	if (asprintf(&folder, "%s/.locks", root) < 0 ||
	    asprintf(&path, "%s/%s.lock", folder, key) < 0)
		return why_set(reterr_why, -ENOMEM, "out of memory");
	r = file_make_folders(folder, reterr_why);
	if (r < 0)
		return r;
	auto_fd int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
	if (fd < 0)
		return why_set(reterr_why, -errno, "cannot open '%s': %s", path,
			       strerror(errno));
	while ((r = lock_fd(fd, how)) == -EWOULDBLOCK && waited < wait_ms) {
		if (waited == 0)
			note("waiting for the lock of entry '%s'", key);
		(void)nanosleep(&pause, NULL);
		waited += RETRY_MS;
	}
	if (r == -EWOULDBLOCK)
		return why_set(reterr_why, -EBUSY,
			       "entry '%s' is in use: its lock '%s' is held",
			       key, path);
	if (r < 0)
		return why_set(reterr_why, r, "cannot lock '%s': %s", path,
			       strerror(-r));
	return take_fd(fd);
}
