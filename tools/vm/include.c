/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/vm/include.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "tools/lib/cleanup.h"
#include "tools/lib/program.h"
#include "tools/lib/str.h"

/* Where the guest looks for programs: vmm/guest/spawn.c. */
static const char *const path_folders[] = { "/usr/local/bin", "/usr/bin",
					    "/bin",	      "/usr/sbin",
					    "/sbin",	      NULL };

static char *or_die(char *text)
{
	if (!text)
		die(EX_BROKEN, "out of memory");
	return text;
}

static bool has_dots(const char *path)
{
	for (const char *p = path; *p;) {
		size_t n = strcspn(p, "/");

		if ((n == 1 && *p == '.') || (n == 2 && !strncmp(p, "..", 2)))
			return true;
		p += n + (p[n] == '/');
	}
	return false;
}

/* @path without doubled and last slashes. */
static char *tidy(const char *path)
{
	struct str out = { 0 };

	for (const char *p = path; *p; p++) {
		if (*p != '/' || (p[1] != '/' && p[1] != '\0'))
			str_add_bytes(&out, p, 1);
	}
	if (out.len == 0)
		str_add(&out, "/");
	return or_die(str_take(&out));
}

/* The absolute path of @path; links in its folders are resolved. */
static char *absolute(const char *path)
{
	auto_free char *clean = tidy(path);
	char folder[PATH_MAX];
	struct str out = { 0 };
	char *slash;

	if (*clean == '/' && !has_dots(clean))
		return take_ptr(clean);
	/* cppcheck-suppress nullPointer ; it goes on behind that return */
	slash = strrchr(clean, '/');
	if (has_dots(slash ? slash : clean)) { /* "." or ".." at its end */
		if (!realpath(clean, folder))
			die(why_code(-errno, EX_USAGE), "--include '%s': %m",
			    path);
		return or_die(strdup(folder));
	}
	if (slash)
		*slash = '\0';
	if (!realpath(slash ? clean : ".", folder))
		die(why_code(-errno, EX_USAGE), "--include '%s': %m", path);
	str_addf(&out, "%s/%s", strcmp(folder, "/") == 0 ? "" : folder,
		 slash ? slash + 1 : clean);
	return or_die(str_take(&out));
}

/* The "=" before an absolute path, or NULL. */
static const char *find_split(const char *word)
{
	const char *at = NULL;

	for (const char *p = strstr(word, "=/"); p; p = strstr(p + 1, "=/"))
		at = p;
	return at;
}

static void read_one(const char *word, struct include *ret)
{
	const char *split = find_split(word);
	size_t len = split ? (size_t)(split - word) : strlen(word);
	auto_free char *path = or_die(strndup(word, len));
	struct str guest = { 0 };
	struct stat st;

	if (len == 0)
		die(EX_USAGE, "--include '%s' names no file", word);
	if (split && has_dots(split + 1))
		die(EX_USAGE, "--include '%s': '%s' has '.' or '..' in it",
		    word, split + 1);
	if (split)
		ret->guest = tidy(split + 1);
	if (stat(path, &st) == 0) {
		ret->host = absolute(path);
		if (!ret->guest)
			ret->guest = or_die(strdup(ret->host));
		return;
	}
	ret->host = strchr(path, '/') ? NULL : program_find(path);
	if (!ret->host)
		die(EX_USAGE, "--include '%s': there is no such file%s", path,
		    strchr(path, '/') ? "" : " here, and no program in PATH");
	str_addf(&guest, "/bin/%s", path);
	if (!ret->guest)
		ret->guest = or_die(str_take(&guest));
	str_done(&guest);
}

size_t include_read(char *const *words, struct include **ret)
{
	size_t n = 0;

	while (words && words[n])
		n++;
	*ret = calloc(n + 1, sizeof(**ret));
	if (!*ret)
		die(EX_BROKEN, "out of memory");
	for (size_t i = 0; i < n; i++)
		read_one(words[i], &(*ret)[i]);
	return n;
}

static bool is_at_or_below(const char *path, const char *top)
{
	size_t len = strlen(top);

	return strncmp(path, top, len) == 0 &&
	       (path[len] == '\0' || path[len] == '/' || len == 1);
}

bool include_has(const struct include *all, size_t count, const char *command)
{
	for (size_t i = 0; i < count; i++) {
		if (is_at_or_below(command, all[i].guest))
			return *command == '/';
		for (const char *const *f = path_folders; *f; f++) {
			auto_str struct str path = { 0 };

			str_addf(&path, "%s/%s", *f, command);
			if (!strchr(command, '/') &&
			    strcmp(str_text(&path), all[i].guest) == 0)
				return true;
		}
	}
	return false;
}
