/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/cache/store/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "tools/cache/store/entry.h"
#include "tools/lib/cacheroot.h"
#include "tools/lib/cleanup.h"
#include "tools/lib/holders.h"
#include "tools/lib/lockfile.h"

/* How exact the time of the last use is, in seconds. */
#define USE_GRAIN_S 3600
#define NS_PER_MS   1000000ULL
/* How often a lock file may be removed under us before we give up. */
#define TRIES 100

/* The lock of one entry: the folder's descriptor and the file's name. */
struct place {
	int folder;
	char *name;
};

#define auto_place __attribute__((cleanup(place_done)))

static void place_done(struct place *p)
{
	cleanup_fd(&p->folder);
	free(p->name);
}

static int find(const char *root, const char *key, struct place *ret,
		struct why *reterr_why)
{
	auto_free char *path = NULL;

	*ret = (struct place){ .folder = -1 };
	if (asprintf(&path, "%s/.locks", root) < 0 ||
	    asprintf(&ret->name, "%s.lock", key) < 0)
		return why_set(reterr_why, -ENOMEM, "out of memory");
	ret->folder = lock_folder_open(path, /* create */ false,
				       /* path_is_ours */ false, reterr_why);
	return ret->folder < 0 ? ret->folder : 0;
}

/* Take the lock on @fd; say once for whom we wait. */
static int take(int fd, int kind, const char *key, unsigned int wait_ms,
		struct why *reterr_why)
{
	auto_str struct str who = { 0 };
	int r = lock_file_take(fd, kind, 0);

	if (r == -EWOULDBLOCK) {
		holders_describe(&who, fd);
		if (wait_ms) {
			note("waiting for entry '%s', in use by %s", key,
			     str_text(&who));
			r = lock_file_take(fd, kind, wait_ms * NS_PER_MS);
		}
	}
	if (r == -EWOULDBLOCK)
		return why_set(reterr_why, -EBUSY, "entry '%s' is in use by %s",
			       key, str_text(&who));
	if (r < 0)
		return why_set(reterr_why, r, "cannot lock entry '%s': %s", key,
			       strerror(-r));
	return 0;
}

/* Open and lock; again when the file was removed by who had it before us. */
static int lock(const struct place *at, const char *key, int kind, bool create,
		unsigned int wait_ms, struct why *reterr_why)
{
	for (int i = 0; i < TRIES; i++) {
		auto_fd int fd = lock_file_open(at->folder, at->name, create,
						reterr_why);
		int r = fd;

		if (r >= 0)
			r = take(fd, kind, key, wait_ms, reterr_why);
		if (r < 0)
			return r;
		if (lock_file_is_current(at->folder, at->name, fd))
			return take_fd(fd);
	}
	return why_set(reterr_why, -EBUSY,
		       "the lock of entry '%s' is removed "
		       "again and again",
		       key);
}

int entry_lock(const char *root, const char *key, unsigned int wait_ms,
	       struct why *reterr_why)
{
	auto_place struct place at = { .folder = -1 };
	int r = cache_folder(root, ".locks", NULL, reterr_why);

	if (r == 0)
		r = find(root, key, &at, reterr_why);
	return r < 0 ? r
		     : lock(&at, key, LOCK_EX, /* create */ true, wait_ms,
			    reterr_why);
}

/* Note the use, if the last note is old. May be another user's file, or on a
 * read-only file system. */
static void stamp(int fd)
{
	struct stat st;

	if (fstat(fd, &st) == 0 && time(NULL) - st.st_mtime >= USE_GRAIN_S)
		(void)futimens(fd, NULL);
}

static bool is_read_only(const char *path)
{
	struct statvfs st;

	return statvfs(path, &st) == 0 && (st.f_flag & ST_RDONLY);
}

/*
 * Is it there, without a lock, and says of itself that it is an entry? Only
 * then a lock may be made for who only reads: a lock would say so from then on,
 * and clean would remove what is the user's.
 */
static bool says_it_is_entry(const char *root, const char *key)
{
	auto_entry struct entry e = { 0 };

	return entry_look(root, key, &e) == 0 && entry_names_itself(&e);
}

int entry_hold(const char *root, const char *key, unsigned int wait_ms,
	       int *ret_fd, struct why *reterr_why)
{
	auto_place struct place at = { .folder = -1 };
	struct why why;
	int r = find(root, key, &at, &why);

	if (r == 0)
		r = lock(&at, key, LOCK_SH, /* create */ false, wait_ms, &why);
	if (r == -ENOENT && at.folder >= 0 && says_it_is_entry(root, key))
		r = lock(&at, key, LOCK_SH, /* create */ true, wait_ms, &why);
	if (r == -EBUSY)
		return why_set(reterr_why, r, "%s", why.text);
	if (r >= 0)
		stamp(r);
	else if (r == -ENOENT)
		detail("'%s' has no lock for it: entry '%s' is read without "
		       "one",
		       root, key);
	else if (is_read_only(root))
		detail("'%s' is read-only: entry '%s' needs no lock", root,
		       key);
	else
		warn("%s, entry '%s' is read without a lock", why.text, key);
	*ret_fd = r < 0 ? -1 : r;
	return 0;
}

void entry_lock_remove(const char *root, const char *key, int fd)
{
	auto_place struct place at = { .folder = -1 };

	/* In a shared cache the file may be another user's; it may stay. */
	if (find(root, key, &at, NULL) == 0 &&
	    lock_file_is_current(at.folder, at.name, fd))
		(void)unlinkat(at.folder, at.name, 0);
}

void entry_used(const char *root, const char *key)
{
	auto_place struct place at = { .folder = -1 };

	if (find(root, key, &at, NULL) < 0)
		return;
	auto_fd int fd =
		lock_file_open(at.folder, at.name, /* create */ true, NULL);
	if (fd >= 0)
		stamp(fd);
}

int entry_last_use(const char *root, const char *key, time_t *ret)
{
	auto_place struct place at = { .folder = -1 };
	int r = find(root, key, &at, NULL);
	struct stat st = { 0 };

	if (r == 0 && fstatat(at.folder, at.name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		r = -errno;
	*ret = st.st_mtime;
	return why_is_system(r) ? r : 0;
}
