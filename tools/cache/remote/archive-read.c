/* SPDX-License-Identifier: GPL-2.0-or-later */
/* archive-read.c - an object becomes an entry, if it is a good one. */
#include "tools/cache/remote/archive.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <nettle/memops.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "tools/cache/remote/manifest.h"
#include "tools/lib/cleanup.h"
#include "tools/lib/file.h"

#define BLOCK_BYTES 65536

/**
 * struct reading - an object that is read
 * @a:      libarchive's end of it
 * @member: the member that is next, or NULL when there is none
 * @from:   where it is from
 * @left:   names of the files that have not come yet
 * @folder: where they go, open at @dir
 */
struct reading {
	struct archive *a;
	struct archive_entry *member;
	const char *from, *folder;
	const struct copy_modes *modes;
	json_t *left;
	int dir;
	struct why *why;
};

static int damaged(const struct reading *in)
{
	const char *text = archive_error_string(in->a);

	return why_set(in->why, -EBADMSG, "'%s' is damaged or cut short: %s",
		       in->from, text ? text : "it ends too early");
}

static int refuse(const struct reading *in, const char *reason)
{
	return why_set(in->why, -EBADMSG, "'%s' is refused: %s", in->from,
		       reason);
}

/* Go to the next member; a plain file with a name, or none. */
static int next(struct reading *in)
{
	int r = archive_read_next_header(in->a, &in->member);

	if (r == ARCHIVE_EOF) {
		in->member = NULL;
		return 0;
	}
	if (r != ARCHIVE_OK)
		return damaged(in);
	if (archive_entry_filetype(in->member) != AE_IFREG ||
	    archive_entry_hardlink(in->member) ||
	    !archive_entry_pathname(in->member) ||
	    !archive_entry_size_is_set(in->member))
		return refuse(in, "it holds something else than plain files");
	return 0;
}

static bool is_next(const struct reading *in, const char *name)
{
	return in->member &&
	       strcmp(archive_entry_pathname(in->member), name) == 0;
}

/* Read a member of at most @max bytes as text, and go to the next one. */
static int read_text(struct reading *in, size_t max, char **ret,
		     size_t *ret_len)
{
	la_int64_t size = archive_entry_size(in->member);
	auto_free char *text = NULL;
	la_ssize_t n = 0;
	size_t len = 0;

	if (size < 0 || (uint64_t)size > max)
		return refuse(in, "its metadata is too large");
	text = calloc(1, (size_t)size + 1);
	if (!text)
		return why_set(in->why, -ENOMEM, "out of memory");
	while (len < (size_t)size &&
	       (n = archive_read_data(in->a, text + len, (size_t)size - len)) >
		       0)
		len += (size_t)n;
	if (n < 0 || len != (size_t)size)
		return damaged(in);
	*ret = take_ptr(text);
	*ret_len = len;
	return next(in);
}

/* Judge the signature, and who vouches for programs. */
static int check_sign(struct reading *in, const struct object_want *want,
		      const struct entry *e, const char *text, size_t len)
{
	char good[HASH_HEX_SIZE];
	auto_free char *sign = NULL;
	size_t n = 0;
	int r = 0;

	if (is_next(in, OBJECT_SIGN))
		r = read_text(in, HASH_HEX_SIZE, &sign, &n);
	if (r < 0)
		return r;
	if (!want->sign_key && !want->is_ours && manifest_has_programs(e))
		return why_set(in->why, -EACCES,
			       "'%s' is refused: it has programs for this "
			       "computer (" PROGRAMS "), and without "
			       "KTSTR_REMOTE_KEY nobody vouches for them",
			       in->from);
	if (!want->sign_key)
		return 0;
	if (!sign)
		return refuse(in, "it is not signed, and KTSTR_REMOTE_KEY is "
				  "set");
	manifest_sign(want->sign_key, text, len, good);
	if (n < HASH_HEX_SIZE - 1 || !memeql_sec(sign, good, HASH_HEX_SIZE - 1))
		return refuse(in, "it is signed with another KTSTR_REMOTE_KEY");
	return 0;
}

/* Make the folders above @name. */
static int make_folders(const struct reading *in, const char *name)
{
	for (const char *s = strchr(name, '/'); s; s = strchr(s + 1, '/')) {
		auto_free char *path = NULL;
		struct stat st;
		int r;

		if (asprintf(&path, "%s/%.*s", in->folder, (int)(s - name),
			     name) < 0)
			return why_set(in->why, -ENOMEM, "out of memory");
		if (lstat(path, &st) == 0 && S_ISDIR(st.st_mode))
			continue;
		r = copy_make_folder(path, in->modes, in->why);
		if (r < 0)
			return r;
	}
	return 0;
}

/* Copy the member's @size bytes to @fd; no more, no less. */
static int copy_content(const struct reading *in, int fd, uint64_t size,
			char ret_hash[HASH_HEX_SIZE])
{
	char block[BLOCK_BYTES];
	struct hash hash;
	la_ssize_t n;
	int r;

	hash_init(&hash);
	while ((n = archive_read_data(in->a, block, sizeof(block))) > 0) {
		if ((uint64_t)n > size)
			return damaged(in);
		size -= (uint64_t)n;
		hash_add(&hash, block, (size_t)n);
		r = file_write_all(fd, block, (size_t)n);
		if (r < 0)
			return why_set(in->why, r, "cannot unpack '%s': %s",
				       in->from, strerror(-r));
	}
	if (n < 0 || size > 0)
		return damaged(in);
	hash_hex(&hash, ret_hash);
	return 0;
}

/* Write the next member, which is one of those that are missing still. */
static int take_file(struct reading *in)
{
	const char *name = archive_entry_pathname(in->member);
	json_t *file = json_object_get(in->left, name);
	json_int_t size = json_integer_value(json_object_get(file, "size"));
	bool runs = archive_entry_perm(in->member) & S_IXUSR &&
		    strncmp(name, PROGRAMS, strlen(PROGRAMS)) == 0;
	char hash[HASH_HEX_SIZE];
	int r;

	if (!file)
		return refuse(in, "it has a file that its metadata does not "
				  "list, or one twice");
	if (archive_entry_size(in->member) != size)
		return refuse(in, "a file has another size than its metadata "
				  "says");
	r = make_folders(in, name);
	if (r < 0)
		return r;
	auto_fd int fd =
		openat(in->dir, name,
		       O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
		       runs ? 0700 : 0600);
	if (fd < 0)
		return why_set(in->why, -errno, "cannot unpack '%s': %s",
			       in->from, strerror(errno));
	r = copy_content(in, fd, (uint64_t)size, hash);
	if (r < 0)
		return r;
	if (strcmp(hash, json_string_value(json_object_get(file, "sha256"))) !=
	    0)
		return refuse(in, "a file has another content than its "
				  "metadata says");
	r = copy_finish(fd, in->modes);
	if (r < 0)
		return why_set(in->why, r, "cannot unpack '%s': %s", in->from,
			       strerror(-r));
	json_object_del(in->left, name);
	return next(in);
}

static int write_meta(const struct reading *in, const char *text, size_t len)
{
	auto_fd int fd = openat(in->dir, ENTRY_METADATA,
				O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	int r = fd < 0 ? -errno : file_write_all(fd, text, len);

	if (r == 0)
		r = copy_finish(fd, in->modes);
	if (r < 0)
		return why_set(in->why, r, "cannot unpack '%s': %s", in->from,
			       strerror(-r));
	return 0;
}

static int read_all(struct reading *in, const struct object_want *want)
{
	auto_entry struct entry e = { 0 };
	auto_free char *text = NULL;
	struct why why = { .text = "" };
	size_t len = 0;
	int r = next(in);

	if (r == 0 && !is_next(in, ENTRY_METADATA))
		return refuse(in, "it does not begin with " ENTRY_METADATA);
	if (r == 0)
		r = read_text(in, MANIFEST_MAX_BYTES, &text, &len);
	if (r < 0)
		return r;
	r = manifest_check(text, len, want->key, &e, &why);
	if (r < 0)
		return why_set(in->why, r, "'%s' is refused: %s", in->from,
			       why.text);
	r = check_sign(in, want, &e, text, len);
	if (r == 0)
		r = copy_make_folder(in->folder, in->modes, in->why);
	if (r < 0)
		return r;
	in->left = json_object_get(e.meta, "files");
	in->dir = open(in->folder, O_DIRECTORY | O_RDONLY | O_CLOEXEC);
	if (in->dir < 0)
		return why_set(in->why, -errno, "cannot open '%s': %s",
			       in->folder, strerror(errno));
	while (r == 0 && in->member)
		r = take_file(in);
	if (r == 0 && json_object_size(in->left) > 0)
		return refuse(in, "files that its metadata lists are not "
				  "there: it is cut short");
	return r < 0 ? r : write_meta(in, text, len);
}

int object_read(int fd, const char *from, const struct object_want *want,
		const char *folder, const struct copy_modes *modes,
		struct why *reterr_why)
{
	struct reading in = { .a = archive_read_new(),
			      .from = from,
			      .folder = folder,
			      .modes = modes,
			      .dir = -1,
			      .why = reterr_why };
	int r;

	if (!in.a)
		return why_set(reterr_why, -ENOMEM, "out of memory");
	archive_read_support_filter_zstd(in.a);
	archive_read_support_format_tar(in.a);
	if (archive_read_open_fd(in.a, fd, BLOCK_BYTES) != ARCHIVE_OK)
		r = refuse(&in, "it is no tar archive, plain or in zstd");
	else
		r = read_all(&in, want);
	archive_read_free(in.a);
	if (in.dir >= 0)
		(void)close(in.dir);
	return r;
}
