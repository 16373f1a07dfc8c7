/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/vm/dmesg.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <unistd.h>

/* Bytes of the console in one go. */
#define PIECE 16384

static void add_clean(struct dmesg *d, const char *data, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		unsigned char b = (unsigned char)data[i];

		if (b == '\r')
			continue;
		if (b == '\n')
			str_add(&d->text, d->raw ? "\r\n" : "\n");
		else if (b == '\t' || (b >= ' ' && b < 0x7f))
			str_add_bytes(&d->text, data + i, 1);
		else
			str_add(&d->text, "?");
	}
}

/* Read more; false when there is no more. */
static bool read_more(struct dmesg *d)
{
	char data[PIECE];
	ssize_t n = pread(d->fd, data, sizeof(data), d->at);

	if (n <= 0)
		return false;
	d->at += n;
	add_clean(d, data, (size_t)n);
	return !d->text.failed;
}

/* Write what waits; false when that takes longer than @wait_ms, or @stop_fd is
 * readable before. */
static bool write_text(struct dmesg *d, int wait_ms, int stop_fd)
{
	struct pollfd p[2] = { { .fd = STDERR_FILENO, .events = POLLOUT },
			       { .fd = stop_fd, .events = POLLIN } };

	while (d->done < d->text.len) {
		size_t left = d->text.len - d->done;

		if (poll(p, 2, wait_ms) <= 0 || !p[0].revents)
			return false;
		/* A pipe that can be written to takes this much. */
		if (left > PIPE_BUF)
			left = PIPE_BUF;
		ssize_t n = write(STDERR_FILENO, d->text.text + d->done, left);
		if (n < 0 && errno != EINTR && errno != EAGAIN)
			break; /* nobody to show it to */
		d->done += n > 0 ? (size_t)n : 0;
	}
	d->text.len = d->done = 0;
	return true;
}

void dmesg_tick(struct dmesg *d)
{
	while (write_text(d, 0, -1) && read_more(d))
		continue;
}

void dmesg_end(struct dmesg *d, int stop_fd)
{
	while (write_text(d, -1, stop_fd) && read_more(d))
		continue;
	str_done(&d->text);
}
