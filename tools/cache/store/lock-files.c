/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/cache/store/lock-files.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>

#include "tools/cache/store/entry.h"
#include "tools/cache/store/lock.h"
#include "tools/lib/cachekey.h"
#include "tools/lib/cleanup.h"
#include "tools/lib/lockfile.h"

static bool starts_with(const char *name, const char *start)
{
	return strncmp(name, start, strlen(start)) == 0;
}

/*
 * Remove one that nobody holds. It is locked meanwhile: who opened it before
 * finds, once the lock is to be had, that the name means it no more.
 */
static void drop(int folder, const char *name)
{
	auto_fd int fd = lock_file_open(folder, name, /* create */ false, NULL);

	if (fd >= 0 && lock_file_take(fd, LOCK_EX, 0) == 0 &&
	    lock_file_is_current(folder, name, fd))
		(void)unlinkat(folder, name, 0);
}

static bool has_entry(const char *root, const char *key)
{
	auto_entry struct entry e = { 0 };

	return entry_look(root, key, &e) != -ENOENT;
}

/* Remove the lock of the entry @key if there is no such entry, as a clean that
 * was killed leaves it. */
static void drop_of_entry(const char *root, const char *key)
{
	if (key_check(key, NULL) < 0 || has_entry(root, key))
		return;
	auto_fd int lock = entry_lock(root, key, 0, NULL);
	if (lock >= 0 && !has_entry(root, key))
		entry_lock_remove(root, key, lock);
}

/* Open the folder of the locks. Return: NULL when there is none. */
static DIR *open_folder(const char *root)
{
	auto_free char *path = NULL;

	if (asprintf(&path, "%s/.locks", root) < 0)
		return NULL;
	auto_fd int fd = lock_folder_open(path, /* create */ false,
					  /* path_is_ours */ false, NULL);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	if (dir)
		(void)take_fd(fd);
	return dir;
}

void lock_files_tidy(const char *root)
{
	DIR *dir = open_folder(root);
	struct dirent *d;

	while (dir && (d = readdir(dir))) {
		auto_free char *key = strdup(d->d_name);
		char *end = key ? strrchr(key, '.') : NULL;

		if (!end || strcmp(end, LOCK_FILE_END) != 0)
			continue;
		*end = '\0';
		if (starts_with(key, LOCK_FILE_BUILD) ||
		    starts_with(key, LOCK_FILE_SOURCE))
			drop(dirfd(dir), d->d_name);
		else
			drop_of_entry(root, key);
	}
	if (dir)
		(void)closedir(dir);
}

void lock_file_drop_build(const char *root, const char *key)
{
	auto_free char *name = NULL;
	DIR *dir = open_folder(root);

	if (dir && asprintf(&name, LOCK_FILE_BUILD "%s" LOCK_FILE_END, key) > 0)
		drop(dirfd(dir), name);
	if (dir)
		(void)closedir(dir);
}
