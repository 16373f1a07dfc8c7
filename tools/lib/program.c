/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/lib/program.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tools/lib/why.h"

/* Folders may be "executed", too; execve(2) says EACCES of them. */
static bool is_program(const char *path)
{
	struct stat st;

	if (access(path, X_OK) < 0)
		return false;
	if (stat(path, &st) < 0)
		return false;
	if (S_ISREG(st.st_mode))
		return true;
	errno = EACCES;
	return false;
}

char *program_find(const char *name)
{
	const char *folders = getenv("PATH");

	if (*name == '\0') {
		errno = ENOENT;
		return NULL;
	}
	if (strchr(name, '/'))
		return is_program(name) ? strdup(name) : NULL;
	for (const char *p = folders ? folders : ""; *p;) {
		size_t len = strcspn(p, ":");
		char *path = NULL;

		if (asprintf(&path, "%.*s%s%s", (int)len, p, len ? "/" : "",
			     name) < 0) {
			errno = ENOMEM;
			return NULL;
		}
		if (is_program(path))
			return path;
		if (why_is_system(-errno)) {
			free(path);
			return NULL;
		}
		free(path);
		p += len + (p[len] == ':');
	}
	errno = ENOENT;
	return NULL;
}
