/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/cache/store/copy.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "tools/lib/cleanup.h"
#include "tools/lib/file.h"
#include "tools/lib/hash.h"
#include "tools/lib/walk.h"

#define BLOCK_BYTES 65536

static int copy_bytes(int in, int out)
{
	char block[BLOCK_BYTES];

	for (;;) {
		ssize_t n = read(in, block, sizeof(block));
		int r;

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? -errno : 0;
		r = file_write_all(out, block, (size_t)n);
		if (r < 0)
			return r;
	}
}

int copy_modes(const char *root, struct copy_modes *ret, struct why *reterr_why)
{
	struct stat st;

	if (stat(root, &st) < 0)
		return why_set(reterr_why, -errno, "cannot look at '%s': %s",
			       root, strerror(errno));
	ret->dir = (st.st_mode & 0777) | S_IRWXU;
	if (st.st_mode & S_ISVTX)
		ret->dir &= ~(mode_t)(S_IWGRP | S_IWOTH);
	ret->file = ret->dir & 0444;
	return 0;
}

int copy_make_folder(const char *path, const struct copy_modes *modes,
		     struct why *reterr_why)
{
	mode_t mask = umask(0);
	int r = mkdir(path, modes->dir) < 0 ? -errno : 0;

	umask(mask);
	if (r < 0)
		return why_set(reterr_why, r, "cannot make '%s': %s", path,
			       strerror(-r));
	return 0;
}

int copy_finish(int fd, const struct copy_modes *modes)
{
	mode_t mode = modes->file;
	struct stat st;

	if (fstat(fd, &st) < 0)
		return -errno;
	if (st.st_mode & S_IXUSR)
		mode |= modes->dir & 0111;
	return fchmod(fd, mode) < 0 || fsync(fd) < 0 ? -errno : 0;
}

int copy_file(const char *from, const char *to_dir, const char *name,
	      const struct copy_modes *modes, struct why *reterr_why)
{
	auto_free char *to = NULL;
	struct stat st;
	int r;

	auto_fd int in = open(from, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (in < 0 || fstat(in, &st) < 0)
		return why_set(reterr_why, -errno, "cannot read '%s': %s", from,
			       strerror(errno));
	if (!S_ISREG(st.st_mode))
		return why_set(reterr_why, -EINVAL, "'%s' is no regular file",
			       from);
	if (asprintf(&to, "%s/%s", to_dir, name) < 0)
		return why_set(reterr_why, -ENOMEM, "out of memory");
	auto_fd int out = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
			       st.st_mode & S_IXUSR ? 0700 : 0600);
	if (out < 0)
		return why_set(reterr_why, -errno, "cannot create '%s': %s", to,
			       strerror(errno));
	r = copy_bytes(in, out);
	if (r == 0)
		r = copy_finish(out, modes);
	if (r < 0)
		return why_set(reterr_why, r, "cannot copy '%s' to '%s': %s",
			       from, to, strerror(-r));
	return 0;
}

struct copying {
	size_t skip; /* where a path below the tree begins */
	const char *to;
	const struct copy_modes *modes;
};

static int cannot_read(const char *path, int error, struct why *reterr_why)
{
	return why_set(reterr_why, -error, "cannot read '%s': %s", path,
		       strerror(error));
}

static int copy_found(const char *from, enum walk_found what, off_t bytes,
		      void *arg, struct why *reterr_why)
{
	const struct copying *c = arg;
	const char *below = from + c->skip;
	auto_free char *path = NULL;

	(void)bytes;
	below += strspn(below, "/");
	if (what == WALK_END)
		return 0;
	if (what == WALK_GONE)
		return cannot_read(from, ENOENT, reterr_why);
	if (what == WALK_FILE)
		return copy_file(from, c->to, below, c->modes, reterr_why);
	if (what != WALK_FOLDER)
		return why_set(reterr_why, -EINVAL,
			       "'%s' is neither file nor folder", from);
	if (asprintf(&path, "%s/%s", c->to, below) < 0)
		return why_set(reterr_why, -ENOMEM, "out of memory");
	return copy_make_folder(path, c->modes, reterr_why);
}

int copy_tree(const char *from, const char *to_dir, const char *name,
	      const struct copy_modes *modes, struct why *reterr_why)
{
	struct copying c = { .skip = strlen(from), .modes = modes };
	auto_free char *to = NULL;

	if (asprintf(&to, "%s/%s", to_dir, name) < 0)
		return why_set(reterr_why, -ENOMEM, "out of memory");
	c.to = to;
	return walk_tree(from, copy_found, &c, reterr_why);
}

static int sync_found(const char *path, enum walk_found what, off_t bytes,
		      void *arg, struct why *reterr_why)
{
	(void)bytes;
	(void)arg;
	if (what == WALK_GONE)
		return cannot_read(path, ENOENT, reterr_why);
	if (what != WALK_END)
		return 0;
	auto_fd int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || fsync(fd) < 0)
		return why_set(reterr_why, -errno, "cannot write '%s': %s",
			       path, strerror(errno));
	return 0;
}

int copy_sync_folders(const char *dir, struct why *reterr_why)
{
	return walk_tree(dir, sync_found, NULL, reterr_why);
}

struct describing {
	size_t skip; /* where a path below the tree begins */
	json_t *files;
};

static int describe_found(const char *path, enum walk_found what, off_t bytes,
			  void *arg, struct why *reterr_why)
{
	const struct describing *d = arg;
	char hash[HASH_HEX_SIZE];

	if (what == WALK_FOLDER || what == WALK_END)
		return 0;
	if (what == WALK_GONE)
		return cannot_read(path, ENOENT, reterr_why);
	if (what != WALK_FILE)
		return why_set(reterr_why, -EINVAL, "'%s' is no file", path);
	int r = hash_file(AT_FDCWD, path, hash);
	if (r < 0)
		return cannot_read(path, -r, reterr_why);
	if (json_object_set_new(d->files, path + d->skip,
				json_pack("{s:I, s:s}", "size",
					  (json_int_t)bytes, "sha256", hash)) <
	    0)
		return why_set(reterr_why, -ENOMEM, "out of memory");
	return 0;
}

/* The same with its names in order. */
static json_t *sort_names(const json_t *o)
{
	auto_free char *text = json_dumps(o, JSON_SORT_KEYS);

	return text ? json_loads(text, 0, NULL) : NULL;
}

int copy_describe(const char *dir, json_t **ret, struct why *reterr_why)
{
	struct describing d = { .skip = strlen(dir) + 1,
				.files = json_object() };
	int r = d.files ? walk_tree(dir, describe_found, &d, reterr_why)
			: why_set(reterr_why, -ENOMEM, "out of memory");

	if (r == 0)
		*ret = sort_names(d.files);
	if (r == 0 && !*ret)
		r = why_set(reterr_why, -ENOMEM, "out of memory");
	json_decref(d.files);
	return r;
}
