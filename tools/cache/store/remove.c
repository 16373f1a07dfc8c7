/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/cache/store/remove.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>

#include "tools/cache/store/entry.h"
#include "tools/cache/store/lock-files.h"
#include "tools/cache/store/lock.h"
#include "tools/cache/store/temp.h"
#include "tools/lib/cacheroot.h"
#include "tools/lib/cleanup.h"
#include "tools/lib/file.h"
#include "tools/lib/holders.h"
#include "tools/lib/lockfile.h"

/* How often a thing may be removed under us before we give up. */
#define TRIES 100

/*
 * Move the folder @path out of sight, and then remove it.
 *
 * It becomes a temporary folder itself, and makes none, for which a full disk
 * may have no room. Who is killed on the way leaves it to the next command.
 */
static int discard_folder(const char *root, const char *path,
			  struct why *reterr_why)
{
	auto_free char *temps = NULL, *doomed = NULL;
	const char *name = strrchr(path, '/') + 1;
	int r = cache_folder(root, ".tmp", &temps, reterr_why);

	if (r < 0)
		return r;
	if (asprintf(&doomed, "%s/clean.%s", temps, name) < 0)
		return why_set(reterr_why, -ENOMEM, "out of memory");
	(void)temp_sweep(temps); /* one of that name may be left there */
	auto_fd int fd = open(path, O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd >= 0)
		(void)flock(fd, LOCK_EX | LOCK_NB);
	bool marked = fd >= 0 && temp_mark(fd) == 0;
	if (rename(path, doomed) < 0) {
		r = -errno;
		if (marked)
			(void)unlinkat(fd, TEMP_MARK, 0);
		return r == -ENOENT ? 0
				    : why_set(reterr_why, r,
					      "cannot remove '%s': %s", path,
					      strerror(-r));
	}
	/* On a disk that is too full for a mark a file becomes it. */
	if (fd >= 0 && !marked)
		(void)renameat(fd, ENTRY_METADATA, fd, TEMP_MARK);
	r = temp_remove_tree(doomed);
	return r == 0 ? 0
		      : why_set(reterr_why, r,
				"'%s' is gone from the cache, but not all of "
				"'%s' could be removed: %s",
				name, doomed, strerror(-r));
}

/* Remove a file or a folder. */
static int discard(const char *root, const char *path, struct why *reterr_why)
{
	if (unlink(path) == 0 || errno == ENOENT)
		return 0;
	if (errno == EISDIR)
		return discard_folder(root, path, reterr_why);
	return why_set(reterr_why, -errno, "cannot remove '%s': %s", path,
		       strerror(errno));
}

int entry_remove(const char *root, const char *key, struct why *reterr_why)
{
	auto_free char *path = NULL;
	int r;

	if (asprintf(&path, "%s/%s", root, key) < 0)
		return why_set(reterr_why, -ENOMEM, "out of memory");
	auto_fd int lock = entry_lock(root, key, /* wait_ms */ 0, reterr_why);
	if (lock < 0)
		return lock;
	r = discard_folder(root, path, reterr_why);
	if (r == 0)
		entry_lock_remove(root, key, lock);
	if (r == 0)
		lock_file_drop_build(root, key);
	return r;
}

/* Lock a file or folder. Return: 0, -EBUSY with a sentence, or -errno. */
static int lock_fd(int fd, const char *path, struct why *reterr_why)
{
	auto_str struct str who = { 0 };

	if (flock(fd, LOCK_EX | LOCK_NB) == 0)
		return 0;
	if (errno != EWOULDBLOCK)
		return why_set(reterr_why, -errno, "cannot lock '%s': %s", path,
			       strerror(errno));
	holders_describe(&who, fd);
	return why_set(reterr_why, -EBUSY, "'%s' is in use by %s", path,
		       str_text(&who));
}

/*
 * Open and lock a file or folder, if it is there; again when it was removed, or
 * made anew, before its lock was ours.
 *
 * Return: a descriptor, -ENOENT, -EBUSY with a sentence, or -errno.
 */
static int lock_thing(const char *path, struct why *reterr_why)
{
	for (int i = 0; i < TRIES; i++) {
		auto_fd int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOFOLLOW |
						    O_CLOEXEC);
		int r;

		if (fd < 0)
			return why_set(reterr_why, -errno,
				       "cannot open '%s': %s", path,
				       strerror(errno));
		r = lock_fd(fd, path, reterr_why);
		if (r < 0)
			return r;
		if (lock_file_is_current(AT_FDCWD, path, fd))
			return take_fd(fd);
	}
	return why_set(reterr_why, -EBUSY,
		       "'%s' is made and removed again and again", path);
}

int thing_remove(const char *root, const char *name, struct why *reterr_why)
{
	auto_free char *path = NULL, *lock_path = NULL, *note_path = NULL;
	int r;

	if (asprintf(&path, "%s/%s", root, name) < 0 ||
	    asprintf(&lock_path, "%s.lock", path) < 0 ||
	    asprintf(&note_path, "%s.note", path) < 0)
		return why_set(reterr_why, -ENOMEM, "out of memory");
	auto_fd int beside = lock_thing(lock_path, reterr_why);
	if (beside < 0 && beside != -ENOENT)
		return beside;
	auto_fd int fd = lock_thing(path, reterr_why);
	if (fd < 0)
		return fd == -ENOENT ? 0 : fd;
	r = discard(root, path, reterr_why);
	if (r == 0 && beside >= 0)
		(void)unlink(lock_path);
	if (r == 0)
		(void)unlink(note_path);
	return r;
}
