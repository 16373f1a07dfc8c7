/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/cache/source/tarball.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "tools/cache/source/resolve.h"
#include "tools/cache/store/temp.h"
#include "tools/cache/wrap/progress.h"
#include "tools/lib/cleanup.h"

/* For a top folder that is called what kbuild cannot work in. */
#define PLAIN_NAME  "linux"
#define MAX_MEMBERS 2000000u
/* Bytes. Libarchive makes folders deeper than PATH_MAX, which nobody can name,
 * and so nobody remove, from where the cache is. Linux's longest have 120. */
#define MAX_PATH  1024
#define MAX_BYTES (32ull << 30)
/* A tar archive ends in two records of zeros. */
#define TAR_RECORD 512
#define END_BYTES  (2 * TAR_RECORD)

/**
 * struct unpack - one unpacking
 * @from, @to: libarchive's two ends
 * @path:      the tarball, for messages
 * @top:       name of the one top folder, "" before the first member
 */
struct unpack {
	struct archive *from, *to;
	const char *path;
	char top[NAME_MAX + 1];
	uint64_t members, bytes;
};

bool tarball_link_is_safe(const char *name, const char *target)
{
	size_t depth = 0, n;
	bool named = false;

	for (; *name; name++)
		depth += *name == '/';
	if (*target == '/' || *target == '\0')
		return false;
	for (; *target; target += n + strspn(target + n, "/")) {
		n = strcspn(target, "/");
		if (n == 1 && *target == '.')
			continue;
		if (n != 2 || strncmp(target, "..", 2) != 0)
			named = true;
		else if (named || depth-- == 0)
			return false;
	}
	return true;
}

/* The member's path without "./" before it, or NULL if it is not safe. */
static const char *safe_path(const char *p)
{
	const char *part = p;

	if (!p || *p == '/')
		return NULL;
	while (strncmp(p, "./", 2) == 0)
		part = p = p + 2;
	while (*part) {
		size_t n = strcspn(part, "/");

		if (n == 2 && strncmp(part, "..", 2) == 0)
			return NULL;
		part += n + (part[n] == '/');
	}
	return p;
}

static int refuse(const struct unpack *u, const char *member, const char *what,
		  struct why *reterr_why)
{
	return why_set(reterr_why, -EINVAL, "tarball '%s': '%.150s' %s",
		       u->path, member ? member : "?", what);
}

/* Check that @path is in the one top folder. Return: what is below it. */
static const char *below_top(struct unpack *u, const char *path)
{
	size_t n = strcspn(path, "/");

	if (!*u->top && n > 0 && n < sizeof(u->top))
		memcpy(u->top, path, n); /* zeroed before */
	if (strncmp(path, u->top, n) != 0 || u->top[n] != '\0')
		return NULL;
	return path + n + (path[n] == '/');
}

/* Refuse what a kernel tarball has no business to hold; count the rest. */
static int check_member(struct unpack *u, struct archive_entry *e,
			struct why *reterr_why)
{
	const char *full = archive_entry_pathname(e);
	const char *path = safe_path(full), *below;
	const char *link = archive_entry_symlink(e);
	const char *hard = archive_entry_hardlink(e);
	const char *target = safe_path(hard);

	if (!path)
		return refuse(u, full, "is outside the folder", reterr_why);
	below = below_top(u, path);
	if (!below)
		return refuse(u, full, "is beside the one top folder",
			      reterr_why);
	if (strlen(path) > MAX_PATH)
		return refuse(u, full, "has a path that is too long",
			      reterr_why);
	if (++u->members > MAX_MEMBERS)
		return refuse(u, full, "is one member too many", reterr_why);
	u->bytes +=
		archive_entry_size(e) > 0 ? (uint64_t)archive_entry_size(e) : 0;
	if (u->bytes > MAX_BYTES)
		return refuse(u, full, "makes it too large", reterr_why);
	if (link && !tarball_link_is_safe(below, link))
		return refuse(u, full, "is a link that leaves the folder",
			      reterr_why);
	if (hard && (!target || !below_top(u, target)))
		return refuse(u, full, "is a link that leaves the folder",
			      reterr_why);
	if (!hard && !link && archive_entry_filetype(e) != AE_IFREG &&
	    archive_entry_filetype(e) != AE_IFDIR)
		return refuse(u, full, "is neither file, folder nor link",
			      reterr_why);
	if (*below == '\0' && archive_entry_filetype(e) != AE_IFDIR)
		return refuse(u, full, "is no folder", reterr_why);
	return 0;
}

static int damaged(const struct unpack *u, struct why *reterr_why)
{
	const char *text = archive_error_string(u->from);

	return why_set(reterr_why, -EINVAL,
		       "tarball '%s' is damaged or cut short: %s", u->path,
		       text ? text : "it ends too early");
}

static int write_failed(const struct unpack *u, struct archive_entry *e,
			struct why *reterr_why)
{
	int error = archive_errno(u->to);

	return why_set(reterr_why, error > 0 ? -error : -EIO,
		       "cannot unpack '%.150s': %s (%s)",
		       archive_entry_pathname(e), archive_error_string(u->to),
		       strerror(error > 0 ? error : EIO));
}

static int copy_member(struct unpack *u, struct archive_entry *e,
		       struct why *reterr_why)
{
	const void *data;
	int64_t at;
	size_t len;
	int r;

	/* Enough to work in it and to remove it, whatever its mode. */
	archive_entry_set_perm(
		e,
		(archive_entry_perm(e) & 0777) |
			(archive_entry_filetype(e) == AE_IFDIR ? 0700 : 0600));
	if (archive_write_header(u->to, e) < ARCHIVE_OK)
		return write_failed(u, e, reterr_why);
	if (archive_entry_hardlink(e) || archive_entry_size(e) <= 0)
		return 0;
	while ((r = archive_read_data_block(u->from, &data, &len, &at)) ==
	       ARCHIVE_OK) {
		if (archive_write_data_block(u->to, data, len, at) < ARCHIVE_OK)
			return write_failed(u, e, reterr_why);
	}
	if (r != ARCHIVE_EOF)
		return damaged(u, reterr_why);
	if (archive_write_finish_entry(u->to) < ARCHIVE_OK)
		return write_failed(u, e, reterr_why);
	return 0;
}

static int copy_all(struct unpack *u, struct progress *p, uint64_t total,
		    struct why *reterr_why)
{
	struct archive_entry *e;
	int r;

	while ((r = archive_read_next_header(u->from, &e)) == ARCHIVE_OK ||
	       r == ARCHIVE_WARN) {
		r = check_member(u, e, reterr_why);
		if (r == 0)
			r = copy_member(u, e, reterr_why);
		if (r < 0)
			return r;
		progress_share(p, (uint64_t)archive_filter_bytes(u->from, -1),
			       total);
	}
	if (r != ARCHIVE_EOF)
		return damaged(u, reterr_why);
	return 0;
}

/*
 * libarchive takes a plain tar that ends between two members for a whole one:
 * look for the zeros at its end.
 */
static int check_end(const struct unpack *u, int fd, uint64_t size,
		     struct why *reterr_why)
{
	char end[END_BYTES] = { 1 };

	if (archive_filter_code(u->from, 0) != ARCHIVE_FILTER_NONE)
		return 0;
	if (size % TAR_RECORD == 0 && size >= END_BYTES &&
	    pread(fd, end, sizeof(end), (off_t)(size - END_BYTES)) ==
		    END_BYTES &&
	    end[0] == 0 && memcmp(end, end + 1, sizeof(end) - 1) == 0)
		return 0;
	return why_set(reterr_why, -EINVAL,
		       "tarball '%s' is damaged or cut short: it has no end "
		       "mark",
		       u->path);
}

/* Unpack into the current folder. */
static int unpack_here(struct unpack *u, int fd, struct why *reterr_why)
{
	struct progress progress;
	struct stat st;
	int r;

	if (fstat(fd, &st) < 0)
		return why_set(reterr_why, -errno, "cannot read '%s': %s",
			       u->path, strerror(errno));
	u->from = tarball_open(u->path, reterr_why);
	if (!u->from)
		return -EINVAL;
	u->to = archive_write_disk_new();
	if (!u->to)
		return why_set(reterr_why, -ENOMEM, "out of memory");
	archive_write_disk_set_options(
		u->to, ARCHIVE_EXTRACT_SECURE_SYMLINKS |
			       ARCHIVE_EXTRACT_SECURE_NODOTDOT |
			       ARCHIVE_EXTRACT_SECURE_NOABSOLUTEPATHS);
	progress_begin(&progress, "unpacking", /* every_s */ 10);
	r = copy_all(u, &progress, (uint64_t)st.st_size, reterr_why);
	if (r == 0)
		r = check_end(u, fd, (uint64_t)st.st_size, reterr_why);
	if (r == 0 && archive_write_close(u->to) < ARCHIVE_OK)
		r = why_set(reterr_why, -EIO, "cannot unpack '%s': %s", u->path,
			    archive_error_string(u->to));
	progress_end(&progress);
	return r;
}

/* Unpack into @folder, with it as the current folder meanwhile. */
static int unpack_in(struct unpack *u, int fd, int folder,
		     struct why *reterr_why)
{
	auto_fd int before = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	int r;

	if (before < 0 || fchdir(folder) < 0)
		return why_set(reterr_why, -errno,
			       "cannot change to a temporary folder: %s",
			       strerror(errno));
	r = unpack_here(u, fd, reterr_why);
	archive_read_free(u->from);
	archive_write_free(u->to);
	if (fchdir(before) < 0 && r == 0)
		r = why_set(reterr_why, -errno, "cannot change back: %s",
			    strerror(errno));
	return r;
}

/* Move the top folder to its place. */
static int publish(const struct unpack *u, const struct temp *temp,
		   const char *folder, char **ret, struct why *reterr_why)
{
	auto_free char *from = NULL, *to = NULL;
	struct stat st;
	int r;

	if (asprintf(&from, "%s/%s", temp->path, u->top) < 0 ||
	    asprintf(&to, "%s/%s", folder,
		     source_odd_character(u->top) ? PLAIN_NAME : u->top) < 0)
		return why_set(reterr_why, -ENOMEM, "out of memory");
	if (!*u->top)
		return why_set(reterr_why, -EINVAL, "tarball '%s' is empty",
			       u->path);
	r = source_check_tree(from, reterr_why);
	if (r < 0)
		return why_set(reterr_why, r,
			       "tarball '%s' holds no kernel tree: '%s' lacks "
			       "Makefile or Kconfig",
			       u->path, u->top);
	if (lstat(to, &st) == 0)
		return why_set(reterr_why, -EEXIST, "'%s' is there already",
			       to);
	if (rename(from, to) < 0)
		return why_set(reterr_why, -errno, "cannot make '%s': %s", to,
			       strerror(errno));
	*ret = take_ptr(to);
	return 0;
}

int tarball_unpack(const char *path, const char *folder, char **ret,
		   struct why *reterr_why)
{
	auto_free char *absolute = realpath(path, NULL), *temps = NULL;
	struct unpack u = { .path = absolute };
	auto_temp struct temp temp = TEMP_NONE;
	bool had_folder = access(folder, F_OK) == 0;
	int r;

	if (!absolute)
		return why_set(reterr_why, -errno, "tarball '%s': %s", path,
			       strerror(errno));
	r = tarball_check(absolute, reterr_why);
	if (r < 0)
		return r;
	if (asprintf(&temps, "%s/.ktstr-tmp", folder) < 0)
		return why_set(reterr_why, -ENOMEM, "out of memory");
	auto_fd int fd = open(absolute, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return why_set(reterr_why, -errno, "cannot read '%s': %s",
			       absolute, strerror(errno));
	r = temp_new(temps, "unpack", &temp, reterr_why);
	if (r == 0)
		r = unpack_in(&u, fd, temp.fd, reterr_why);
	if (r == 0)
		r = publish(&u, &temp, folder, ret, reterr_why);
	temp_remove(&temp);
	(void)rmdir(temps); /* fails when somebody else works there */
	if (r < 0 && !had_folder)
		(void)rmdir(folder);
	return r;
}
