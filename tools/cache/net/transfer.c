/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/cache/net/transfer.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tools/cache/net/body.h"
#include "tools/lib/cleanup.h"
#include "version.h"

#define CONNECT_S     10L
#define MAX_REDIRECTS 5
#define MS_NS	      1000000u

static int broken(struct transfer *t, const char *reason)
{
	return why_set(&t->why, -EIO, "'%s': %s", t->url.shown, reason);
}

/* The error of an HTTP status that is not a good one. */
static int judge_status(struct transfer *t, long status)
{
	t->again = status == 408 || status == 429 || status == 500 ||
		   (status >= 502 && status <= 504);
	switch (status) {
	case 404:
	case 410:
		return why_set(&t->why, -ENOENT,
			       "'%s' is not there: the server answers %ld",
			       t->url.shown, status);
	case 401:
	case 403:
	case 407:
		return why_set(&t->why, -EACCES,
			       "'%s' is not for us: the server answers %ld%s",
			       t->url.shown, status,
			       status == 407 ? " for the proxy" : "");
	case 416:
		/* The file is shorter now: begin anew. */
		t->again = t->method == METHOD_GET_FILE && t->part.at > 0;
		t->part.validator[0] = '\0';
		break;
	case 409:
	case 412:
		if (t->method == METHOD_PUT)
			return why_set(&t->why, -EEXIST,
				       "'%s' is there already", t->url.shown);
		break;
	default:
		break;
	}
	return why_set(&t->why, -EIO, "'%s': the server answers %ld",
		       t->url.shown, status);
}

/* The error of a transfer that libcurl ended. */
static int judge_code(struct transfer *t, CURLcode code, const char *detail)
{
	switch (code) {
	case CURLE_OK:
		return 0;
	case CURLE_OUT_OF_MEMORY:
		return why_set(&t->why, -ENOMEM, "out of memory");
	case CURLE_FILE_COULDNT_READ_FILE:
		return why_set(&t->why, -ENOENT, "'%s' is not there",
			       t->url.shown);
	case CURLE_OPERATION_TIMEDOUT:
		t->again = true;
		return why_set(&t->why, -ETIMEDOUT, "'%s': %.150s",
			       t->url.shown,
			       *detail ? detail : "it took too long");
	case CURLE_COULDNT_RESOLVE_HOST:
	case CURLE_COULDNT_RESOLVE_PROXY:
	case CURLE_COULDNT_CONNECT:
	case CURLE_SSL_CONNECT_ERROR:
	case CURLE_PARTIAL_FILE:
	case CURLE_GOT_NOTHING:
	case CURLE_RECV_ERROR:
	case CURLE_SEND_ERROR:
	case CURLE_HTTP2:
	case CURLE_HTTP2_STREAM:
		t->again = true;
		break;
	default:
		break;
	}
	return why_set(&t->why, -EIO, "'%s': %.150s", t->url.shown,
		       *detail ? detail : curl_easy_strerror(code));
}

/* What is the same for every hop. */
static void set_limits(struct transfer *t)
{
	CURL *c = t->curl;

	/* Threads of a caller must not meet our signal handlers. */
	curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(c, CURLOPT_FAILONERROR, 1L);
	curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT, CONNECT_S);
	curl_easy_setopt(c, CURLOPT_USERAGENT, "ktstr-cache/" KTSTR_VERSION);
	/* Headers of the proxy's own answer are not the server's. */
	curl_easy_setopt(c, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
	body_attach(t);
}

/* What depends on where this hop goes. */
static int set_target(struct transfer *t, const char *where,
		      const struct url *url, struct curl_slist *list)
{
	uint64_t now = progress_now_ns();
	CURL *c = t->curl;

	if (now >= t->deadline_ns)
		return why_set(&t->why, -ETIMEDOUT,
			       "'%s': the time limit of %llu s ran out",
			       t->url.shown, (unsigned long long)t->limit_s);
	if (t->deadline_ns != UINT64_MAX)
		curl_easy_setopt(c, CURLOPT_TIMEOUT_MS,
				 (long)((t->deadline_ns - now) / MS_NS + 1));
	curl_easy_setopt(c, CURLOPT_URL, where);
	curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, url->scheme);
	curl_easy_setopt(c, CURLOPT_HTTPHEADER, list);
	if (t->req->token && strcmp(url->origin, t->url.origin) == 0) {
		curl_easy_setopt(c, CURLOPT_HTTPAUTH, (long)CURLAUTH_BEARER);
		curl_easy_setopt(c, CURLOPT_XOAUTH2_BEARER, t->req->token);
	} else {
		curl_easy_setopt(c, CURLOPT_XOAUTH2_BEARER, NULL);
		curl_easy_setopt(c, CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC);
	}
	return 0;
}

/*
 * Where the answer sends us, or NULL.
 *
 * We follow redirects ourselves: libcurl's own way decides by version of
 * libcurl who gets a token, and cannot refuse one step from https to http.
 */
static char *redirect(struct transfer *t, struct url *url)
{
	char *to = NULL;
	struct url next;
	long status = 0;

	curl_easy_getinfo(t->curl, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_getinfo(t->curl, CURLINFO_REDIRECT_URL, &to);
	if (status < 300 || status > 399)
		return NULL;
	if (!to) {
		t->error = judge_status(t, status);
		return NULL;
	}
	if (url_parse(to, &next, NULL) < 0 || !url_may_redirect(url, &next)) {
		t->error = broken(t, "the server redirects to where we do not "
				     "follow: from https to http, or to "
				     "something else than http");
		return NULL;
	}
	if (t->method == METHOD_PUT && status != 307 && status != 308) {
		t->error = judge_status(t, status);
		return NULL;
	}
	*url = next;
	return strdup(to);
}

/* One request to one server. */
static int hop(struct transfer *t, const char *where, const struct url *url,
	       struct curl_slist *list)
{
	char detail[CURL_ERROR_SIZE] = "";
	long status = 0;
	CURLcode code;
	int r;

	body_reset(t);
	r = set_target(t, where, url, list);
	if (r < 0)
		return r;
	curl_easy_setopt(t->curl, CURLOPT_ERRORBUFFER, detail);
	code = curl_easy_perform(t->curl);
	curl_easy_setopt(t->curl, CURLOPT_ERRORBUFFER, NULL);
	if (t->error)
		return t->error;
	curl_easy_getinfo(t->curl, CURLINFO_RESPONSE_CODE, &status);
	/* An error may come before all of an upload was taken. */
	if (status >= 400) {
		curl_off_t after_s = 0;

		curl_easy_getinfo(t->curl, CURLINFO_RETRY_AFTER, &after_s);
		t->retry_ms = after_s > 0 ? (uint64_t)after_s * 1000 : 0;
		return judge_status(t, status);
	}
	if (code == CURLE_OK || (status >= 300 && t->discarded))
		return 0;
	return judge_code(t, code, detail);
}

/* The headers of this attempt; NULL when there are none. */
static struct curl_slist *headers(const struct transfer *t)
{
	const struct part *p = &t->part;
	struct curl_slist *list = NULL;
	char line[PART_VALIDATOR_SIZE + 16];

	if (t->method == METHOD_GET_FILE && p->at > 0) {
		snprintf(line, sizeof(line), "If-Range: %s", p->validator);
		list = curl_slist_append(list, line);
	}
	if (t->method == METHOD_PUT && t->req->only_new)
		list = curl_slist_append(list, "If-None-Match: *");
	return list;
}

static void set_method(struct transfer *t)
{
	char range[32];

	if (t->method == METHOD_HEAD)
		curl_easy_setopt(t->curl, CURLOPT_NOBODY, 1L);
	if (t->method == METHOD_PUT) {
		curl_easy_setopt(t->curl, CURLOPT_UPLOAD, 1L);
		curl_easy_setopt(t->curl, CURLOPT_INFILESIZE_LARGE,
				 (curl_off_t)t->size);
	}
	if (t->method == METHOD_GET_FILE && t->part.at > 0) {
		snprintf(range, sizeof(range), "%llu-",
			 (unsigned long long)t->part.at);
		curl_easy_setopt(t->curl, CURLOPT_RANGE, range);
	}
}

/*
 * A handle for one hop: libcurl 7.88, used again, joins a first header that
 * begins with a blank to the last one of the answer before, which it has freed.
 */
static int start(struct transfer *t)
{
	curl_easy_cleanup(t->curl);
	t->curl = curl_easy_init();
	if (!t->curl)
		return why_set(&t->why, -ENOMEM, "cannot start libcurl");
	set_limits(t);
	set_method(t);
	return 0;
}

static int follow(struct transfer *t, struct curl_slist *list)
{
	auto_free char *where = strdup(t->req->url);
	struct url url = t->url;
	int r = -EIO;

	for (int i = 0; where && i <= MAX_REDIRECTS; i++) {
		char *next;

		r = start(t);
		if (r == 0)
			r = hop(t, where, &url, list);
		if (r < 0)
			return r;
		next = redirect(t, &url);
		if (t->error)
			return t->error;
		if (!next)
			return body_end(t);
		free(where);
		where = next;
	}
	if (!where)
		return why_set(&t->why, -ENOMEM, "out of memory");
	return broken(t, "the server redirects too often");
}

int transfer_try(struct transfer *t)
{
	struct curl_slist *list = headers(t);
	int r;

	t->again = false;
	t->retry_ms = 0;
	t->curl = NULL;
	r = follow(t, list);
	curl_easy_cleanup(t->curl);
	curl_slist_free_all(list);
	t->curl = NULL;
	return r;
}
