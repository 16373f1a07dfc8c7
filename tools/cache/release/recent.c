/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/cache/release/recent.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>

#include "tools/cache/release/mirror.h"
#include "tools/lib/cacheroot.h"
#include "tools/lib/cleanup.h"
#include "tools/lib/crc.h"
#include "tools/lib/file.h"
#include "tools/lib/lockfile.h"

#define MINUTE_S 60u
#define HOUR_S	 3600u
#define DAY_S	 86400u

/* The path of a kept answer; NULL when memory ran out. */
static char *path_of(const char *root, const char *name)
{
	const char *mirror = mirror_name();
	char *path;

	if (asprintf(&path, "%s/.downloads/%s-%08x", root, name,
		     crc32_of(mirror, strlen(mirror), /* before */ 0)) < 0)
		return NULL;
	return path;
}

bool recent_get(const char *root, const char *name, size_t max, struct str *ret,
		uint64_t *ret_age_s)
{
	auto_free char *path = path_of(root, name), *text = NULL;
	time_t now = time(NULL);
	struct stat st;
	int n;

	if (!path || stat(path, &st) < 0)
		return false;
	n = file_read_at(AT_FDCWD, path, max, &text);
	if (n < 0)
		return false;
	str_add_bytes(ret, text, (size_t)n);
	*ret_age_s =
		st.st_mtime > now ? UINT64_MAX : (uint64_t)(now - st.st_mtime);
	return !ret->failed;
}

/* Under the lock of the folder, so that one leftover at most has the name. */
static int replace(const char *path, const struct str *text)
{
	auto_free char *fresh = NULL;
	int r;

	if (asprintf(&fresh, "%s.new", path) < 0)
		return -ENOMEM;
	auto_fd int fd =
		open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (fd < 0)
		return -errno;
	r = file_write_all(fd, str_text(text), text->len);
	if (r == 0 && rename(fresh, path) < 0)
		r = -errno;
	return r;
}

int recent_put(const char *root, const char *name, const struct str *text,
	       struct why *reterr_why)
{
	auto_free char *path = path_of(root, name), *folder = NULL;
	int r = path ? cache_folder(root, ".downloads", &folder, reterr_why)
		     : why_set(reterr_why, -ENOMEM, "out of memory");

	if (r < 0)
		return r;
	auto_fd int lock = open(folder, O_DIRECTORY | O_CLOEXEC);
	if (lock < 0)
		r = -errno;
	if (r == 0)
		r = lock_file_take(lock, LOCK_EX, LOCK_FILE_FOREVER);
	if (r == 0)
		r = replace(path, text);
	if (r < 0)
		return why_set(reterr_why, r, "cannot keep '%s': %s", path,
			       strerror(-r));
	return 0;
}

void recent_age(uint64_t age_s, char ret[RECENT_AGE_SIZE])
{
	unsigned long long s = age_s;

	if (age_s == UINT64_MAX)
		snprintf(ret, RECENT_AGE_SIZE, "unknown time");
	else if (s < 2 * HOUR_S)
		snprintf(ret, RECENT_AGE_SIZE, "%llu min", s / MINUTE_S);
	else if (s < 2 * DAY_S)
		snprintf(ret, RECENT_AGE_SIZE, "%llu h", s / HOUR_S);
	else
		snprintf(ret, RECENT_AGE_SIZE, "%llu days", s / DAY_S);
}
