/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmm/guest/unpack.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tools/lib/cleanup.h"
#include "tools/lib/file.h"

/* newc, cpio(5): a magic number and thirteen fields of eight hex digits. */
#define MAGIC	"070701"
#define HEADER	110
#define MODE	1
#define SIZE	6
#define NAMELEN 11
#define TRAILER "TRAILER!!!"

static int damaged(size_t at, struct why *reterr_why)
{
	return why_set(reterr_why, -EBADMSG,
		       "the job's archive is damaged at byte %zu", at);
}

/* Field @n of a header. Return: false if it is no number. */
static bool field(const char *header, unsigned int n, uint32_t *ret)
{
	const char *text = header + 6 + 8 * (size_t)n;

	*ret = 0;
	for (int i = 0; i < 8; i++) {
		char c = text[i];
		uint32_t digit;

		if (c >= '0' && c <= '9')
			digit = (uint32_t)(c - '0');
		else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
			digit = (uint32_t)((c | 0x20) - 'a' + 10);
		else
			return false;
		*ret = *ret << 4 | digit;
	}
	return true;
}

static size_t align(size_t at)
{
	return (at + 3) & ~(size_t)3;
}

int unpack_next(const char *archive, size_t len, size_t *at,
		struct unpack_entry *ret, struct why *reterr_why)
{
	const char *header = archive + *at;
	uint32_t mode, size, name_len;

	if (*at > len || len - *at < HEADER || memcmp(header, MAGIC, 6) != 0 ||
	    !field(header, MODE, &mode) || !field(header, SIZE, &size) ||
	    !field(header, NAMELEN, &name_len))
		return damaged(*at, reterr_why);
	if (name_len == 0 || name_len > len - *at - HEADER ||
	    header[HEADER + name_len - 1] != '\0' ||
	    strlen(header + HEADER) != name_len - 1)
		return damaged(*at, reterr_why);
	if (strcmp(header + HEADER, TRAILER) == 0)
		return 0;
	size_t data = align(*at + HEADER + name_len);
	if (data > len || size > len - data)
		return damaged(*at, reterr_why);
	*ret = (struct unpack_entry){ .name = header + HEADER,
				      .data = archive + data,
				      .len = size,
				      .mode = mode };
	*at = align(data + size);
	return 1;
}

/* A relative name without ".." in it. */
static bool is_inside(const char *name)
{
	if (*name == '/' || *name == '\0')
		return false;
	for (const char *part = name; part; part = strchr(part, '/')) {
		part += *part == '/';
		if (strncmp(part, "..", 2) == 0 &&
		    (part[2] == '/' || part[2] == '\0'))
			return false;
	}
	return true;
}

static int make_file(int root, const struct unpack_entry *e)
{
	auto_fd int fd = openat(root, e->name,
				O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	int r;

	if (fd < 0)
		return -errno;
	r = file_write_all(fd, e->data, e->len);
	if (r == 0 && fchmod(fd, e->mode & 07777) < 0)
		r = -errno;
	return r;
}

static int make_link(int root, const struct unpack_entry *e)
{
	char target[4096];

	if (e->len == 0 || e->len >= sizeof(target))
		return -EBADMSG;
	memcpy(target, e->data, e->len);
	target[e->len] = '\0';
	if (symlinkat(target, root, e->name) == 0)
		return 0;
	if (errno != EEXIST || unlinkat(root, e->name, 0) < 0)
		return -errno;
	return symlinkat(target, root, e->name) < 0 ? -errno : 0;
}

/* The mode of an existing folder is its file system's, such as /tmp's. */
static int make_folder(int root, const struct unpack_entry *e)
{
	struct stat st;

	if (mkdirat(root, e->name, 0700) == 0)
		return fchmodat(root, e->name, e->mode & 07777, 0) < 0 ? -errno
								       : 0;
	if (errno != EEXIST)
		return -errno;
	if (fstatat(root, e->name, &st, 0) < 0)
		return -errno;
	return S_ISDIR(st.st_mode) ? 0 : -ENOTDIR;
}

static int make(int root, const struct unpack_entry *e)
{
	if (!is_inside(e->name))
		return -EBADMSG;
	switch (e->mode & S_IFMT) {
	case S_IFREG:
		return make_file(root, e);
	case S_IFLNK:
		return make_link(root, e);
	case S_IFDIR:
		return make_folder(root, e);
	default:
		return -EBADMSG;
	}
}

int unpack(int root, const char *archive, size_t len, struct why *reterr_why)
{
	struct unpack_entry e;
	size_t at = 0;
	int r;

	while ((r = unpack_next(archive, len, &at, &e, reterr_why)) > 0) {
		r = make(root, &e);
		if (r == -ENOSPC)
			return why_set(reterr_why, r,
				       "the job's files do not fit the guest's "
				       "memory, of which they may take half: "
				       "--memory gives it more");
		if (r < 0)
			return why_set(reterr_why, r,
				       "cannot make '%.200s' of the job's "
				       "archive",
				       e.name);
	}
	return r;
}
