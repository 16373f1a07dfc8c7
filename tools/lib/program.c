/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/lib/program.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

char *program_find(const char *name)
{
	const char *folders = getenv("PATH");

	if (*name == '\0') {
		errno = ENOENT;
		return NULL;
	}
	if (strchr(name, '/'))
		return access(name, X_OK) == 0 ? strdup(name) : NULL;
	for (const char *p = folders ? folders : ""; *p;) {
		size_t len = strcspn(p, ":");
		char *path = NULL;

		if (asprintf(&path, "%.*s%s%s", (int)len, p, len ? "/" : "",
			     name) < 0) {
			errno = ENOMEM;
			return NULL;
		}
		if (access(path, X_OK) == 0)
			return path;
		free(path);
		p += len + (p[len] == ':');
	}
	errno = ENOENT;
	return NULL;
}
