/* SPDX-License-Identifier: GPL-2.0-or-later */
/* archive-write.c - an entry becomes an object. */
#include "tools/cache/remote/archive.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "tools/cache/remote/manifest.h"
#include "tools/lib/cleanup.h"

#define BLOCK_BYTES 65536
#define LEVEL	    "3"

static int no_memory(struct why *why)
{
	return why_set(why, -ENOMEM, "out of memory");
}

static int failed(struct archive *a, struct why *why)
{
	int error = archive_errno(a);

	return why_set(why, error > 0 ? -error : -EIO,
		       "cannot write a packed entry: %s",
		       archive_error_string(a));
}

/* Begin a member that has no owner and no time. */
static int begin_member(struct archive *a, const char *name, uint64_t size,
			mode_t mode, struct why *why)
{
	struct archive_entry *e = archive_entry_new();
	int r;

	if (!e)
		return no_memory(why);
	archive_entry_set_pathname(e, name);
	archive_entry_set_size(e, (la_int64_t)size);
	archive_entry_set_filetype(e, AE_IFREG);
	archive_entry_set_perm(e, mode);
	archive_entry_set_mtime(e, 0, 0);
	r = archive_write_header(a, e) == ARCHIVE_OK ? 0 : failed(a, why);
	archive_entry_free(e);
	return r;
}

static int add_text(struct archive *a, const char *name, const char *text,
		    struct why *why)
{
	size_t n = strlen(text);
	int r = begin_member(a, name, n, 0644, why);

	if (r == 0 && archive_write_data(a, text, n) != (la_ssize_t)n)
		r = failed(a, why);
	return r;
}

/* Write all of @fd, and say what its SHA-256 is. */
static int add_content(struct archive *a, int fd, const char *name,
		       char ret_hash[HASH_HEX_SIZE], struct why *why)
{
	char block[BLOCK_BYTES];
	struct hash hash;
	ssize_t n;

	hash_init(&hash);
	while ((n = read(fd, block, sizeof(block))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return why_set(why, -errno, "cannot read '%s': %s",
				       name, strerror(errno));
		hash_add(&hash, block, (size_t)n);
		if (archive_write_data(a, block, (size_t)n) != n)
			return failed(a, why);
	}
	hash_hex(&hash, ret_hash);
	return 0;
}

static int add_file(struct archive *a, const struct entry *e, const char *name,
		    const json_t *file, struct why *why)
{
	const char *want = json_string_value(json_object_get(file, "sha256"));
	json_int_t size = json_integer_value(json_object_get(file, "size"));
	auto_free char *path = NULL;
	char hash[HASH_HEX_SIZE];
	struct stat st;
	int r;

	if (asprintf(&path, "%s/%s", e->path, name) < 0)
		return no_memory(why);
	auto_fd int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) < 0)
		return why_set(why, -errno, "cannot read '%s': %s", path,
			       strerror(errno));
	if (!S_ISREG(st.st_mode) || st.st_size != size)
		return why_set(why, -EBADMSG,
			       "'%s' has another size than it had", path);
	r = begin_member(a, name, (uint64_t)size,
			 st.st_mode & S_IXUSR ? 0755 : 0644, why);
	if (r == 0)
		r = add_content(a, fd, path, hash, why);
	if (r == 0 && (!want || strcmp(want, hash) != 0))
		r = why_set(why, -EBADMSG,
			    "'%s' has another content than it had", path);
	return r;
}

/* The order of members: those that every entry has, then by name. */
static int rank(const struct entry *e, const char *name)
{
	if (strcmp(name, entry_text(e, "image_name")) == 0)
		return 0;
	if (strcmp(name, "vmlinux") == 0)
		return 1;
	return strcmp(name, "config") == 0 ? 2 : 3;
}

static int by_rank(const void *a, const void *b, void *entry)
{
	const char *const *x = a, *const *y = b;
	int r = rank(entry, *x) - rank(entry, *y);

	return r ? r : strcmp(*x, *y);
}

static int add_files(struct archive *a, const struct entry *e, struct why *why)
{
	json_t *files = json_object_get(e->meta, "files"), *file;
	size_t count = json_object_size(files), n = 0;
	auto_free const char **names = calloc(count + 1, sizeof(*names));
	const char *name;
	int r = 0;

	if (!names)
		return no_memory(why);
	json_object_foreach(files, name, file)
	{
		names[n++] = name;
	}
	qsort_r(names, n, sizeof(*names), by_rank, (void *)e);
	for (size_t i = 0; i < n && r == 0; i++)
		r = add_file(a, e, names[i], json_object_get(files, names[i]),
			     why);
	return r;
}

static int add_all(struct archive *a, const struct entry *e,
		   const char *sign_key, struct why *why)
{
	auto_free char *text = NULL;
	char sign[HASH_HEX_SIZE + 1];
	int r = manifest_make(e, &text, why);

	if (r == 0)
		r = add_text(a, ENTRY_METADATA, text, why);
	if (r == 0 && sign_key) {
		manifest_sign(sign_key, text, strlen(text), sign);
		memcpy(sign + HASH_HEX_SIZE - 1, "\n", 2);
		r = add_text(a, OBJECT_SIGN, sign, why);
	}
	return r < 0 ? r : add_files(a, e, why);
}

int object_write(const struct entry *e, const char *sign_key, int fd,
		 struct why *reterr_why)
{
	struct archive *a = archive_write_new();
	int r = 0;

	if (!a)
		return no_memory(reterr_why);
	if (archive_write_add_filter_zstd(a) != ARCHIVE_OK ||
	    archive_write_set_filter_option(a, "zstd", "compression-level",
					    LEVEL) != ARCHIVE_OK ||
	    archive_write_set_format_ustar(a) != ARCHIVE_OK ||
	    archive_write_set_bytes_in_last_block(a, 1) != ARCHIVE_OK ||
	    archive_write_open_fd(a, fd) != ARCHIVE_OK)
		r = failed(a, reterr_why);
	if (r == 0)
		r = add_all(a, e, sign_key, reterr_why);
	if (r == 0 && archive_write_close(a) != ARCHIVE_OK)
		r = failed(a, reterr_why);
	archive_write_free(a);
	return r;
}
