/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmm/guest/textlog.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "vmm/frame.h"
#include "vmm/guest/json.h"

/* Raw bytes per frame: each needs at most six bytes of JSON text. */
#define PIECE (TEXTLOG_PIECE_MAX / 6)
/* Bytes in one go: all that fits into a pipe, and then the rest of init's work
 * has its turn, however fast the other side writes. */
#define DRAIN_MAX (128 * 1024)

int textlog_open(struct textlog *l, const char *name, int *ret_write)
{
	int fd[2];

	*l = (struct textlog){ .fd = -1,
			       .name = name,
			       .max = TEXTLOG_TOTAL_MAX };
	if (pipe2(fd, O_CLOEXEC) < 0)
		return -errno;
	if (fcntl(fd[0], F_SETFL, O_NONBLOCK) < 0) {
		int saved = errno;

		close(fd[0]);
		close(fd[1]);
		return -saved;
	}
	l->fd = fd[0];
	*ret_write = fd[1];
	return 0;
}

static void send_text(struct textlog *l, struct channel *c, const char *text,
		      size_t len)
{
	struct str out = { 0 };

	if (len == 0)
		return;
	json_open(&out, "log");
	json_text(&out, "name", l->name);
	json_key(&out, "text");
	str_add(&out, "\"");
	json_escape(&out, text, len);
	str_add(&out, "\"");
	channel_send(c, &out);
}

/* How many bytes at the end of @text begin a character that goes on. */
static size_t unfinished(const char *text, size_t len)
{
	for (size_t back = 1; back <= 3 && back <= len; back++) {
		unsigned char b = (unsigned char)text[len - back];
		size_t need = b >= 0xf0 ? 4 : b >= 0xe0 ? 3 : b >= 0xc0 ? 2 : 1;

		if ((b & 0xc0) != 0x80)
			return need > back ? back : 0;
	}
	return 0;
}

/* Text of any length, in pieces that have whole characters. */
static void send_long(struct textlog *l, struct channel *c, const char *text,
		      size_t len)
{
	while (len > 0) {
		size_t n = len < PIECE ? len : PIECE;

		if (n < len)
			n -= unfinished(text, n);
		send_text(l, c, text, n);
		text += n;
		len -= n;
	}
}

/* There is room for twice as much, so that each byte is moved once. */
static void keep_end(struct textlog *l, const char *text, size_t len)
{
	if (!l->end)
		l->end = malloc(2 * TEXTLOG_END_MAX);
	if (!l->end)
		return;
	if (l->end_len + len > 2 * TEXTLOG_END_MAX) {
		memmove(l->end, l->end + l->end_len - TEXTLOG_END_MAX,
			TEXTLOG_END_MAX);
		l->end_len = TEXTLOG_END_MAX;
	}
	memcpy(l->end + l->end_len, text, len);
	l->end_len += len;
}

/* What was dropped, or all but the end of it, from the begin of a line. */
static void send_end(struct textlog *l, struct channel *c)
{
	size_t len =
		l->end_len < TEXTLOG_END_MAX ? l->end_len : TEXTLOG_END_MAX;
	const char *text = l->end ? l->end + l->end_len - len : NULL;
	char line[96];

	if (text && len < l->dropped) {
		const char *next = memchr(text, '\n', len);

		if (next) {
			len -= (size_t)(next + 1 - text);
			text = next + 1;
		}
		snprintf(line, sizeof(line),
			 "\n[%" PRIu64 " bytes were dropped here]\n",
			 l->dropped - len);
		send_text(l, c, line, strlen(line));
	}
	if (text) {
		send_long(l, c, text, len);
		return;
	}
	snprintf(line, sizeof(line), "[%" PRIu64 " bytes more were dropped]\n",
		 l->dropped);
	send_text(l, c, line, strlen(line));
}

static void take(struct textlog *l, struct channel *c, char *text, size_t len)
{
	if (l->exact) {
		l->sent += len;
		channel_send_data(c, strcmp(l->name, "stderr") == 0 ? 2 : 1,
				  text, len);
		return;
	}
	if (l->sent >= l->max) {
		l->held_len = 0;
		if (l->keeps_end)
			keep_end(l, text, len);
		l->dropped += len;
		return;
	}
	l->sent += len;
	l->held_len = unfinished(text, len);
	memcpy(l->held, text + len - l->held_len, l->held_len);
	send_text(l, c, text, len - l->held_len);
}

void textlog_drain(struct textlog *l, struct channel *c)
{
	static char text[FRAME_PAYLOAD_MAX];
	size_t piece = l->exact ? sizeof(text) : PIECE;

	for (size_t got = 0; l->fd >= 0 && got < DRAIN_MAX; got += piece) {
		ssize_t n;

		memcpy(text, l->held, l->held_len);
		n = read(l->fd, text + l->held_len, piece - l->held_len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			return;
		if (n <= 0) {
			close(l->fd);
			l->fd = -1;
			return;
		}
		take(l, c, text, (size_t)n + l->held_len);
	}
}

void textlog_close(struct textlog *l, struct channel *c)
{
	textlog_drain(l, c);
	if (l->fd >= 0)
		close(l->fd);
	l->fd = -1;
	send_text(l, c, l->held, l->held_len);
	l->held_len = 0;
	if (l->dropped > 0)
		send_end(l, c);
	free(l->end);
	l->end = NULL;
	l->dropped = l->end_len = 0;
}
