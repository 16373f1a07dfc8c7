/* SPDX-License-Identifier: GPL-2.0-or-later */
/* transfer.h - one attempt at one transfer, by libcurl (for http.c). */
#pragma once

#include <curl/curl.h>

#include "tools/cache/net/http.h"
#include "tools/cache/net/part.h"
#include "tools/cache/net/url.h"
#include "tools/cache/wrap/progress.h"

enum method {
	METHOD_GET,
	METHOD_GET_FILE,
	METHOD_HEAD,
	METHOD_PUT,
};

/**
 * struct transfer - a request, and how far it is
 * @limit_s:     longest time of the whole; 0 for none
 * @deadline_ns: of the whole, or UINT64_MAX
 * @stall_ns:    longest time without a byte
 * @text:        METHOD_GET: where to, @text_start bytes are not ours
 * @part:        METHOD_GET_FILE: where to
 * @fd, @size:   METHOD_PUT: what, and how much of it
 * @sent:        bytes of it that were handed over in this attempt
 * @headers:     bytes of headers in this attempt
 * @discarded:   bytes of a body that nobody wants
 * @body:        bytes of the body in this attempt
 * @begun:       the answer is accepted, its body is being kept
 * @moved_ns:    when the last byte moved
 * @moved:       how many had by then
 * @error:       what a callback ended the attempt with; its sentence is in @why
 * @why:         of the attempt
 * @retry_ms:    what the server asked to wait; 0 if it did not
 * @again:       another attempt may help
 */
struct transfer {
	enum method method;
	const struct http_request *req;
	struct url url;
	uint64_t limit_s, deadline_ns, stall_ns;
	struct str *text;
	size_t text_start;
	struct part part;
	int fd;
	uint64_t size, sent;

	CURL *curl;
	struct progress progress;
	uint64_t headers, discarded, body, moved_ns, moved;
	bool begun;
	int error;
	struct why why;
	uint64_t retry_ms;
	bool again;
};

/* Try once, redirects included. Return: 0 or -errno, with t->why, t->again and
 * t->retry_ms. */
int transfer_try(struct transfer *t);
