/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/cache/net/http.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tools/cache/net/transfer.h"
#include "tools/lib/num.h"

#define SECOND_NS	1000000000u
#define MS_NS		1000000u
#define DEFAULT_TRIES	5
#define DEFAULT_STALL_S 30
#define FIRST_PAUSE_MS	500
#define MAX_PAUSE_MS	8000
#define MAX_ASKED_MS	60000

bool http_is_offline(void)
{
	const char *value = getenv("KTSTR_OFFLINE");

	return value && *value && strcmp(value, "0") != 0;
}

/* A number in the environment, 1 to @max; @ret keeps its value without one. */
static int setting(const char *name, uint64_t max, uint64_t *ret,
		   struct why *reterr_why)
{
	const char *value = getenv(name);

	if (!value || !*value || num_parse(value, 1, max, ret) == 0)
		return 0;
	return why_set(reterr_why, -EINVAL,
		       "%s '%.40s' is no number from 1 to %llu", name, value,
		       (unsigned long long)max);
}

static void start_library(void)
{
	(void)curl_global_init(CURL_GLOBAL_DEFAULT);
}

/* Fill what all methods need. */
static int begin(struct transfer *t, uint64_t *ret_tries,
		 struct why *reterr_why)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	uint64_t tries = DEFAULT_TRIES, stall_s = DEFAULT_STALL_S, limit_s;
	const struct http_request *req = t->req;
	int r = url_parse(req->url, &t->url, reterr_why);

	if (r == 0)
		r = setting("KTSTR_NET_TRIES", 100, &tries, reterr_why);
	if (r == 0)
		r = setting("KTSTR_NET_STALL", 3600, &stall_s, reterr_why);
	if (r < 0)
		return r;
	limit_s = req->timeout_s;
	if (t->method == METHOD_GET_FILE || t->method == METHOD_PUT)
		r = setting("KTSTR_NET_TIMEOUT", 604800, &limit_s, reterr_why);
	if (r < 0)
		return r;
	if (http_is_offline() && strcmp(t->url.scheme, "file") != 0)
		return why_set(reterr_why, -ENETDOWN,
			       "KTSTR_OFFLINE is set, so '%s' is not %s",
			       t->url.shown,
			       t->method == METHOD_PUT	  ? "sent"
			       : t->method == METHOD_HEAD ? "looked for"
							  : "fetched");
	pthread_once(&once, start_library);
	*ret_tries = req->tries && req->tries < tries ? req->tries : tries;
	t->stall_ns = stall_s * SECOND_NS;
	t->deadline_ns = UINT64_MAX;
	t->limit_s = limit_s;
	if (limit_s)
		t->deadline_ns = progress_now_ns() + limit_s * SECOND_NS;
	return 0;
}

static void pause_ms(uint64_t ms)
{
	struct timespec t = { .tv_sec = (time_t)(ms / 1000),
			      .tv_nsec = (long)(ms % 1000) * MS_NS };

	while (nanosleep(&t, &t) < 0 && errno == EINTR)
		;
}

/* Wait before the next attempt; false when that takes us too long. */
static bool wait_for_next(const struct transfer *t, unsigned int attempt)
{
	uint64_t ms = (uint64_t)FIRST_PAUSE_MS << (attempt < 8 ? attempt : 8);

	if (ms > MAX_PAUSE_MS)
		ms = MAX_PAUSE_MS;
	if (t->retry_ms > ms)
		ms = t->retry_ms;
	if (ms > MAX_ASKED_MS)
		return false;
	if (t->deadline_ns != UINT64_MAX &&
	    progress_now_ns() + ms * MS_NS >= t->deadline_ns)
		return false;
	detail("%s, trying again in %.1f s", t->why.text, (double)ms / 1000);
	pause_ms(ms);
	return true;
}

static int run(struct transfer *t, struct why *reterr_why)
{
	uint64_t tries = 1;
	int r = begin(t, &tries, reterr_why);

	if (r < 0)
		return r;
	if (t->method == METHOD_GET_FILE) {
		t->part.url = t->url.shown;
		r = part_open(&t->part, reterr_why);
		if (r < 0)
			return r;
		/* It was whole when its reader was killed. */
		if (t->part.total && t->part.at == t->part.total)
			return 0;
	}
	progress_begin(&t->progress, t->req->what, /* every_s */ 10);
	for (unsigned int attempt = 0;; attempt++) {
		/* What cannot be gone on with begins anew. */
		if (t->method == METHOD_GET_FILE && !*t->part.validator)
			t->part.at = 0;
		r = transfer_try(t);
		if (r == 0 || !t->again || attempt + 1 >= tries ||
		    !wait_for_next(t, attempt))
			break;
	}
	progress_end(&t->progress);
	if (r == 0)
		return 0;
	if (t->retry_ms > MAX_ASKED_MS)
		return why_set(reterr_why, r, "%s, and asks to wait %llu s",
			       t->why.text,
			       (unsigned long long)(t->retry_ms / 1000));
	return why_set(reterr_why, r, "%s", t->why.text);
}

int http_get(const struct http_request *req, struct str *ret,
	     struct why *reterr_why)
{
	struct transfer t = { .method = METHOD_GET,
			      .req = req,
			      .text = ret,
			      .text_start = ret->len };
	int r = run(&t, reterr_why);

	if (r < 0 && ret->text) {
		ret->len = t.text_start;
		ret->text[ret->len] = '\0';
	}
	return r;
}

int http_get_file(const struct http_request *req, int fd,
		  struct why *reterr_why)
{
	struct transfer t = { .method = METHOD_GET_FILE,
			      .req = req,
			      .part = { .fd = fd, .path = req->note } };

	return run(&t, reterr_why);
}

int http_head(const struct http_request *req, struct why *reterr_why)
{
	struct transfer t = { .method = METHOD_HEAD, .req = req };

	return run(&t, reterr_why);
}

int http_put_file(const struct http_request *req, int fd, uint64_t size,
		  struct why *reterr_why)
{
	struct transfer t = {
		.method = METHOD_PUT, .req = req, .fd = fd, .size = size
	};

	return run(&t, reterr_why);
}
