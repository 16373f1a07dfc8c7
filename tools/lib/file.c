/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/lib/file.h"

#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "tools/lib/cleanup.h"

/* How often others may come between two calls. */
#define NAME_TRIES 100

/* What most files fit into. */
#define ROOM_FIRST 16384

static bool grow(char **text, size_t *room, size_t most)
{
	size_t more = *room ? 2 * *room : ROOM_FIRST;
	char *grown = realloc(*text, more < most ? more : most);

	if (!grown)
		return false;
	*text = grown;
	*room = more < most ? more : most;
	return true;
}

int file_read_at(int dir, const char *name, size_t max, char **ret)
{
	auto_fd int fd = openat(dir, name, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (max >= INT_MAX)
		return -EINVAL;

	auto_free char *text = NULL;
	size_t len = 0, room = 0;
	for (;;) {
		/* For one byte more than is accepted, and the NUL. */
		if (room < len + 2 && !grow(&text, &room, max + 2))
			return -ENOMEM;
		ssize_t n = read(fd, text + len, room - 1 - len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			break;
		len += (size_t)n;
		if (len > max)
			return -EFBIG;
	}
	text[len] = '\0';
	*ret = take_ptr(text);
	return (int)len;
}

int file_write_all(int fd, const void *data, size_t len)
{
	const char *p = data;

	while (len > 0) {
		ssize_t n = write(fd, p, len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		p += n;
		len -= (size_t)n;
	}
	return 0;
}

int file_write_at(int dir, const char *name, const char *text)
{
	auto_fd int fd = openat(dir, name, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (write(fd, text, strlen(text)) < 0)
		return -errno;
	return 0;
}

/* A new file in the folder of @path, without a name: it goes with who makes
 * it, however he ends. */
static int open_unnamed(const char *path)
{
	const char *slash = strrchr(path, '/');
	auto_free char *folder =
		slash ? strndup(path, (size_t)(slash - path) + 1) : strdup(".");

	if (!folder)
		return -ENOMEM;
	int fd = open(folder, O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600);
	return fd < 0 ? -errno : fd;
}

/*
 * Give @fd, which has no name, the name @path. A link replaces nothing, so that
 * it has the name @temp for a moment. If there is one already, its maker was
 * killed in that moment, or is in it now: he finds it gone and links anew.
 */
static int name_it(int fd, const char *temp, const char *path)
{
	char from[32];
	int r = -EBUSY;

	snprintf(from, sizeof(from), "/proc/self/fd/%d", fd);
	for (int i = 0; i < NAME_TRIES && r == -EBUSY; i++) {
		if (linkat(AT_FDCWD, from, AT_FDCWD, temp, AT_SYMLINK_FOLLOW) <
		    0) {
			if (errno != EEXIST)
				return -errno;
			if (unlink(temp) < 0 && errno != ENOENT)
				return -errno;
			continue;
		}
		if (rename(temp, path) == 0)
			r = 0;
		else if (errno != ENOENT)
			r = -errno;
		/* Both may be names of one file, and a rename does nothing. */
		(void)unlink(temp);
	}
	return r;
}

/* Write and sync. */
static int fill(int fd, const void *data, size_t len, unsigned int mode)
{
	int r = file_write_all(fd, data, len);

	if (r == 0 && fchmod(fd, mode) < 0)
		r = -errno;
	if (r == 0 && fsync(fd) < 0)
		r = -errno;
	return r;
}

/* Where files cannot be without a name, such as on NFS. */
static int publish_named(char *temp, const char *path, const void *data,
			 size_t len, unsigned int mode)
{
	auto_fd int fd = mkostemp(temp, O_CLOEXEC);
	int r;

	if (fd < 0)
		return -errno;
	r = fill(fd, data, len, mode);
	if (r == 0 && rename(temp, path) < 0)
		r = -errno;
	if (r < 0)
		(void)unlink(temp);
	return r;
}

/* A rename would put a file in the place of a device or a pipe. */
static bool is_special(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0 && !S_ISREG(st.st_mode) &&
	       !S_ISLNK(st.st_mode) && !S_ISDIR(st.st_mode);
}

int file_publish(const char *path, const void *data, size_t len,
		 unsigned int mode, struct why *reterr_why)
{
	auto_free char *temp = NULL, *random = NULL;
	mode_t mask = umask(0);
	int r;

	umask(mask);
	if (is_special(path))
		return why_set(reterr_why, -EEXIST,
			       "cannot write '%s': it is no regular file",
			       path);
	if (asprintf(&temp, "%s.ktstr-new", path) < 0 ||
	    asprintf(&random, "%s.XXXXXX", path) < 0)
		return why_set(reterr_why, -ENOMEM, "out of memory");
	auto_fd int fd = open_unnamed(path);
	r = fd < 0 ? fd : fill(fd, data, len, mode & ~mask);
	if (r == 0)
		r = name_it(fd, temp, path);
	if (r == -EOPNOTSUPP || r == -EISDIR || r == -ENOENT || r == -EPERM ||
	    r == -EBUSY)
		r = publish_named(random, path, data, len, mode & ~mask);
	return r < 0 ? why_set(reterr_why, r, "cannot write '%s': %s", path,
			       strerror(-r))
		     : 0;
}

int file_make_folders(const char *path, struct why *reterr_why)
{
	auto_free char *copy = strdup(path);
	if (!copy)
		return why_set(reterr_why, -ENOMEM, "out of memory");

	for (char *p = copy + 1; *copy; p++) {
		char c = *p;

		if (c != '/' && c != '\0')
			continue;
		*p = '\0';
		if (mkdir(copy, 0777) < 0 && errno != EEXIST)
			return why_set(reterr_why, -errno,
				       "cannot make folder '%s': %s", copy,
				       strerror(errno));
		if (c == '\0')
			break;
		*p = c;
	}
	struct stat st;
	if (stat(path, &st) < 0 || !S_ISDIR(st.st_mode))
		return why_set(reterr_why, -ENOTDIR, "'%s' is not a folder",
			       path);
	return 0;
}

static int remove_one(const char *path, const struct stat *st, int type,
		      struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path) < 0 && errno != ENOENT ? errno : 0;
}

int file_remove_tree(const char *path)
{
	int r = nftw(path, remove_one, /* descriptors */ 32,
		     FTW_DEPTH | FTW_PHYS);

	if (r < 0)
		return errno == ENOENT ? 0 : -errno;
	return -r;
}
