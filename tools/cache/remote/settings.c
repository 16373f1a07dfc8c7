/* SPDX-License-Identifier: GPL-2.0-or-later */
/* settings.c - which remote there is, and what we may tell it. */
#include "tools/cache/remote/remote.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/cache/net/url.h"
#include "tools/cache/remote/manifest.h"
#include "tools/cache/remote/secret.h"
#include "tools/lib/cleanup.h"

#define WHERE "KTSTR_REMOTE_CACHE"
#define PUSH  "KTSTR_REMOTE_PUSH"

void remote_done(struct remote *r)
{
	free(r->where);
	secret_free(r->token);
	secret_free(r->sign_key);
	*r = (struct remote){ 0 };
}

static const char *setting(const char *name)
{
	const char *value = getenv(name);

	return value && *value ? value : NULL;
}

static bool is_web(const char *where)
{
	return strncasecmp(where, "http://", 7) == 0 ||
	       strncasecmp(where, "https://", 8) == 0;
}

/* Refuse what would show a secret in messages, or is no folder's address. */
static int check_url(const char *where, struct why *reterr_why)
{
	const char *host = strstr(where, "://") + 3;
	struct url url;

	if (memchr(host, '@', strcspn(host, "/?#")))
		return why_set(reterr_why, -EINVAL,
			       "the address of a remote cache has a user in "
			       "it; say KTSTR_REMOTE_TOKEN instead");
	if (strpbrk(where, "?# "))
		return why_set(reterr_why, -EINVAL,
			       "'%s' is no address of a folder: it has '?', "
			       "'#' or a blank in it",
			       where);
	return url_parse(where, &url, reterr_why);
}

/* Does it begin as a URL, be it one that lacks a slash? */
static bool has_scheme(const char *where)
{
	size_t n = strspn(where, "abcdefghijklmnopqrstuvwxyz"
				 "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+.-");

	return strstr(where, "://") || strncmp(where + n, ":/", 2) == 0;
}

/* Understand @where. */
static int set_place(struct remote *r, const char *where,
		     struct why *reterr_why)
{
	size_t n;
	int result;

	r->is_web = is_web(where);
	if (strncmp(where, "file://", 7) == 0) {
		where += 7;
		if (*where != '/')
			return why_set(reterr_why, -EINVAL,
				       "'file://%s' is not of this computer: "
				       "three slashes begin a path",
				       where);
	} else if (!r->is_web && has_scheme(where)) {
		return why_set(
			reterr_why, -EINVAL,
			"a remote cache is http://, https://, file:// or "
			"a folder, not '%s'",
			where);
	}
	result = r->is_web ? check_url(where, reterr_why) : 0;
	if (result < 0)
		return result;
	n = strlen(where);
	while (n > 1 && where[n - 1] == '/')
		n--;
	if (asprintf(&r->where, "%.*s%s", (int)n, where, r->is_web ? "/" : "") <
	    0)
		return why_set(reterr_why, -ENOMEM, "out of memory");
	return 0;
}

/* May a token that is for our remote cache be sent to @r? */
static bool is_for(const struct remote *r)
{
	const char *ours = setting(WHERE);
	struct url a, b;

	if (!r->is_web)
		return false;
	if (!ours || !is_web(ours))
		return true;
	return url_parse(ours, &a, NULL) == 0 &&
	       url_parse(r->where, &b, NULL) == 0 &&
	       strcmp(a.origin, b.origin) == 0;
}

static int set_push(struct remote *r, struct why *reterr_why)
{
	const char *push = setting(PUSH);

	if (push && strcmp(push, "0") != 0 && strcmp(push, "1") != 0)
		return why_set(reterr_why, -EINVAL,
			       PUSH " is '%.40s', which is neither 0 nor 1",
			       push);
	r->pushes = push ? *push == '1' : r->token != NULL;
	return 0;
}

int remote_find(const char *where, struct remote *ret, struct why *reterr_why)
{
	auto_remote struct remote r = { 0 };
	int result;

	if (!where)
		where = setting(WHERE);
	if (!where)
		return -ENOENT;
	result = set_place(&r, where, reterr_why);
	if (result == 0)
		result = secret_read("KTSTR_REMOTE_TOKEN", /* min */ 1,
				     &r.token, reterr_why);
	if (result == 0)
		result = secret_read("KTSTR_REMOTE_KEY", SIGN_KEY_MIN,
				     &r.sign_key, reterr_why);
	if (result == 0 && r.token && !is_for(&r)) {
		secret_free(r.token);
		r.token = NULL;
	}
	if (result == 0)
		result = set_push(&r, reterr_why);
	if (result < 0)
		return result;
	*ret = r;
	r = (struct remote){ 0 };
	return 0;
}
