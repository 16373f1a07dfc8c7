/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/cache/net/body.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#define MAX_HEADERS   (256u << 10)
#define MAX_DISCARDED (64u << 10)
#define MAX_MEMORY    (64u << 20)
#define SECOND_NS     1000000000u

static const char *header(struct transfer *t, const char *name)
{
	struct curl_header *h;

	if (curl_easy_header(t->curl, name, 0, CURLH_HEADER, -1, &h) !=
	    CURLHE_OK)
		return NULL;
	return h->value;
}

static bool is_html(const char *type)
{
	return type && (strncasecmp(type, "text/html", 9) == 0 ||
			strncasecmp(type, "application/xhtml", 17) == 0);
}

static uint64_t limit(const struct transfer *t)
{
	if (t->req->max_bytes)
		return t->req->max_bytes;
	return t->method == METHOD_GET ? MAX_MEMORY : UINT64_MAX;
}

static int too_large(struct transfer *t)
{
	return why_set(&t->why, -EFBIG, "'%s' is larger than %llu bytes",
		       t->url.shown, (unsigned long long)limit(t));
}

/*
 * What proves in a later request that the file is still the same: a strong
 * ETag, or a date that is older than the answer. RFC 9110, 8.8.2.2 and 13.1.5.
 */
static void find_validator(struct transfer *t)
{
	const char *tag = header(t, "etag");
	const char *date = header(t, "date");
	const char *changed = header(t, "last-modified");
	const char *found = NULL;

	if (tag && *tag == '"')
		found = tag;
	else if (date && changed && curl_getdate(changed, NULL) >= 0 &&
		 curl_getdate(changed, NULL) < curl_getdate(date, NULL))
		found = changed;
	if (!found || strlen(found) >= sizeof(t->part.validator) ||
	    strpbrk(found, "\r\n"))
		found = "";
	memcpy(t->part.validator, found, strlen(found) + 1);
}

/* The answer is a piece of the file: is it the one that we asked for? */
static int begin_piece(struct transfer *t)
{
	const char *range = header(t, "content-range");
	const char *tag = header(t, "etag");
	unsigned long long from = 0;
	bool same = range && sscanf(range, "bytes %llu-", &from) == 1 &&
		    from == t->part.at && t->part.at > 0;

	if (same && tag && *t->part.validator == '"')
		same = strcmp(tag, t->part.validator) == 0;
	if (same)
		return 0;
	t->part.validator[0] = '\0';
	t->again = true;
	return why_set(&t->why, -EIO,
		       "'%s': the server sent another piece than asked for",
		       t->url.shown);
}

/* The first byte of a good answer: look at its headers. */
static int begin(struct transfer *t)
{
	curl_off_t size = -1;
	char *type = NULL;
	long status = 0;

	curl_easy_getinfo(t->curl, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_getinfo(t->curl, CURLINFO_CONTENT_TYPE, &type);
	curl_easy_getinfo(t->curl, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &size);
	if (t->method != METHOD_PUT && is_html(type))
		return why_set(&t->why, -EBADMSG,
			       "'%s': the server sent a web page, no file",
			       t->url.shown);
	if (t->method != METHOD_GET_FILE)
		return 0;
	if (status == 206)
		return begin_piece(t);
	if (size > 0 && (uint64_t)size > limit(t))
		return too_large(t);
	find_validator(t);
	t->part.total = size > 0 ? (uint64_t)size : 0;
	return part_restart(&t->part, &t->why);
}

static int ensure_begun(struct transfer *t)
{
	if (t->begun || t->error)
		return t->error;
	t->begun = true;
	t->error = begin(t);
	return t->error;
}

static int keep(struct transfer *t, const char *data, size_t len)
{
	struct part *p = &t->part;

	if (t->method == METHOD_GET) {
		str_add_bytes(t->text, data, len);
		return t->text->failed
			       ? why_set(&t->why, -ENOMEM, "out of memory")
			       : 0;
	}
	while (len > 0) {
		ssize_t n = pwrite(p->fd, data, len, (off_t)p->at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return why_set(&t->why, -errno,
				       "cannot keep what '%s' sends: %s",
				       t->url.shown, strerror(errno));
		data += n;
		len -= (size_t)n;
		p->at += (uint64_t)n;
	}
	return 0;
}

/* CURLOPT_WRITEFUNCTION: anything but @len ends the transfer. */
static size_t on_body(char *data, size_t one, size_t len, void *arg)
{
	struct transfer *t = arg;
	long status = 0;
	uint64_t have;

	(void)one; /* 1, says curl */
	curl_easy_getinfo(t->curl, CURLINFO_RESPONSE_CODE, &status);
	if (status >= 300 || t->method == METHOD_PUT) {
		t->discarded += len;
		return t->discarded > MAX_DISCARDED ? 0 : len;
	}
	if (ensure_begun(t) < 0)
		return 0;
	t->body += len;
	have = t->method == METHOD_GET_FILE ? t->part.at + len : t->body;
	t->error = have > limit(t) ? too_large(t) : keep(t, data, len);
	return t->error ? 0 : len;
}

/* CURLOPT_HEADERFUNCTION */
static size_t on_header(char *data, size_t one, size_t len, void *arg)
{
	struct transfer *t = arg;

	(void)data;
	(void)one;
	t->headers += len;
	if (t->headers <= MAX_HEADERS)
		return len;
	t->error = why_set(&t->why, -EIO,
			   "'%s': the server's headers are "
			   "endless",
			   t->url.shown);
	return 0;
}

/* CURLOPT_READFUNCTION */
static size_t on_read(char *data, size_t one, size_t room, void *arg)
{
	struct transfer *t = arg;
	uint64_t left = t->size - t->sent;
	ssize_t n;

	(void)one;
	if (room > left)
		room = (size_t)left;
	do
		n = room ? pread(t->fd, data, room, (off_t)t->sent) : 0;
	while (n < 0 && errno == EINTR);
	if (n < 0 || (n == 0 && left > 0)) {
		t->error = why_set(&t->why, n < 0 ? -errno : -EIO,
				   "cannot read what is to be sent: %s",
				   n < 0 ? strerror(errno) : "it got shorter");
		return CURL_READFUNC_ABORT;
	}
	t->sent += (uint64_t)n;
	return (size_t)n;
}

/* CURLOPT_SEEKFUNCTION: a proxy or a login wants it from the start again. */
static int on_seek(void *arg, curl_off_t offset, int origin)
{
	struct transfer *t = arg;

	if (origin != SEEK_SET || offset < 0 || (uint64_t)offset > t->size)
		return CURL_SEEKFUNC_FAIL;
	t->sent = (uint64_t)offset;
	return CURL_SEEKFUNC_OK;
}

static void show(struct transfer *t)
{
	uint64_t done = t->method == METHOD_PUT ? t->sent : t->part.at;
	uint64_t total = t->method == METHOD_PUT ? t->size : t->part.total;
	char text[32];

	if (t->req->quiet || !t->req->what)
		return;
	if (total) {
		progress_share(&t->progress, done, total);
		return;
	}
	snprintf(text, sizeof(text), "%.1f MB",
		 (double)(done ? done : t->body) / 1e6);
	progress_show(&t->progress, text);
}

/* CURLOPT_XFERINFOFUNCTION: called at least once a second. */
static int on_time(void *arg, curl_off_t down_total, curl_off_t down,
		   curl_off_t up_total, curl_off_t up)
{
	uint64_t now = progress_now_ns();
	struct transfer *t = arg;
	uint64_t moved = t->headers + (uint64_t)down + (uint64_t)up;

	(void)down_total;
	(void)up_total;
	show(t);
	if (moved != t->moved) {
		t->moved = moved;
		t->moved_ns = now;
	}
	if (now - t->moved_ns < t->stall_ns)
		return 0;
	t->again = true;
	t->error = why_set(
		&t->why, -ETIMEDOUT, "'%s': the server sent nothing for %llu s",
		t->url.shown, (unsigned long long)(t->stall_ns / SECOND_NS));
	return 1;
}

void body_attach(struct transfer *t)
{
	CURL *c = t->curl;

	curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(c, CURLOPT_WRITEDATA, t);
	curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, on_header);
	curl_easy_setopt(c, CURLOPT_HEADERDATA, t);
	curl_easy_setopt(c, CURLOPT_NOPROGRESS, 0L);
	curl_easy_setopt(c, CURLOPT_XFERINFOFUNCTION, on_time);
	curl_easy_setopt(c, CURLOPT_XFERINFODATA, t);
	if (t->method != METHOD_PUT)
		return;
	curl_easy_setopt(c, CURLOPT_READFUNCTION, on_read);
	curl_easy_setopt(c, CURLOPT_READDATA, t);
	curl_easy_setopt(c, CURLOPT_SEEKFUNCTION, on_seek);
	curl_easy_setopt(c, CURLOPT_SEEKDATA, t);
}

void body_reset(struct transfer *t)
{
	t->headers = t->discarded = t->body = t->sent = t->moved = 0;
	t->moved_ns = progress_now_ns();
	t->begun = false;
	t->error = 0;
	if (t->method == METHOD_GET && t->text->text) {
		t->text->len = t->text_start;
		t->text->text[t->text_start] = '\0';
	}
}

int body_end(struct transfer *t)
{
	int r = t->method == METHOD_PUT ? 0 : ensure_begun(t);

	if (r < 0 || t->method != METHOD_GET_FILE || !t->part.total ||
	    t->part.at == t->part.total)
		return r;
	t->again = true;
	return why_set(&t->why, -EIO, "'%s' ended after %llu of %llu bytes",
		       t->url.shown, (unsigned long long)t->part.at,
		       (unsigned long long)t->part.total);
}
