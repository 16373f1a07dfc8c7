/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/cache/store/copy.h"

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
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

/* Copy what fts found to the same place below @to. */
static int copy_found(const FTSENT *e, size_t skip, const char *to,
		      const struct copy_modes *modes, struct why *reterr_why)
{
	const char *below = e->fts_path + skip;
	auto_free char *path = NULL;

	below += strspn(below, "/");
	if (e->fts_info == FTS_DP)
		return 0;
	if (e->fts_info == FTS_F)
		return copy_file(e->fts_accpath, to, below, modes, reterr_why);
	if (e->fts_info != FTS_D)
		return why_set(reterr_why, -EINVAL,
			       "'%s' is neither file nor folder", e->fts_path);
	if (asprintf(&path, "%s/%s", to, below) < 0)
		return why_set(reterr_why, -ENOMEM, "out of memory");
	return copy_make_folder(path, modes, reterr_why);
}

int copy_tree(const char *from, const char *to_dir, const char *name,
	      const struct copy_modes *modes, struct why *reterr_why)
{
	char *paths[] = { (char *)from, NULL };
	auto_free char *to = NULL;
	FTSENT *e;
	FTS *fts;
	int r = 0;

	if (asprintf(&to, "%s/%s", to_dir, name) < 0)
		return why_set(reterr_why, -ENOMEM, "out of memory");
	fts = fts_open(paths, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
	if (!fts)
		return why_set(reterr_why, -errno, "cannot read '%s': %s", from,
			       strerror(errno));
	while (r == 0 && (e = fts_read(fts))) {
		if (e->fts_info == FTS_NS || e->fts_info == FTS_ERR ||
		    e->fts_info == FTS_DNR)
			r = why_set(reterr_why, -e->fts_errno,
				    "cannot read '%s': %s", e->fts_path,
				    strerror(e->fts_errno));
		else
			r = copy_found(e, strlen(from), to, modes, reterr_why);
	}
	(void)fts_close(fts);
	return r;
}

static int sync_folder(const char *path, struct why *reterr_why)
{
	auto_fd int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0 || fsync(fd) < 0)
		return why_set(reterr_why, -errno, "cannot write '%s': %s",
			       path, strerror(errno));
	return 0;
}

int copy_sync_folders(const char *dir, struct why *reterr_why)
{
	char *paths[] = { (char *)dir, NULL };
	FTS *fts = fts_open(paths, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
	FTSENT *e;
	int r = 0;

	if (!fts)
		return why_set(reterr_why, -errno, "cannot list '%s': %s", dir,
			       strerror(errno));
	while (r == 0 && (e = fts_read(fts))) {
		if (e->fts_info == FTS_DP)
			r = sync_folder(e->fts_path, reterr_why);
	}
	(void)fts_close(fts);
	return r;
}

static int describe_one(const FTSENT *e, size_t skip, json_t *files,
			struct why *reterr_why)
{
	char hash[HASH_HEX_SIZE];
	int r = hash_file(AT_FDCWD, e->fts_accpath, hash);

	if (r < 0)
		return why_set(reterr_why, r, "cannot read '%s': %s",
			       e->fts_path, strerror(-r));
	if (json_object_set_new(files, e->fts_path + skip,
				json_pack("{s:I, s:s}", "size",
					  (json_int_t)e->fts_statp->st_size,
					  "sha256", hash)) < 0)
		return why_set(reterr_why, -ENOMEM, "out of memory");
	return 0;
}

static int by_name(const FTSENT **a, const FTSENT **b)
{
	return strcmp((*a)->fts_name, (*b)->fts_name);
}

int copy_describe(const char *dir, json_t **ret, struct why *reterr_why)
{
	char *paths[] = { (char *)dir, NULL };
	FTS *fts = fts_open(paths, FTS_PHYSICAL | FTS_NOCHDIR, by_name);
	json_t *files = json_object();
	FTSENT *e;
	int r = 0;

	while (fts && r == 0 && (e = fts_read(fts))) {
		if (e->fts_info == FTS_F)
			r = describe_one(e, strlen(dir) + 1, files, reterr_why);
		else if (e->fts_info != FTS_D && e->fts_info != FTS_DP)
			r = why_set(reterr_why, -EIO, "cannot read '%s'",
				    e->fts_path);
	}
	if (!fts || !files)
		r = why_set(reterr_why, -ENOMEM, "cannot list '%s'", dir);
	if (fts)
		(void)fts_close(fts);
	if (r < 0)
		json_decref(files);
	else
		*ret = files;
	return r;
}
