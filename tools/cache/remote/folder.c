/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/cache/remote/folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "tools/cache/remote/archive.h"
#include "tools/cache/store/temp.h"
#include "tools/lib/cachekey.h"
#include "tools/lib/cleanup.h"
#include "tools/lib/file.h"
#include "tools/lib/words.h"

static bool is_only_ours(const struct stat *st)
{
	return st->st_uid == geteuid() && !(st->st_mode & (S_IWGRP | S_IWOTH));
}

int folder_get(const char *folder, const char *name, int *ret_fd,
	       bool *ret_is_ours, struct why *reterr_why)
{
	struct stat dir_st, st;
	auto_fd int dir = open(folder, O_DIRECTORY | O_RDONLY | O_CLOEXEC);
	auto_fd int fd = dir < 0 ? -1
				 : openat(dir, name,
					  O_RDONLY | O_NONBLOCK | O_NOFOLLOW |
						  O_CLOEXEC);

	if (fd < 0 || fstat(dir, &dir_st) < 0 || fstat(fd, &st) < 0)
		return why_set(reterr_why, -errno, "cannot read '%s/%s': %s",
			       folder, name, strerror(errno));
	if (!S_ISREG(st.st_mode))
		return why_set(reterr_why, -EBADMSG,
			       "'%s/%s' is no regular file", folder, name);
	if ((unsigned long long)st.st_size > OBJECT_MAX_BYTES)
		return why_set(reterr_why, -EFBIG,
			       "'%s/%s' has more than %llu bytes", folder, name,
			       OBJECT_MAX_BYTES);
	*ret_is_ours = is_only_ours(&dir_st) && is_only_ours(&st);
	*ret_fd = take_fd(fd);
	return 0;
}

/* Give the complete file @from its name. */
static int publish(const char *from, const char *to, bool replace)
{
	struct stat st;

	if (replace)
		return rename(from, to) < 0 ? -errno : 0;
	if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0)
		return 0;
	if (errno != EINVAL)
		return -errno;
	/* A file system that cannot: the last of two equal ones wins. */
	if (stat(to, &st) == 0)
		return -EEXIST;
	return rename(from, to) < 0 ? -errno : 0;
}

int folder_put(const char *folder, const char *name, const char *path,
	       bool replace, struct why *reterr_why)
{
	auto_free char *temps = NULL, *from = NULL, *to = NULL;
	auto_temp struct temp temp = TEMP_NONE;
	struct copy_modes modes;
	int r = file_make_folders(folder, reterr_why);

	if (r < 0)
		return r;
	if (asprintf(&temps, "%s/.tmp", folder) < 0 ||
	    asprintf(&to, "%s/%s", folder, name) < 0)
		return why_set(reterr_why, -ENOMEM, "out of memory");
	r = temp_new(temps, "push", &temp, reterr_why);
	if (r == 0)
		r = copy_modes(folder, &modes, reterr_why);
	if (r == 0)
		r = copy_file(path, temp.path, name, &modes, reterr_why);
	if (r < 0)
		return r;
	if (asprintf(&from, "%s/%s", temp.path, name) < 0)
		return why_set(reterr_why, -ENOMEM, "out of memory");
	r = publish(from, to, replace);
	if (r == -EEXIST)
		return why_set(reterr_why, r, "'%s' is there already", to);
	if (r < 0)
		return why_set(reterr_why, r, "cannot make '%s': %s", to,
			       strerror(-r));
	return 0;
}

/* Add the key of the object called @name, if it is one. */
static int add_key(char ***keys, const char *name)
{
	size_t n = strlen(name), end = strlen(OBJECT_SUFFIX);
	auto_free char *key = NULL;

	if (n <= end || strcmp(name + n - end, OBJECT_SUFFIX) != 0)
		return 0;
	key = strndup(name, n - end);
	if (!key)
		return -ENOMEM;
	return key_check(key, NULL) < 0 ? 0 : words_append(keys, key);
}

static int by_name(const void *a, const void *b)
{
	const char *const *x = a, *const *y = b;

	return strcmp(*x, *y);
}

int folder_keys(const char *folder, char ***ret, struct why *reterr_why)
{
	auto_words char **keys = NULL;
	DIR *dir = opendir(folder);
	struct dirent *d;
	int r = 0;

	if (!dir)
		return why_set(reterr_why, -errno, "cannot read '%s': %s",
			       folder, strerror(errno));
	while (r == 0 && (d = readdir(dir)))
		r = add_key(&keys, d->d_name);
	(void)closedir(dir);
	if (r == 0 && !keys)
		keys = calloc(1, sizeof(*keys));
	if (r < 0 || !keys)
		return why_set(reterr_why, -ENOMEM, "out of memory");
	if (words_count(keys) > 1)
		qsort(keys, words_count(keys), sizeof(*keys), by_name);
	*ret = take_ptr(keys);
	return 0;
}
