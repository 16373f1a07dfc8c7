/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any names in a tarball must be unpacked below its folder, or be refused.
 *
 * An input with "ustar" where a header has it is the tarball itself. Else a
 * line of it is a member: a letter (f file, d folder, l symbolic link,
 * h hard link), the name, and for links a tab and the target.
 */
#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tools/cache/source/tarball.h"
#include "tools/lib/file.h"

#define MEMBERS_MAX 64

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char top[PATH_MAX]; /* ours, with: canary, x.tar, to/ */

static const char *in_top(const char *name)
{
	static char path[PATH_MAX + 32];

	snprintf(path, sizeof(path), "%s/%s", top, name);
	return path;
}

static void add(struct archive *a, char type, const char *name,
		const char *target)
{
	struct archive_entry *e = archive_entry_new();

	archive_entry_set_pathname(e, name);
	archive_entry_set_perm(e, 0755);
	archive_entry_set_filetype(e, type == 'd'   ? AE_IFDIR
				      : type == 'l' ? AE_IFLNK
						    : AE_IFREG);
	if (type == 'l')
		archive_entry_set_symlink(e, target);
	if (type == 'h')
		archive_entry_set_hardlink(e, target);
	archive_entry_set_size(e, 0);
	(void)archive_write_header(a, e);
	archive_entry_free(e);
}

static void write_tar(char *text)
{
	struct archive *a = archive_write_new();
	char *line;
	int n = 0;

	archive_write_set_format_pax_restricted(a);
	if (archive_write_open_filename(a, in_top("x.tar")) != ARCHIVE_OK)
		abort();
	add(a, 'f', "linux/Makefile", "");
	add(a, 'f', "linux/Kconfig", "");
	while ((line = strsep(&text, "\n")) && n++ < MEMBERS_MAX) {
		char *tab = strchr(line, '\t');

		if (tab)
			*tab++ = '\0';
		if (line[0] && line[1])
			add(a, line[0], line + 1, tab ? tab : "");
	}
	archive_write_close(a);
	archive_write_free(a);
}

/* Source: POSIX pax, "ustar Interchange Format": field magic. */
static bool is_tar(const uint8_t *data, size_t size)
{
	return size >= 512 && memcmp(data + 257, "ustar", 5) == 0;
}

static void write_raw(const uint8_t *data, size_t size)
{
	int fd = open(in_top("x.tar"), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		abort();
	close(fd);
}

/* The version is part of keys and of folders. */
static void check_version(void)
{
	struct why why = { .text = "" };
	char *version = NULL;

	if (tarball_version(in_top("x.tar"), &version, &why) < 0 &&
	    (!*why.text || strchr(why.text, '\n')))
		abort();
	if (version && (strchr(version, '/') || strlen(version) > 256))
		abort();
	free(version);
}

/* Where a link leads, as far as that exists, must be below the folder. */
static int check_link(const char *path, const struct stat *st, int type,
		      struct FTW *ftw)
{
	char real[PATH_MAX];
	const char *to = in_top("to/");

	(void)st;
	(void)ftw;
	if (type == FTW_SL && realpath(path, real) &&
	    strncmp(real, to, strlen(to)) != 0)
		abort();
	return 0;
}

static void check_outside(void)
{
	struct stat st;

	if (stat(in_top("canary"), &st) < 0 || st.st_nlink != 1 ||
	    st.st_size != 0 || stat(top, &st) < 0 || st.st_nlink > 3)
		abort();
	if (access("/tmp/fuzz-tar-escape", F_OK) == 0)
		abort();
	(void)nftw(in_top("to"), check_link, 16, FTW_PHYS);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = strndup((const char *)data, size), *folder = NULL;
	char to[PATH_MAX + 32];
	struct why why = { .text = "" };
	FILE *canary;

	snprintf(top, sizeof(top), "%s/fuzz-tar.XXXXXX",
		 access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
	if (!text || !mkdtemp(top))
		abort();
	canary = fopen(in_top("canary"), "we");
	if (!canary || fclose(canary) != 0)
		abort();
	if (is_tar(data, size))
		write_raw(data, size);
	else
		write_tar(text);
	check_version();
	snprintf(to, sizeof(to), "%s/to", top);
	if (tarball_unpack(in_top("x.tar"), to, &folder, &why) < 0 &&
	    (!*why.text || strchr(why.text, '\n')))
		abort();
	check_outside();
	free(folder);
	free(text);
	if (file_remove_tree(top) < 0)
		abort();
	return 0;
}
