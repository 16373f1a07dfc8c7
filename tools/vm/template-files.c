/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/vm/template-files.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tools/lib/cleanup.h"
#include "tools/lib/hash.h"
#include "tools/vm/template-check.h"

#define PAGE_BYTES  4096
#define PIECE_BYTES (1 << 20)

static bool is_zero(const char *page)
{
	return page[0] == 0 && memcmp(page, page + 1, PAGE_BYTES - 1) == 0;
}

static int write_at(int fd, const char *data, size_t len, off_t at)
{
	while (len > 0) {
		ssize_t n = pwrite(fd, data, len, at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		data += n;
		len -= (size_t)n;
		at += n;
	}
	return 0;
}

/* Write a piece without its pages of zeros; a last one may be shorter. */
static int write_piece(int fd, const char *data, size_t len, off_t at)
{
	size_t from = 0;

	for (size_t i = 0; i <= len; i += PAGE_BYTES) {
		bool skip = i + PAGE_BYTES <= len && is_zero(data + i);

		if (!skip && i < len)
			continue;
		size_t end = i < len ? i : len;
		int r = end > from ? write_at(fd, data + from, end - from,
					      at + (off_t)from)
				   : 0;
		if (r < 0)
			return r;
		from = i + PAGE_BYTES;
	}
	return from < len
		       ? write_at(fd, data + from, len - from, at + (off_t)from)
		       : 0;
}

/* Copy what is not a hole already. */
static int copy(int from, int to, off_t size, struct hash *hash)
{
	auto_free char *piece = malloc(PIECE_BYTES);
	off_t at = 0;

	if (!piece)
		return -ENOMEM;
	while (at < size) {
		/* A hash is over all of it. */
		off_t data = hash ? at : lseek(from, at, SEEK_DATA);

		if (data < 0)
			return errno == ENXIO ? 0 : -errno;
		at = data;
		ssize_t n = pread(from, piece, PIECE_BYTES, at);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? -errno : -EIO;
		if (hash)
			hash_add(hash, piece, (size_t)n);
		int r = write_piece(to, piece, (size_t)n, at);
		if (r < 0)
			return r;
		at += n;
	}
	return 0;
}

int template_write(int folder, const char *name, int from, json_t *files,
		   bool is_memory, struct why *reterr_why)
{
	auto_fd int fd = openat(folder, name,
				O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	char hex[HASH_HEX_SIZE] = "";
	struct hash hash;
	struct stat st = { 0 };
	int r = 0;

	hash_init(&hash);
	if (fd < 0 || fstat(from, &st) < 0 || ftruncate(fd, st.st_size) < 0)
		r = -errno;
	if (r == 0)
		r = copy(from, fd, st.st_size, is_memory ? NULL : &hash);
	if (r == 0 && is_memory)
		r = template_hash_memory(from, hex);
	/* After a crash of the host a template is whole or not there. */
	if (r == 0 && fsync(fd) < 0)
		r = -errno;
	if (r < 0)
		return why_set(reterr_why, r, "cannot write '%s': %s", name,
			       strerror(-r));
	if (!is_memory)
		hash_hex(&hash, hex);
	json_t *file = json_pack("{s:I,s:s}", "size", (json_int_t)st.st_size,
				 "sha256", hex);
	return json_object_set_new(files, name, file) < 0
		       ? why_set(reterr_why, -ENOMEM, "out of memory")
		       : 0;
}
