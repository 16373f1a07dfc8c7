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
 * @token:     bearer token, or NULL; never sent to another host by a redirect
 * @timeout_s: limit for the whole transfer, retries included; 0 for none but
 *	       the stall limit, which always holds: no byte for 30 s
 * @max_bytes: refuse a larger body; 0 for no limit
 * @what:      what is fetched, for progress and messages: "linux-6.14.2"
 * @quiet:     show no progress
 *
 * $http_proxy, $https_proxy and $no_proxy hold as curl has them. A transfer
 * that broke off, a 429 or a 5xx are tried again, with growing pauses and
 * Retry-After obeyed, @ret_file from where it stopped. With KTSTR_OFFLINE=1
 * nothing is asked.
 *
 * Errors, with a sentence that names the URL (never the token):
 * * -ENOENT    - 404 or 410
 * * -EACCES    - 401, 403, 407
 * * -EBADMSG   - an HTML page where a file was wanted, or a body too short
 * * -EFBIG     - larger than @max_bytes
 * * -ETIMEDOUT - the limit, or a stall
 * * -ENETDOWN  - KTSTR_OFFLINE: says what would have been fetched
 * * -EIO       - the server's or the network's trouble that retries did not
 *heal
 * * -errno     - of the file
 */
struct http_request {
	const char *url;
	const char *token;
	unsigned int timeout_s;
	uint64_t max_bytes;
	const char *what;
	bool quiet;
};

/* Fetch into memory; @ret is appended to. */
int http_get(const struct http_request *req, struct str *ret,
	     struct why *reterr_why);

/* Fetch into @fd, from its end on if the server can resume. */
int http_get_file(const struct http_request *req, int fd,
		  struct why *reterr_why);

/* Ask whether it is there. Return: 0, -ENOENT, or as above. */
int http_head(const struct http_request *req, struct why *reterr_why);

/* Send @size bytes of @fd, from its start, with PUT. 409 and 412 are -EEXIST.
 */
int http_put_file(const struct http_request *req, int fd, uint64_t size,
		  struct why *reterr_why);
