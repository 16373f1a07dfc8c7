/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/cache/source/resolve.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "tools/lib/cleanup.h"
#include "tools/lib/file.h"

/* 1, 0, or -errno where that cannot be told. */
static int has_file(const char *folder, const char *name)
{
	auto_free char *path = NULL;
	struct stat st;

	if (asprintf(&path, "%s/%s", folder, name) < 0)
		return -ENOMEM;
	if (stat(path, &st) < 0)
		return why_is_system(-errno) ? -errno : 0;
	return S_ISREG(st.st_mode);
}

char source_odd_character(const char *path)
{
	for (const char *p = path; *p; p++) {
		if (isascii((unsigned char)*p) && !isalnum((unsigned char)*p) &&
		    !strchr("/._+-~@,", *p))
			return *p;
	}
	return '\0';
}

int source_check_tree(const char *folder, struct why *reterr_why)
{
	int makefile = has_file(folder, "Makefile");
	int kconfig = makefile < 0 ? makefile : has_file(folder, "Kconfig");

	if (kconfig < 0)
		return why_set(reterr_why, kconfig, "cannot look into '%s': %s",
			       folder, strerror(-kconfig));
	if (makefile && kconfig)
		return 0;
	return why_set(reterr_why, -EINVAL,
		       "'%s' is no kernel tree: it has no %s", folder,
		       kconfig	  ? "Makefile"
		       : makefile ? "Kconfig"
				  : "Makefile and no Kconfig");
}

/* What a version may have in it, for it is part of keys and of their folders.
 */
static bool is_version(const char *text)
{
	for (; *text; text++) {
		if (!isascii((unsigned char)*text) ||
		    (!isalnum((unsigned char)*text) && !strchr(".-_+", *text)))
			return false;
	}
	return true;
}

/* "VERSION = 6" of a kernel's Makefile, or "". */
static void makefile_field(const char *text, const char *name, char ret[32])
{
	const char *p = text;
	size_t n = strlen(name);

	ret[0] = '\0';
	for (; p; p = strchr(p, '\n') ? strchr(p, '\n') + 1 : NULL) {
		if (strncmp(p, name, n) != 0 || strncmp(p + n, " =", 2) != 0)
			continue;
		p += n + 2;
		p += strspn(p, " \t");
		snprintf(ret, 32, "%.*s", (int)strcspn(p, " \t\n"), p);
		return;
	}
}

char *source_makefile_version(const char *text)
{
	char major[32], minor[32], patch[32], extra[32], *version = NULL;

	makefile_field(text, "VERSION", major);
	makefile_field(text, "PATCHLEVEL", minor);
	makefile_field(text, "SUBLEVEL", patch);
	makefile_field(text, "EXTRAVERSION", extra);
	if (!*major || !*minor)
		return NULL;
	if (asprintf(&version, "%s.%s%s%s%s", major, minor, *patch ? "." : "",
		     patch, extra) < 0)
		die(EX_BROKEN, "out of memory");
	if (!is_version(version)) {
		free(version);
		return NULL;
	}
	return version;
}

int source_tree_version(const char *folder, char **ret, struct why *reterr_why)
{
	auto_free char *path = NULL, *text = NULL;
	int r;

	*ret = NULL;
	if (asprintf(&path, "%s/Makefile", folder) < 0)
		return source_no_memory(reterr_why);
	r = file_read_at(AT_FDCWD, path, SOURCE_MAKEFILE_MAX, &text);
	if (why_is_system(r))
		return why_set(reterr_why, r, "cannot read '%s': %s", path,
			       strerror(-r));
	if (r >= 0)
		*ret = source_makefile_version(text);
	return 0;
}
