/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/cache/source/spec.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

/* Bytes of digits at @s. */
static size_t digits(const char *s)
{
	return strspn(s, "0123456789");
}

/* Bytes of the version at @s, or 0. */
static size_t version_length(const char *s)
{
	size_t n = digits(s), more;

	if (n == 0 || s[n] != '.' || digits(s + n + 1) == 0)
		return 0;
	n += 1 + digits(s + n + 1);
	if (s[n] == '.' && (more = digits(s + n + 1)) > 0)
		n += 1 + more;
	if (strncmp(s + n, "-rc", 3) == 0 && (more = digits(s + n + 3)) > 0)
		n += 3 + more;
	return n;
}

static bool is_range(const char *s)
{
	size_t n = version_length(s);
	size_t more = n && strncmp(s + n, "..", 2) == 0
			      ? version_length(s + n + 2)
			      : 0;

	return more && s[n + 2 + more] == '\0';
}

enum spec_kind spec_kind(const char *text)
{
	size_t n = version_length(text);

	if (strncmp(text, "git+", 4) == 0)
		return SPEC_GIT;
	if (is_range(text))
		return SPEC_RANGE;
	if (strchr(text, '/') || *text == '.' || *text == '~')
		return SPEC_PATH;
	if ((n && text[n] == '\0') || strcmp(text, "latest") == 0)
		return SPEC_VERSION;
	if (strcmp(text, "host") == 0)
		return SPEC_HOST;
	return access(text, F_OK) == 0 ? SPEC_PATH : SPEC_KEY;
}

int spec_check_single(const char *text, struct why *reterr_why)
{
	if (!*text)
		return why_set(reterr_why, -EINVAL, "no kernel is named");
	if (spec_kind(text) != SPEC_RANGE)
		return 0;
	return why_set(reterr_why, -EINVAL,
		       "'%s' stands for several kernels; see "
		       "ktstr-cache expand",
		       text);
}
