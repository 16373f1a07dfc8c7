/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/cache/net/url.h"

#include <curl/curl.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

/* Copy a part; false when it is not there or does not fit. */
static bool part(CURLU *u, CURLUPart which, unsigned int flags, char *ret,
		 size_t size)
{
	char *text = NULL;
	bool fits = curl_url_get(u, which, &text, flags) == CURLUE_OK &&
		    strlen(text) < size;

	if (fits)
		memcpy(ret, text, strlen(text) + 1);
	curl_free(text);
	return fits;
}

static bool is_ours(const char *scheme)
{
	return strcmp(scheme, "http") == 0 || strcmp(scheme, "https") == 0 ||
	       strcmp(scheme, "file") == 0;
}

static bool split(CURLU *u, struct url *ret)
{
	char host[200], port[8];

	if (!part(u, CURLUPART_SCHEME, 0, ret->scheme, sizeof(ret->scheme)) ||
	    !is_ours(ret->scheme))
		return false;
	/* A file has no host, and none of what is removed here. */
	if (!part(u, CURLUPART_HOST, 0, host, sizeof(host)))
		host[0] = '\0';
	if (!part(u, CURLUPART_PORT, CURLU_DEFAULT_PORT, port, sizeof(port)))
		port[0] = '\0';
	snprintf(ret->origin, sizeof(ret->origin), "%s://%s:%s", ret->scheme,
		 host, port);
	curl_url_set(u, CURLUPART_USER, NULL, 0);
	curl_url_set(u, CURLUPART_PASSWORD, NULL, 0);
	curl_url_set(u, CURLUPART_QUERY, NULL, 0);
	curl_url_set(u, CURLUPART_FRAGMENT, NULL, 0);
	if (!part(u, CURLUPART_URL, 0, ret->shown, sizeof(ret->shown)))
		snprintf(ret->shown, sizeof(ret->shown), "%s", ret->origin);
	return true;
}

int url_parse(const char *text, struct url *ret, struct why *reterr_why)
{
	CURLU *u = curl_url();
	bool good;

	if (!u)
		return why_set(reterr_why, -ENOMEM, "out of memory");
	/* A scheme that libcurl lacks is told apart below. */
	good = curl_url_set(u, CURLUPART_URL, text, CURLU_NON_SUPPORT_SCHEME) ==
		       CURLUE_OK &&
	       split(u, ret);
	curl_url_cleanup(u);
	if (good)
		return 0;
	if (strchr(text, '@') || strchr(text, '?'))
		return why_set(reterr_why, -EINVAL,
			       "a URL with a user or a query is none of http, "
			       "https or file");
	return why_set(reterr_why, -EINVAL,
		       "'%.200s' is no URL of http, https or file", text);
}

bool url_may_redirect(const struct url *from, const struct url *to)
{
	if (strcmp(to->scheme, "file") == 0)
		return false;
	return strcmp(from->scheme, "https") != 0 ||
	       strcmp(to->scheme, "https") == 0;
}
