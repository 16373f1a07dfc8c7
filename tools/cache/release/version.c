/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/cache/release/version.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tools/lib/num.h"

/* Longest range that is read; also bounds what a message repeats. */
#define MAX_RANGE 200

/* Read the number at *@at, and go behind it. Return: 0, -EINVAL or -ERANGE. */
static int number(const char **at, uint64_t *ret)
{
	size_t n = strspn(*at, "0123456789");
	const char *from = *at;
	char digits[64];

	if (n == 0)
		return -EINVAL;
	*at += n;
	if (n >= sizeof(digits))
		return -ERANGE;
	memcpy(digits, from, n);
	digits[n] = '\0';
	return num_parse(digits, 0, UINT64_MAX, ret);
}

int version_parse(const char *text, struct version *ret)
{
	struct version v = { 0 };
	int r = number(&text, &v.major);
	int worst = r;

	if (r == -EINVAL || *text++ != '.')
		return -EINVAL;
	r = number(&text, &v.minor);
	if (r == -EINVAL)
		return r;
	worst = worst ? worst : r;
	if (*text == '.') {
		text++;
		v.has_patch = true;
		r = number(&text, &v.patch);
		if (r == -EINVAL)
			return r;
		worst = worst ? worst : r;
	}
	if (strncmp(text, "-rc", 3) == 0) {
		text += 3;
		v.is_rc = true;
		r = number(&text, &v.rc);
		if (r == -EINVAL)
			return r;
		worst = worst ? worst : r;
	}
	if (*text != '\0')
		return -EINVAL;
	if (worst == 0)
		*ret = v;
	return worst;
}

void version_format(const struct version *v, char ret[VERSION_SIZE])
{
	int n = snprintf(ret, VERSION_SIZE, "%llu.%llu",
			 (unsigned long long)v->major,
			 (unsigned long long)v->minor);

	if (v->has_patch)
		n += snprintf(ret + n, VERSION_SIZE - (size_t)n, ".%llu",
			      (unsigned long long)v->patch);
	if (v->is_rc)
		snprintf(ret + n, VERSION_SIZE - (size_t)n, "-rc%llu",
			 (unsigned long long)v->rc);
}

static int compare(uint64_t a, uint64_t b)
{
	return a < b ? -1 : a > b;
}

int version_compare(const struct version *a, const struct version *b)
{
	int r = compare(a->major, b->major);

	if (r == 0)
		r = compare(a->minor, b->minor);
	if (r == 0)
		r = compare(a->patch, b->patch);
	if (r == 0 && a->is_rc != b->is_rc)
		r = a->is_rc ? -1 : 1;
	return r ? r : compare(a->rc, b->rc);
}

bool version_is_series(const struct version *v)
{
	return !v->has_patch && !v->is_rc;
}

bool version_is_same_series(const struct version *a, const struct version *b)
{
	return a->major == b->major && a->minor == b->minor;
}

int version_range(const char *text, struct version *ret_from,
		  struct version *ret_to, struct why *reterr_why)
{
	const char *dots = strstr(text, "..");
	struct version from, to;
	char first[MAX_RANGE];
	int r;

	if (!dots || strlen(text) >= sizeof(first))
		return why_set(reterr_why, -EINVAL,
			       "'%.60s' is no range; write VERSION..VERSION",
			       text);
	snprintf(first, sizeof(first), "%.*s", (int)(dots - text), text);
	r = version_parse(first, &from);
	if (r == 0)
		r = version_parse(dots + 2, &to);
	if (r == -ERANGE)
		return why_set(reterr_why, -EINVAL,
			       "range '%s': a number is too large", text);
	if (r)
		return why_set(reterr_why, -EINVAL,
			       "'%s' is no range; write VERSION..VERSION",
			       text);
	if (version_compare(&from, &to) > 0)
		return why_set(reterr_why, -EINVAL,
			       "range '%s' begins after its end; swap them: "
			       "%s..%s",
			       text, dots + 2, first);
	*ret_from = from;
	*ret_to = to;
	return 0;
}
