/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/vm/template-check.h"

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tools/lib/cleanup.h"
#include "tools/lib/file.h"
#include "tools/lib/str.h"

#define PAGE_BYTES  4096
#define PIECE_BYTES (1 << 20)
#define NOTE	    "noted"
#define NOTE_MAX    (64 << 10)

static bool is_zero(const char *page, size_t len)
{
	return page[0] == 0 && memcmp(page, page + 1, len - 1) == 0;
}

static void add_pages(struct hash *h, const char *piece, size_t len,
		      uint64_t at)
{
	for (size_t i = 0; i < len; i += PAGE_BYTES) {
		size_t n = len - i < PAGE_BYTES ? len - i : PAGE_BYTES;
		uint64_t where = htole64(at + i);

		if (is_zero(piece + i, n))
			continue;
		hash_add(h, &where, sizeof(where));
		hash_add(h, piece + i, n);
	}
}

/* All of a piece, but at the end of the file. */
static ssize_t read_piece(int fd, char *piece, off_t at)
{
	size_t have = 0;

	while (have < PIECE_BYTES) {
		ssize_t n = pread(fd, piece + have, PIECE_BYTES - have,
				  at + (off_t)have);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			break;
		have += (size_t)n;
	}
	return (ssize_t)have;
}

int template_hash_memory(int fd, char ret[HASH_HEX_SIZE])
{
	auto_free char *piece = malloc(PIECE_BYTES);
	struct hash hash;
	off_t at = 0;

	if (!piece)
		return -ENOMEM;
	hash_init(&hash);
	for (;;) {
		at = lseek(fd, at, SEEK_DATA);
		if (at < 0 && errno == ENXIO)
			break;
		if (at < 0)
			return -errno;
		at -= at % PAGE_BYTES;
		ssize_t n = read_piece(fd, piece, at);
		if (n < 0)
			return (int)n;
		if (n == 0)
			break;
		add_pages(&hash, piece, (size_t)n, (uint64_t)at);
		at += n;
	}
	hash_hex(&hash, ret);
	return 0;
}

/* "ram0 INODE SIZE MTIME CTIME", a line each. */
static int describe(const int *fds, unsigned int count, struct str *out)
{
	struct stat st;

	for (unsigned int i = 0; i < count; i++) {
		if (fds[i] < 0)
			continue;
		if (fstat(fds[i], &st) < 0)
			return -errno;
		str_addf(out, "ram%u %ju %jd %jd.%09ld %jd.%09ld\n", i,
			 (uintmax_t)st.st_ino, (intmax_t)st.st_size,
			 (intmax_t)st.st_mtim.tv_sec, st.st_mtim.tv_nsec,
			 (intmax_t)st.st_ctim.tv_sec, st.st_ctim.tv_nsec);
	}
	return out->failed ? -ENOMEM : 0;
}

static int compare(const int *fds, unsigned int count, const json_t *files,
		   unsigned int *ret_bad)
{
	for (unsigned int i = 0; i < count; i++) {
		char name[16], hex[HASH_HEX_SIZE];

		if (fds[i] < 0)
			continue;
		snprintf(name, sizeof(name), "ram%u", i);
		const char *wanted = json_string_value(json_object_get(
			json_object_get(files, name), "sha256"));
		*ret_bad = i;
		int r = template_hash_memory(fds[i], hex);
		if (r < 0)
			return r;
		if (!wanted || strcmp(wanted, hex) != 0)
			return -ESTALE;
	}
	return 0;
}

int template_check(int folder, const int *fds, unsigned int count,
		   const json_t *files, unsigned int *ret_bad)
{
	auto_str struct str now = { 0 };
	auto_free char *noted = NULL;
	int r = describe(fds, count, &now);

	if (r < 0)
		return r;
	ssize_t len = file_read_at(folder, NOTE, NOTE_MAX, &noted);
	if (len >= 0 && strcmp(noted, str_text(&now)) == 0)
		return 0;
	r = compare(fds, count, files, ret_bad);
	/* For speed only: where it cannot be kept, they are read each time. */
	if (r == 0)
		(void)template_note(folder, fds, count);
	return r;
}

/* Not by a rename: what is half written differs from any note, and no temporary
 * file can be left behind. */
int template_note(int folder, const int *fds, unsigned int count)
{
	auto_str struct str now = { 0 };
	int r = describe(fds, count, &now);

	if (r < 0)
		return r;
	auto_fd int fd = openat(
		folder, NOTE,
		O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	return fd < 0 ? -errno : file_write_all(fd, str_text(&now), now.len);
}
