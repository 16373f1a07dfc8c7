/* SPDX-License-Identifier: GPL-2.0-or-later */
/* http.h - files over HTTP, with limits on everything. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "tools/lib/str.h"
#include "tools/lib/why.h"

/**
 * struct http_request - one transfer
 * @url:       http://, https:// or file:// (the latter for mirrors)
 * @token:     bearer token, or NULL; a redirect to another scheme, host or port
 *	       does not take it along
 * @timeout_s: limit for the whole transfer, retries included; 0 for none but
 *	       the stall limit, which always holds: no byte for 30 s
 * @max_bytes: refuse a larger body; 0 for no limit (http_get(): 64 MiB)
 * @tries:     how often to ask; 0 for the default, 5
 * @what:      what is fetched, for progress: "linux-6.14.2"
 * @quiet:     show no progress
 * @only_new:  http_put_file(): not if it is there (If-None-Match)
 * @note:      http_get_file(): path of a file that keeps what the descriptor's
 *	       content is a part of; with it another process can go on later.
 *	       NULL: what is in the descriptor is thrown away. The caller
 *	       removes both.
 *
 * $http_proxy, $https_proxy and $no_proxy hold as curl has them. A transfer
 * that broke off or stalled, a 408, 429 or 5xx are tried again, with growing
 * pauses and Retry-After obeyed up to a minute, a file from where it stopped.
 * That is asked for with If-Range, so that a file that has changed begins anew;
 * a server that gives no validator is asked for the whole again. At most 5
 * redirects, never from https to http, never to a file. The environment can
 * change the stall limit and the tries: KTSTR_NET_STALL (seconds) and
 * KTSTR_NET_TRIES; and the whole limit for files: KTSTR_NET_TIMEOUT (seconds).
 *With KTSTR_OFFLINE=1 nothing is asked, but files are read.
 *
 * Errors, with a sentence that names the URL, without user, password and
 * query (never the token):
 * * -ENOENT    - 404 or 410
 * * -EACCES    - 401, 403, 407
 * * -EBADMSG   - an HTML page where a file was wanted
 * * -EFBIG     - larger than @max_bytes
 * * -ETIMEDOUT - the limit, or a stall
 * * -ENETDOWN  - KTSTR_OFFLINE: says what would have been fetched
 * * -EINVAL    - no such URL, or a setting that is no number
 * * -EIO       - the server's or the network's trouble that retries did not
 *		  heal
 * * -errno     - of the file
 */
struct http_request {
	const char *url;
	const char *token;
	unsigned int timeout_s;
	uint64_t max_bytes;
	unsigned int tries;
	const char *what;
	bool quiet, only_new;
	const char *note;
};

/* Is KTSTR_OFFLINE set, to something else than "0" and ""? */
bool http_is_offline(void);

/* Fetch into memory; @ret is appended to, unchanged on failure. */
int http_get(const struct http_request *req, struct str *ret,
	     struct why *reterr_why);

/* Fetch into @fd, a file open for writing, from its end on if that can be. */
int http_get_file(const struct http_request *req, int fd,
		  struct why *reterr_why);

/* Ask whether it is there. Return: 0, -ENOENT, or as above. */
int http_head(const struct http_request *req, struct why *reterr_why);

/* Send @size bytes of @fd, from its start, with PUT. 409 and 412 are -EEXIST.
 */
int http_put_file(const struct http_request *req, int fd, uint64_t size,
		  struct why *reterr_why);
