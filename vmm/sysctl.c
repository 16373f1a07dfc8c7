/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmm/sysctl.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "tools/lib/cleanup.h"
#include "tools/lib/file.h"
#include "tools/lib/spec/tuning.h"
#include "tools/lib/words.h"

#define VALUE_MAX 65536

/* The kernel puts tabs between numbers; one blank stands for any. */
static void tidy(char *text)
{
	char *to = text;

	for (char *p = text; *p;) {
		size_t len = strcspn(p, " \t\n");

		if (len && to > text)
			*to++ = ' ';
		memmove(to, p, len);
		to += len;
		p += len;
		p += strspn(p, " \t\n");
	}
	*to = '\0';
}

static int read_one(const char *name, char **ret, struct why *reterr_why)
{
	auto_str struct str path = { 0 };
	int r;

	sysctl_path(name, &path);
	if (path.failed)
		return why_set(reterr_why, -ENOMEM, "out of memory");
	r = file_read_at(AT_FDCWD, str_text(&path), VALUE_MAX, ret);
	if (r == -ENOENT)
		return why_set(reterr_why, -ENOSYS,
			       "this kernel has no sysctl '%s'", name);
	if (r < 0)
		return why_set(reterr_why, -EINVAL,
			       "sysctl '%s' cannot be read, so nobody knows "
			       "what becomes of it: %s",
			       name, strerror(-r));
	tidy(*ret);
	return 0;
}

static int set_one(const char *name, const char *value, struct why *reterr_why)
{
	auto_free char *before = NULL, *now = NULL;
	auto_str struct str path = { 0 }, line = { 0 };
	int r = read_one(name, &before, reterr_why);

	sysctl_path(name, &path);
	str_addf(&line, "%s\n", value);
	if (r < 0)
		return r;
	if (path.failed || line.failed)
		return why_set(reterr_why, -ENOMEM, "out of memory");
	r = file_write_at(AT_FDCWD, str_text(&path), str_text(&line));
	if (r < 0)
		return why_set(reterr_why, -EINVAL,
			       "sysctl '%s' does not take '%s': %s", name,
			       value, strerror(-r));
	r = read_one(name, &now, reterr_why);
	if (r == 0 && strcmp(now, value) != 0)
		r = why_set(reterr_why, -EINVAL,
			    "sysctl '%s' is '%s' after '%s' was written", name,
			    now, value);
	return r;
}

/* The name in "NAME=VALUE"; the value begins at @ret_value. */
static char *cut(const char *line, const char **ret_value)
{
	size_t len = strcspn(line, "=");

	*ret_value = line + len + (line[len] == '=');
	return strndup(line, len);
}

int sysctl_read_all(char *const *list, char ***ret, struct why *reterr_why)
{
	auto_words char **words = NULL;

	for (size_t n = words_count(list); n > 0; n--) {
		auto_str struct str line = { 0 };
		auto_free char *name = NULL, *now = NULL;
		const char *value;
		int r;

		name = cut(list[n - 1], &value);
		r = name ? read_one(name, &now, reterr_why)
			 : why_set(reterr_why, -ENOMEM, "out of memory");
		if (r < 0)
			return r;
		str_addf(&line, "%s=%s", name, now);
		if (line.failed || words_append(&words, str_text(&line)) < 0)
			return why_set(reterr_why, -ENOMEM, "out of memory");
	}
	*ret = take_ptr(words);
	return 0;
}

int sysctl_set_all(char *const *list, struct why *reterr_why)
{
	int r = 0;

	for (; r == 0 && list && *list; list++) {
		const char *value;
		auto_free char *name = cut(*list, &value);

		r = name ? set_one(name, value, reterr_why)
			 : why_set(reterr_why, -ENOMEM, "out of memory");
	}
	return r;
}
