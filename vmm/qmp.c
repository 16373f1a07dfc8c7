/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmm/qmp.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "tools/lib/cleanup.h"

#define LINE_MAX_BYTES (8U << 20)
/* Read in one go, of 4 KiB each: more than a socket holds. */
#define PIECES_MAX 64

int qmp_pair(int *ret_ours, int *ret_theirs, struct why *reterr_why)
{
	int fds[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) < 0)
		return why_set(reterr_why, -errno,
			       "cannot make a pair of sockets: %s",
			       strerror(errno));
	*ret_ours = fds[0];
	*ret_theirs = fds[1];
	return 0;
}

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Sort one line: an event, or an answer (the greeting counts as one). */
static int take_line(struct qmp *q, const char *line, size_t len)
{
	json_error_t error;
	json_t *json = json_loadb(line, len, 0, &error);

	if (!json_is_object(json)) {
		json_decref(json);
		return -EBADMSG;
	}
	json_t *list = json_object_get(json, "event") ? q->events : q->replies;
	return json_array_append_new(list, json) < 0 ? -ENOMEM : 0;
}

static int take_lines(struct qmp *q)
{
	char *at = q->text.text, *end = at + q->text.len, *nl;
	int r = 0;

	while (r == 0 && (nl = memchr(at, '\n', (size_t)(end - at)))) {
		r = take_line(q, at, (size_t)(nl - at));
		at = nl + 1;
	}
	q->text.len = (size_t)(end - at);
	memmove(q->text.text, at, q->text.len);
	if (q->text.len > LINE_MAX_BYTES)
		return -EBADMSG;
	return r;
}

int qmp_pump(struct qmp *q)
{
	char piece[4096];

	/* There are events that a guest causes: not for ever in one go. */
	for (int i = 0; i < PIECES_MAX; i++) {
		ssize_t n = recv(q->fd, piece, sizeof(piece), MSG_DONTWAIT);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			return 0;
		if (n < 0)
			return errno == ECONNRESET ? -EPIPE : -errno;
		if (n == 0)
			return -EPIPE;
		str_add_bytes(&q->text, piece, (size_t)n);
		if (q->text.failed)
			return -ENOMEM;
		int r = take_lines(q);
		if (r < 0)
			return r;
	}
	return 0;
}

static int explain(int error, struct why *reterr_why)
{
	switch (error) {
	case -EPIPE:
		return why_set(reterr_why, error,
			       "QEMU has closed its monitor");
	case -ETIME:
		return why_set(reterr_why, error,
			       "QEMU's monitor gives no answer");
	case -EINTR:
		return why_set(reterr_why, error, "stopped by a signal");
	case -EBADMSG:
		return why_set(reterr_why, error,
			       "QEMU's monitor does not speak QMP");
	}
	return why_set(reterr_why, error, "QEMU's monitor: %s",
		       strerror(-error));
}

/* Wait for bytes until @end, and read them. */
static int wait_more(struct qmp *q, int64_t end)
{
	struct pollfd p[2] = { { q->fd, POLLIN, 0 },
			       { q->stop_fd, POLLIN, 0 } };
	int64_t left = end - now_ms();

	if (left <= 0)
		return -ETIME;
	if (poll(p, 2, (int)left) < 0)
		return errno == EINTR ? 0 : -errno;
	if (p[1].revents & POLLIN)
		return -EINTR;
	return p[0].revents ? qmp_pump(q) : 0;
}

/* The first of @list, whose reference is the caller's, or NULL. */
static json_t *take_first(json_t *list, size_t index)
{
	json_t *json = json_incref(json_array_get(list, index));

	json_array_remove(list, index);
	return json;
}

static int wait_reply(struct qmp *q, int64_t end, json_t **ret)
{
	int r = 0;

	/* What came before the other end closed is read first. */
	while (json_array_size(q->replies) == 0) {
		if (r < 0)
			return r;
		r = wait_more(q, end);
	}
	*ret = take_first(q->replies, 0);
	return 0;
}

static int send_all(struct qmp *q, const char *text, size_t len, int fd)
{
	union {
		char bytes[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} control = { { 0 } };
	struct iovec part = { (char *)text, len };
	struct msghdr msg = { .msg_iov = &part, .msg_iovlen = 1 };

	if (fd >= 0) {
		msg.msg_control = control.bytes;
		msg.msg_controllen = sizeof(control.bytes);
		struct cmsghdr *c = CMSG_FIRSTHDR(&msg);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(c), &fd, sizeof(int));
	}
	while (part.iov_len > 0) {
		ssize_t n = sendmsg(q->fd, &msg, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		part.iov_base = (char *)part.iov_base + n;
		part.iov_len -= (size_t)n;
		msg.msg_control = NULL;
		msg.msg_controllen = 0;
	}
	return 0;
}

/* The answer to command @id; others are answers that we waited too short for.
 */
static int read_reply(struct qmp *q, const char *name, int64_t end,
		      json_t **ret, struct why *reterr_why)
{
	json_t *reply = NULL;
	int r;

	for (;;) {
		r = wait_reply(q, end, &reply);
		if (r < 0)
			return explain(r, reterr_why);
		if (json_integer_value(json_object_get(reply, "id")) ==
		    (json_int_t)q->id)
			break;
		json_decref(reply);
	}
	json_t *value = json_object_get(reply, "return");
	if (!value) {
		const json_t *error = json_object_get(reply, "error");
		const char *desc =
			json_string_value(json_object_get(error, "desc"));

		r = why_set(reterr_why, -EREMOTEIO, "QEMU refuses %s: %s", name,
			    desc ? desc : "it does not say why");
	} else if (ret) {
		*ret = json_incref(value);
	}
	json_decref(reply);
	return r;
}

static int command(struct qmp *q, const char *name, json_t *arguments, int fd,
		   unsigned int ms, json_t **ret, struct why *reterr_why)
{
	int64_t end = now_ms() + ms;
	json_t *json =
		json_pack("{s:s, s:o*, s:I}", "execute", name, "arguments",
			  arguments, "id", (json_int_t)++q->id);
	auto_free char *text = json ? json_dumps(json, JSON_COMPACT) : NULL;

	json_decref(json);
	if (!text)
		return explain(-ENOMEM, reterr_why);
	int r = send_all(q, text, strlen(text), fd);
	if (r < 0)
		return explain(r, reterr_why);
	return read_reply(q, name, end, ret, reterr_why);
}

int qmp_command(struct qmp *q, const char *name, json_t *arguments,
		unsigned int ms, json_t **ret, struct why *reterr_why)
{
	return command(q, name, arguments, -1, ms, ret, reterr_why);
}

int qmp_send_fd(struct qmp *q, const char *name, int fd, unsigned int ms,
		struct why *reterr_why)
{
	return command(q, "getfd", json_pack("{s:s}", "fdname", name), fd, ms,
		       NULL, reterr_why);
}

int qmp_begin(struct qmp *q, int fd, int stop_fd, unsigned int ms,
	      struct why *reterr_why)
{
	json_t *greeting = NULL;

	*q = (struct qmp){ .fd = fd, .stop_fd = stop_fd };
	q->replies = json_array();
	q->events = json_array();
	if (!q->replies || !q->events)
		return explain(-ENOMEM, reterr_why);
	int r = wait_reply(q, now_ms() + ms, &greeting);
	if (r == 0 && !json_object_get(greeting, "QMP"))
		r = -EBADMSG;
	json_decref(greeting);
	if (r < 0)
		return explain(r, reterr_why);
	return qmp_command(q, "qmp_capabilities", NULL, ms, NULL, reterr_why);
}

json_t *qmp_take_event(struct qmp *q, const char *name)
{
	for (size_t i = 0; i < json_array_size(q->events); i++) {
		const char *is = json_string_value(
			json_object_get(json_array_get(q->events, i), "event"));

		if (!name || (is && strcmp(is, name) == 0))
			return take_first(q->events, i);
	}
	return NULL;
}

int qmp_wait_event(struct qmp *q, const char *name, unsigned int ms,
		   json_t **ret, struct why *reterr_why)
{
	int64_t end = now_ms() + ms;
	json_t *event;
	int r = 0;

	while (!(event = qmp_take_event(q, name))) {
		if (r < 0)
			return explain(r, reterr_why);
		r = wait_more(q, end);
	}
	if (ret)
		*ret = event;
	else
		json_decref(event);
	return 0;
}

void qmp_done(struct qmp *q)
{
	if (q->fd >= 0)
		close(q->fd);
	json_decref(q->replies);
	json_decref(q->events);
	str_done(&q->text);
	*q = (struct qmp)QMP_NONE;
}
