/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/cache/remote/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/lib/cleanup.h"
#include "tools/lib/file.h"

#define BLANKS " \t\r\n"

void secret_free(char *secret)
{
	if (secret)
		explicit_bzero(secret, strlen(secret));
	free(secret);
}

/* Copy @text without the blanks around it, if it is one word. */
static int take(const char *name, const char *text, size_t min, char **ret,
		struct why *reterr_why)
{
	size_t n;

	text += strspn(text, BLANKS);
	n = strlen(text);
	while (n > 0 && strchr(BLANKS, text[n - 1]))
		n--;
	if (n < min || n > SECRET_MAX)
		return why_set(reterr_why, -EINVAL,
			       "%s has %zu characters, not %zu to %d", name, n,
			       min, SECRET_MAX);
	for (size_t i = 0; i < n; i++) {
		if (text[i] <= ' ' || text[i] > '~')
			return why_set(reterr_why, -EINVAL,
				       "%s has a character that is no letter, "
				       "digit or sign of ASCII, at place %zu",
				       name, i + 1);
	}
	*ret = strndup(text, n);
	return *ret ? 0 : why_set(reterr_why, -ENOMEM, "out of memory");
}

int secret_read(const char *name, size_t min, char **ret,
		struct why *reterr_why)
{
	const char *text = getenv(name), *path;
	char file[64], *content = NULL;
	int r;

	snprintf(file, sizeof(file), "%s_FILE", name);
	path = getenv(file);
	*ret = NULL;
	if (text && *text && path && *path)
		return why_set(reterr_why, -EINVAL,
			       "%s and %s are both set; say one of them", name,
			       file);
	if (text && *text)
		return take(name, text, min, ret, reterr_why);
	if (!path || !*path)
		return 0;
	/* Room for white space, but not for a device that never ends. */
	r = file_read_at(AT_FDCWD, path, (size_t)2 * SECRET_MAX, &content);
	if (r < 0)
		return why_set(reterr_why, -EINVAL, "%s: cannot read '%s': %s",
			       file, path, strerror(-r));
	r = strlen(content) == (size_t)r
		    ? take(file, content, min, ret, reterr_why)
		    : why_set(reterr_why, -EINVAL, "%s: '%s' is no text", file,
			      path);
	secret_free(content);
	return r;
}
