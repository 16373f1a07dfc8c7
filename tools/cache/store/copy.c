/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/cache/store/copy.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "tools/lib/cleanup.h"
#include "tools/lib/file.h"
#include "tools/lib/hash.h"

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

enum found {
	FOUND_FOLDER, /* before what it has */
	FOUND_END,    /* of a folder, behind what it has */
	FOUND_FILE,
	FOUND_OTHER,
};

/* What is done with each thing in a tree; @bytes is the size of a file. */
typedef int found_fn(const char *path, enum found what, off_t bytes, void *arg,
		     struct why *reterr_why);

static int cannot_read(const char *path, int error, struct why *reterr_why)
{
	return why_set(reterr_why, -error, "cannot read '%s': %s", path,
		       strerror(error));
}

static int walk(const char *path, found_fn *found, void *arg,
		struct why *reterr_why);

/* The same with all that is in a folder. fts(3) of glibc takes an error of
 * getdents(2) for the end of the folder. */
static int walk_folder(const char *folder, found_fn *found, void *arg,
		       struct why *reterr_why)
{
	DIR *dir = opendir(folder);
	struct dirent *d;
	int r = 0;

	if (!dir)
		return cannot_read(folder, errno, reterr_why);
	while (r == 0 && (errno = 0, d = readdir(dir))) {
		auto_free char *path = NULL;

		if (strcmp(d->d_name, ".") == 0 || strcmp(d->d_name, "..") == 0)
			continue;
		if (asprintf(&path, "%s/%s", folder, d->d_name) < 0)
			r = why_set(reterr_why, -ENOMEM, "out of memory");
		else
			r = walk(path, found, arg, reterr_why);
	}
	if (r == 0 && errno)
		r = cannot_read(folder, errno, reterr_why);
	(void)closedir(dir);
	return r;
}

static int walk(const char *path, found_fn *found, void *arg,
		struct why *reterr_why)
{
	struct stat st;
	int r;

	if (lstat(path, &st) < 0)
		return cannot_read(path, errno, reterr_why);
	if (!S_ISDIR(st.st_mode))
		return found(path,
			     S_ISREG(st.st_mode) ? FOUND_FILE : FOUND_OTHER,
			     st.st_size, arg, reterr_why);
	r = found(path, FOUND_FOLDER, 0, arg, reterr_why);
	if (r == 0)
		r = walk_folder(path, found, arg, reterr_why);
	return r < 0 ? r : found(path, FOUND_END, 0, arg, reterr_why);
}

struct copying {
	size_t skip; /* where a path below the tree begins */
	const char *to;
	const struct copy_modes *modes;
};

static int copy_found(const char *from, enum found what, off_t bytes, void *arg,
		      struct why *reterr_why)
{
	const struct copying *c = arg;
	const char *below = from + c->skip;
	auto_free char *path = NULL;

	(void)bytes;
	below += strspn(below, "/");
	if (what == FOUND_END)
		return 0;
	if (what == FOUND_FILE)
		return copy_file(from, c->to, below, c->modes, reterr_why);
	if (what != FOUND_FOLDER)
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
	return walk(from, copy_found, &c, reterr_why);
}

static int sync_found(const char *path, enum found what, off_t bytes, void *arg,
		      struct why *reterr_why)
{
	(void)bytes;
	(void)arg;
	if (what != FOUND_END)
		return 0;
	auto_fd int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || fsync(fd) < 0)
		return why_set(reterr_why, -errno, "cannot write '%s': %s",
			       path, strerror(errno));
	return 0;
}

int copy_sync_folders(const char *dir, struct why *reterr_why)
{
	return walk(dir, sync_found, NULL, reterr_why);
}

struct describing {
	size_t skip; /* where a path below the tree begins */
	json_t *files;
};

static int describe_found(const char *path, enum found what, off_t bytes,
			  void *arg, struct why *reterr_why)
{
	const struct describing *d = arg;
	char hash[HASH_HEX_SIZE];

	if (what == FOUND_FOLDER || what == FOUND_END)
		return 0;
	if (what != FOUND_FILE)
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
	int r = d.files ? walk(dir, describe_found, &d, reterr_why)
			: why_set(reterr_why, -ENOMEM, "out of memory");

	if (r == 0)
		*ret = sort_names(d.files);
	if (r == 0 && !*ret)
		r = why_set(reterr_why, -ENOMEM, "out of memory");
	json_decref(d.files);
	return r;
}
