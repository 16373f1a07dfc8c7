/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tarball-look.c - what a tarball is, without unpacking it. */
#include "tools/cache/source/tarball.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tools/cache/source/resolve.h"
#include "tools/lib/cleanup.h"

#define BLOCK_BYTES 262144

struct archive *tarball_open(const char *path, struct why *reterr_why)
{
	struct archive *a = archive_read_new();

	if (!a) {
		why_set(reterr_why, -ENOMEM, "out of memory");
		return NULL;
	}
	archive_read_support_filter_xz(a);
	archive_read_support_filter_gzip(a);
	archive_read_support_filter_zstd(a);
	archive_read_support_format_tar(a);
	if (archive_read_open_filename(a, path, BLOCK_BYTES) != ARCHIVE_OK) {
		why_set(reterr_why, -EINVAL, "cannot read '%s': %s", path,
			archive_error_string(a));
		archive_read_free(a);
		return NULL;
	}
	return a;
}

int tarball_check(const char *path, struct why *reterr_why)
{
	struct archive_entry *e;
	struct archive *a;
	int r;

	if (access(path, R_OK) < 0)
		return why_set(reterr_why, -errno, "cannot read '%s': %s", path,
			       strerror(errno));
	a = tarball_open(path, NULL);
	r = a ? archive_read_next_header(a, &e) : ARCHIVE_FATAL;
	archive_read_free(a);
	if (r == ARCHIVE_OK || r == ARCHIVE_WARN)
		return 0;
	return why_set(reterr_why, -EINVAL,
		       "'%s' is neither a kernel tree nor a kernel tarball "
		       "(tar, plain or in xz, gzip or zstd)",
		       path);
}

/* Is this the Makefile of a top folder? */
static bool is_top_makefile(const char *path)
{
	const char *slash = path ? strchr(path, '/') : NULL;

	if (path && strncmp(path, "./", 2) == 0)
		return is_top_makefile(path + 2);
	return slash && strcmp(slash, "/Makefile") == 0;
}

/* Read the Makefile in a top folder. Return: bytes, 0, or an error of @a's. */
static la_ssize_t read_makefile(struct archive *a, char *text)
{
	struct archive_entry *e;
	int r;

	while ((r = archive_read_next_header(a, &e)) >= ARCHIVE_WARN) {
		if (r == ARCHIVE_EOF)
			return 0;
		if (is_top_makefile(archive_entry_pathname(e)))
			return archive_read_data(a, text, SOURCE_MAKEFILE_MAX);
	}
	return r;
}

int tarball_version(const char *path, char **ret, struct why *reterr_why)
{
	struct archive *a = tarball_open(path, reterr_why);
	auto_free char *text = calloc(1, SOURCE_MAKEFILE_MAX + 1);
	la_ssize_t n;
	int r = -EINVAL;

	if (!a || !text) {
		archive_read_free(a);
		return a ? why_set(reterr_why, -ENOMEM, "out of memory") : r;
	}
	n = read_makefile(a, text);
	*ret = n > 0 ? source_makefile_version(text) : NULL;
	if (*ret)
		r = 0;
	else if (n < 0)
		why_set(reterr_why, r,
			"tarball '%s' is damaged or cut short: %s", path,
			archive_error_string(a) ? archive_error_string(a)
						: "it ends too early");
	else
		why_set(reterr_why, r,
			"tarball '%s' holds no kernel tree: its top folder has "
			"no Makefile that tells a version",
			path);
	archive_read_free(a);
	return r;
}
