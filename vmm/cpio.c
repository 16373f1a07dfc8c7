/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmm/cpio.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "tools/lib/cleanup.h"
#include "tools/lib/words.h"

struct cpio {
	struct archive *out;
	char **folders; /* added so far */
	long long inode;
	uint64_t unpacked; /* see cpio_unpacked() */
};

#define PAGE_BYTES  4096
#define INODE_BYTES 1024

struct cpio *cpio_free(struct cpio *c)
{
	if (!c)
		return NULL;
	words_free(c->folders);
	archive_write_free(c->out);
	free(c);
	return NULL;
}

void cpio_freep(struct cpio **c)
{
	cpio_free(*c);
}

int cpio_new(int fd, struct cpio **ret)
{
	auto_cpio struct cpio *c = calloc(1, sizeof(*c));

	if (!c)
		return -ENOMEM;
	c->out = archive_write_new();
	if (!c->out)
		return -ENOMEM;
	if (archive_write_set_format_cpio_newc(c->out) != ARCHIVE_OK ||
	    archive_write_set_bytes_in_last_block(c->out, 512) != ARCHIVE_OK ||
	    archive_write_open_fd(c->out, fd) != ARCHIVE_OK)
		return -ENOMEM;
	*ret = take_ptr(c);
	return 0;
}

static int failed(struct cpio *c, const char *name, struct why *reterr_why)
{
	int err = archive_errno(c->out);

	return why_set(reterr_why, err > 0 ? -err : -EIO,
		       "cannot write '%s' into the archive: %s", name,
		       archive_error_string(c->out));
}

uint64_t cpio_unpacked(const struct cpio *c)
{
	return c->unpacked;
}

/* A tmpfs has at most as many inodes as pages. */
static void count(struct cpio *c, uint64_t len)
{
	uint64_t pages = (len + PAGE_BYTES - 1) / PAGE_BYTES;

	c->unpacked += (pages ? pages : 1) * PAGE_BYTES + INODE_BYTES;
}

static int add_header(struct cpio *c, const char *name, unsigned int mode,
		      size_t len, struct why *reterr_why)
{
	struct archive_entry *e = archive_entry_new();
	int r;

	if (!e)
		return why_set(reterr_why, -ENOMEM, "out of memory");
	archive_entry_set_pathname(e, name);
	archive_entry_set_mode(e, mode);
	archive_entry_set_size(e, (la_int64_t)len);
	archive_entry_set_mtime(e, 0, 0);
	archive_entry_set_nlink(e, S_ISDIR(mode) ? 2 : 1);
	archive_entry_set_ino64(e, ++c->inode);
	count(c, len);
	r = archive_write_header(c->out, e);
	archive_entry_free(e);
	return r == ARCHIVE_OK ? 0 : failed(c, name, reterr_why);
}

static bool has_folder(struct cpio *c, const char *name)
{
	for (char **f = c->folders; f && *f; f++) {
		if (strcmp(*f, name) == 0)
			return true;
	}
	return false;
}

static int add_folders(struct cpio *c, const char *name, struct why *reterr_why)
{
	auto_free char *copy = strdup(name);
	int r = 0;

	if (!copy)
		return why_set(reterr_why, -ENOMEM, "out of memory");
	for (char *p = strchr(copy, '/'); p && r == 0; p = strchr(p + 1, '/')) {
		*p = '\0';
		if (!has_folder(c, copy)) {
			r = add_header(c, copy, S_IFDIR | 0755, 0, reterr_why);
			if (r == 0 && words_append(&c->folders, copy) < 0)
				r = why_set(reterr_why, -ENOMEM,
					    "out of memory");
		}
		*p = '/';
	}
	return r;
}

int cpio_add_folder(struct cpio *c, const char *name, unsigned int mode,
		    struct why *reterr_why)
{
	int r = add_folders(c, name, reterr_why);

	if (r < 0 || has_folder(c, name))
		return r;
	r = add_header(c, name, S_IFDIR | mode, 0, reterr_why);
	if (r == 0 && words_append(&c->folders, name) < 0)
		r = why_set(reterr_why, -ENOMEM, "out of memory");
	return r;
}

int cpio_add_link(struct cpio *c, const char *name, const char *target,
		  struct why *reterr_why)
{
	struct archive_entry *e = archive_entry_new();
	int r = add_folders(c, name, reterr_why);

	if (!e)
		return why_set(reterr_why, -ENOMEM, "out of memory");
	archive_entry_set_pathname(e, name);
	archive_entry_set_mode(e, S_IFLNK | 0777);
	archive_entry_set_symlink(e, target);
	archive_entry_set_size(e, 0);
	archive_entry_set_mtime(e, 0, 0);
	archive_entry_set_nlink(e, 1);
	archive_entry_set_ino64(e, ++c->inode);
	count(c, strlen(target));
	if (r == 0 && archive_write_header(c->out, e) != ARCHIVE_OK)
		r = failed(c, name, reterr_why);
	archive_entry_free(e);
	return r;
}

int cpio_add_data(struct cpio *c, const char *name, unsigned int mode,
		  const void *data, size_t len, struct why *reterr_why)
{
	int r = add_folders(c, name, reterr_why);

	if (r == 0)
		r = add_header(c, name, S_IFREG | mode, len, reterr_why);
	if (r == 0 && len > 0 &&
	    archive_write_data(c->out, data, len) != (la_ssize_t)len)
		r = failed(c, name, reterr_why);
	return r;
}

static bool is_as_before(int fd, const struct stat *before)
{
	struct stat st;

	return fstat(fd, &st) == 0 && st.st_size == before->st_size &&
	       st.st_mtim.tv_sec == before->st_mtim.tv_sec &&
	       st.st_mtim.tv_nsec == before->st_mtim.tv_nsec;
}

int cpio_add_file(struct cpio *c, const char *name, unsigned int mode,
		  const char *path, struct why *reterr_why)
{
	struct stat st;
	char buf[65536];
	int r;

	auto_fd int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) < 0)
		return why_set(reterr_why, -errno, "cannot read '%s': %s", path,
			       strerror(errno));
	if (!S_ISREG(st.st_mode))
		return why_set(reterr_why, -EINVAL,
			       "'%s' is not a regular file", path);
	r = add_folders(c, name, reterr_why);
	if (r == 0)
		r = add_header(c, name, S_IFREG | mode, (size_t)st.st_size,
			       reterr_why);
	for (la_int64_t left = st.st_size; r == 0 && left > 0;) {
		ssize_t n = read(fd, buf, sizeof(buf));
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0 || n > left)
			return why_set(reterr_why, -EIO,
				       "'%s' changed while it was read", path);
		if (archive_write_data(c->out, buf, (size_t)n) != n)
			r = failed(c, name, reterr_why);
		left -= n;
	}
	/* Else it may be half the old one and half the new one. */
	if (r == 0 && !is_as_before(fd, &st))
		return why_set(reterr_why, -EIO,
			       "'%s' changed while it was read", path);
	return r;
}

int cpio_finish(struct cpio *c, struct why *reterr_why)
{
	if (archive_write_close(c->out) != ARCHIVE_OK)
		return failed(c, "the trailer", reterr_why);
	return 0;
}
