/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/vm/pump.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#define READ_BYTES (256 * 1024)

/* Letters of other alphabets pass; what moves a terminal's cursor does not. */
static void clean_for_tty(char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		unsigned char b = (unsigned char)text[i];
		bool c1 = b == 0xc2 && i + 1 < len &&
			  ((unsigned char)text[i + 1] & 0xe0) == 0x80;

		if (c1)
			text[i + 1] = '?';
		if (c1 || b == 0x7f || (b < ' ' && !strchr("\n\r\t", b)))
			text[i] = '?';
	}
}

static void take_output(void *arg, int stream, const char *data, size_t len)
{
	struct pump *p = arg;

	p->to = stream;
	str_add_bytes(&p->text, data, len);
	if (p->is_tty[stream] && !p->text.failed)
		clean_for_tty(p->text.text, p->text.len);
}

void pump_begin(struct pump *p, struct wire *wire, struct facts *facts)
{
	*p = (struct pump){ .wire = wire, .facts = facts };
	p->is_tty[1] = isatty(1);
	p->is_tty[2] = isatty(2);
	facts->on_output = take_output;
	facts->output_arg = p;
}

static void check_memory(const struct pump *p)
{
	if (p->raw.failed || p->text.failed)
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
	check_memory(p);
	return n > 0;
}

void pump_tick(void *pump)
{
	struct pump *p = pump;

	while (write_text(p)) {
		const char *begin = str_text(&p->raw), *at = begin + p->used;
		int r = 1;

		while (r > 0 && p->text.len == 0)
			r = facts_take(p->facts, &at, begin + p->raw.len);
		check_memory(p);
		p->used = (size_t)(at - begin);
		if (p->text.len == 0 && (r < 0 || !read_more(p)))
			return;
	}
}

bool pump_end(struct pump *p, int stop_fd)
{
	for (;;) {
		struct pollfd wait[2];

		pump_tick(p);
		if (p->text.len == 0)
			return true;
		wait[0] = (struct pollfd){ .fd = p->to, .events = POLLOUT };
		wait[1] = (struct pollfd){ .fd = stop_fd, .events = POLLIN };
		if (poll(wait, 2, -1) > 0 && wait[1].revents)
			return false;
	}
}

void pump_done(struct pump *p)
{
	str_done(&p->raw);
	str_done(&p->text);
}
