/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/cache/release/download-keep.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "tools/lib/cleanup.h"
#include "tools/lib/holders.h"
#include "tools/lib/lockfile.h"
#include "tools/lib/num.h"

#define DEFAULT_MB 2048
#define MAX_MB	   1000000
#define MB	   1000000u
#define TAR	   ".tar."
#define HEX_DIGITS (HASH_HEX_SIZE - 1)

void keep_add_name(struct str *out, const char *file, const char *hash)
{
	size_t n = (size_t)(strstr(file, TAR) - file);

	str_add_bytes(out, file, n);
	str_addf(out, "-%s%s", hash, file + n);
}

/* Is @name a kept @file? Then @ret is the hash in it. */
static bool is_kept(const char *name, const char *file, char ret[HASH_HEX_SIZE])
{
	size_t n = (size_t)(strstr(file, TAR) - file);

	if (strncmp(name, file, n) != 0 || name[n] != '-' ||
	    strspn(name + n + 1, "0123456789abcdef") != HEX_DIGITS ||
	    strcmp(name + n + 1 + HEX_DIGITS, file + n) != 0)
		return false;
	memcpy(ret, name + n + 1, HEX_DIGITS);
	ret[HEX_DIGITS] = '\0';
	return true;
}

/* The name of a kept @file, which the caller frees, or NULL. */
static char *find_name(int folder, const char *file, char ret[HASH_HEX_SIZE])
{
	int fd = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	char *name = NULL;
	struct dirent *d;

	while (dir && !name && (d = readdir(dir))) {
		if (is_kept(d->d_name, file, ret))
			name = strdup(d->d_name);
	}
	if (dir)
		(void)closedir(dir);
	else if (fd >= 0)
		(void)close(fd);
	return name;
}

int keep_find(int folder, const char *path, const char *file,
	      struct download *ret, char ret_hash[HASH_HEX_SIZE],
	      struct why *reterr_why)
{
	auto_free char *name = find_name(folder, file, ret_hash);
	char hash[HASH_HEX_SIZE];
	int r;

	if (!name)
		return -ENOENT;
	auto_fd int fd = openat(folder, name, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? -ENOENT
				       : why_set(reterr_why, -errno,
						 "cannot open '%s/%s': %s",
						 path, name, strerror(errno));
	r = lock_file_take(fd, LOCK_SH, LOCK_FILE_FOREVER);
	if (r == 0 && !lock_file_is_current(folder, name, fd))
		return -ENOENT;
	if (r == 0)
		r = hash_file(folder, name, hash);
	if (r < 0)
		return why_set(reterr_why, r, "cannot read '%s/%s': %s", path,
			       name, strerror(-r));
	if (strcmp(hash, ret_hash) != 0) {
		warn("'%s/%s' is damaged, removing it", path, name);
		(void)unlinkat(folder, name, 0);
		return -ENOENT;
	}
	/* The oldest go first: it is used now. */
	(void)futimens(fd, NULL);
	if (asprintf(&ret->path, "%s/%s", path, name) < 0)
		return why_set(reterr_why, -ENOMEM, "out of memory");
	ret->fd = take_fd(fd);
	return 0;
}

/* Lock it, and say whom we wait for. */
static int lock(int fd, const char *file)
{
	auto_str struct str who = { 0 };
	int r = lock_file_take(fd, LOCK_EX, 0);

	if (r != -EWOULDBLOCK)
		return r;
	holders_describe(&who, fd);
	note("waiting for the download of %s by %s", file, str_text(&who));
	return lock_file_take(fd, LOCK_EX, LOCK_FILE_FOREVER);
}

int keep_part(int folder, const char *file, struct why *reterr_why)
{
	auto_free char *name = NULL;
	int r;

	if (asprintf(&name, "%s.part", file) < 0)
		return why_set(reterr_why, -ENOMEM, "out of memory");
	/* Who had it has renamed or removed it; then look for another one. */
	for (int i = 0; i < LOCK_FILE_TRIES; i++) {
		auto_fd int fd = openat(folder, name,
					O_RDWR | O_CREAT | O_CLOEXEC, 0666);
		if (fd < 0)
			r = -errno;
		else
			r = lock(fd, file);
		if (r < 0)
			return why_set(reterr_why, r,
				       "cannot open and lock '%s' in the "
				       "cache's .downloads: %s",
				       name, strerror(-r));
		if (lock_file_is_current(folder, name, fd))
			return take_fd(fd);
	}
	return why_set(reterr_why, -EIO,
		       "'%s' in the cache's .downloads is removed again and "
		       "again, or cannot be looked at",
		       name);
}

static uint64_t limit(void)
{
	const char *value = getenv("KTSTR_DOWNLOADS_MB");
	uint64_t mb = DEFAULT_MB;

	if (value && *value && num_parse(value, 0, MAX_MB, &mb) < 0)
		warn("KTSTR_DOWNLOADS_MB '%.40s' is no number from 0 to %d, "
		     "keeping %d MB",
		     value, MAX_MB, DEFAULT_MB);
	return mb * MB;
}

/**
 * struct oldest - what is in the folder
 * @total: bytes of all tarballs and parts
 * @name:  the oldest that is not to be spared and was not tried yet
 * @since: it is newer than this
 */
struct oldest {
	uint64_t total, bytes;
	char name[NAME_MAX + 1];
	struct timespec when, since;
};

static bool is_before(struct timespec a, struct timespec b)
{
	return a.tv_sec != b.tv_sec ? a.tv_sec < b.tv_sec
				    : a.tv_nsec < b.tv_nsec;
}

static void look_at(struct oldest *o, int folder, const char *name,
		    const char *spare)
{
	struct stat st;

	if (!strstr(name, TAR) || fstatat(folder, name, &st, 0) < 0)
		return;
	o->total += (uint64_t)st.st_size;
	if (strcmp(name, spare) == 0 || !is_before(o->since, st.st_mtim) ||
	    (*o->name && !is_before(st.st_mtim, o->when)))
		return;
	snprintf(o->name, sizeof(o->name), "%s", name);
	o->when = st.st_mtim;
	o->bytes = (uint64_t)st.st_size;
}

/* Look through the folder; false when there is nothing more to remove. */
static bool find_oldest(struct oldest *o, int folder, const char *spare)
{
	int fd = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *d;

	o->total = 0;
	o->name[0] = '\0';
	while (dir && (d = readdir(dir)))
		look_at(o, folder, d->d_name, spare);
	if (dir)
		(void)closedir(dir);
	else if (fd >= 0)
		(void)close(fd);
	return *o->name;
}

void keep_trim(int folder, const char *spare)
{
	struct oldest o = { 0 };
	uint64_t most = limit();

	while (find_oldest(&o, folder, spare) && o.total > most) {
		auto_fd int fd = openat(folder, o.name, O_RDONLY | O_CLOEXEC);

		o.since = o.when;
		if (fd < 0 || lock_file_take(fd, LOCK_EX, 0) < 0)
			continue;
		detail("removing the download '%s' to stay below %llu MB",
		       o.name, (unsigned long long)(most / MB));
		(void)unlinkat(folder, o.name, 0);
	}
}
