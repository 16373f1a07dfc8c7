/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/vm/pump.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#define READ_BYTES (256 * 1024)
/* Of the channel in one go: a guest that writes faster than we read must not
 * keep us from looking at the rest, such as signals and the limit of time. */
#define SHOW_BYTES (16 * READ_BYTES)
/* Looks at the channel come as often as this while something comes, and then
 * each takes twice as long as the one before. */
#define IDLE_MIN_MS 2
#define IDLE_MAX_MS 64

static void take_output(void *arg, int stream, const char *data, size_t len)
{
	struct pump *p = arg;

	p->to = stream;
	if (p->is_tty[stream])
		utf8_add_stream(&p->clean[stream], &p->text, data, len);
	else
		str_add_bytes(&p->text, data, len);
}

void pump_begin(struct pump *p, struct wire *wire, bool live,
		struct facts *facts)
{
	*p = (struct pump){ .wire = wire,
			    .live = live,
			    .facts = facts,
			    .input = { .wire = wire, .ended = !wire->ring },
			    .events = epoll_create1(EPOLL_CLOEXEC) };
	if (p->events < 0)
		die(EX_BROKEN, "cannot watch our streams: %m");
	p->is_tty[1] = isatty(1);
	p->is_tty[2] = isatty(2);
	if (live) {
		facts->on_output = take_output;
		facts->output_arg = p;
	}
}

static void check_memory(const struct pump *p)
{
	if (p->raw.failed || p->text.failed || p->channel.failed)
		die(EX_BROKEN, "out of memory");
}

/* Write what waits; false when that would block. */
static bool write_text(struct pump *p)
{
	while (p->done < p->text.len) {
		struct pollfd out = { .fd = p->to, .events = POLLOUT };
		size_t left = p->text.len - p->done;

		if (poll(&out, 1, 0) <= 0)
			return false;
		/* A pipe that can be written to takes this much. */
		if (left > PIPE_BUF)
			left = PIPE_BUF;
		ssize_t n = write(p->to, p->text.text + p->done, left);
		if (n < 0 && errno == EAGAIN)
			return false;
		if (n < 0 && errno != EINTR)
			die(EX_BROKEN, "cannot write the command's output: %m");
		p->done += n > 0 ? (size_t)n : 0;
	}
	p->text.len = p->done = 0;
	return true;
}

/* Read more of the channel; false when there is no more. */
static bool read_more(struct pump *p)
{
	static char piece[READ_BYTES];
	struct why why;
	ssize_t n = wire_read(p->wire, piece, sizeof(piece), &why);

	if (n == -EBADMSG) {
		facts_damage(p->facts, &why);
		return false;
	}
	if (n < 0)
		die(EX_BROKEN, "%s", why.text);
	p->raw.len -= p->used;
	if (p->used > 0)
		memmove(p->raw.text, p->raw.text + p->used, p->raw.len);
	p->used = 0;
	str_add_bytes(&p->raw, piece, (size_t)n);
	if (!p->live)
		str_add_bytes(&p->channel, piece, (size_t)n);
	check_memory(p);
	return n > 0;
}

/* Return: true if there was anything. */
static bool show(struct pump *p)
{
	uint64_t before = p->facts->frames, first = p->wire->taken;
	size_t waiting = p->text.len - p->done;

	p->more = true;
	while (write_text(p) && p->wire->taken - first < SHOW_BYTES) {
		const char *begin = str_text(&p->raw), *at = begin + p->used;
		int r = 1;

		while (r > 0 && p->text.len == 0)
			r = facts_take(p->facts, &at, begin + p->raw.len);
		check_memory(p);
		p->used = (size_t)(at - begin);
		if (p->text.len == 0 && (r < 0 || !read_more(p))) {
			p->more = false;
			break;
		}
	}
	return p->facts->frames != before || p->text.len - p->done != waiting;
}

/* Wake up for @fd's @events, or not if they are 0. A regular file is always
 * ready, and cannot be watched. */
static void watch(struct pump *p, int fd, uint32_t events)
{
	struct epoll_event e = { .events = events, .data.fd = fd };

	if (events == 0)
		(void)epoll_ctl(p->events, EPOLL_CTL_DEL, fd, NULL);
	else
		(void)epoll_ctl(p->events, EPOLL_CTL_ADD, fd, &e);
}

int pump_tick(void *pump)
{
	struct pump *p = pump;
	bool any = show(p);
	struct why why;
	int r = input_feed(&p->input, &why);

	if (r < 0)
		facts_damage(p->facts, &why);
	if (p->facts->damaged)
		return 0;
	watch(p, 0, p->input.ended || p->input.full ? 0 : EPOLLIN);
	for (int fd = 1; fd <= 2; fd++)
		watch(p, fd, p->text.len > 0 && p->to == fd ? EPOLLOUT : 0);
	if (any || r > 0 || p->idle_ms == 0)
		p->idle_ms = IDLE_MIN_MS;
	else if (p->idle_ms < IDLE_MAX_MS)
		p->idle_ms *= 2;
	return p->idle_ms;
}

/* A character that was cut by the end. Return: true if there was one. */
static bool end_text(struct pump *p)
{
	for (int fd = 1; fd <= 2 && p->text.len == 0; fd++) {
		p->to = fd;
		utf8_end_stream(&p->clean[fd], &p->text);
	}
	return p->text.len > 0;
}

bool pump_end(struct pump *p, int stop_fd)
{
	for (;;) {
		struct pollfd wait[2];

		(void)show(p);
		if (!p->more && !end_text(p))
			return true;
		wait[0] = (struct pollfd){ .fd = p->text.len ? p->to : -1,
					   .events = POLLOUT };
		wait[1] = (struct pollfd){ .fd = stop_fd, .events = POLLIN };
		if (poll(wait, 2, p->text.len ? -1 : 0) > 0 && wait[1].revents)
			return false;
	}
}

void pump_done(struct pump *p)
{
	str_done(&p->raw);
	str_done(&p->text);
	str_done(&p->channel);
	close(p->events);
}
