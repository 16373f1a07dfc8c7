/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmm/guest/channel.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <termios.h>
#include <unistd.h>

#include "tools/lib/cleanup.h"
#include "tools/lib/file.h"
#include "vmm/frame.h"
#include "vmm/guest/clock.h"
#include "vmm/guest/json.h"

int channel_open(const char *path, struct channel *ret, struct why *reterr_why)
{
	auto_fd int fd = open(path, O_RDWR | O_NOCTTY | O_CLOEXEC);
	struct termios t;

	if (fd < 0)
		return why_set(reterr_why, -errno, "cannot open '%s'", path);
	if (tcgetattr(fd, &t) < 0)
		return why_set(reterr_why, -errno, "'%s' is no terminal", path);
	cfmakeraw(&t);
	t.c_cflag |= CLOCAL;
	cfsetspeed(&t, B115200);
	if (tcsetattr(fd, TCSANOW, &t) < 0)
		return why_set(reterr_why, -errno, "cannot set up '%s'", path);
	*ret = (struct channel){ .fd = take_fd(fd) };
	return 0;
}

static int send_payload(struct channel *c, const char *payload)
{
	auto_str struct str frame = { 0 };

	if (c->error)
		return c->error;
	frame_format(&frame, c->seq, payload);
	c->error = frame.failed ? -ENOMEM
				: file_write_all(c->fd, frame.text, frame.len);
	if (!c->error)
		c->seq++;
	return c->error;
}

int channel_send(struct channel *c, struct str *payload)
{
	int ret;

	json_close(payload);
	if (payload->failed)
		ret = channel_send_error(c, "harness", "out of memory");
	else if (payload->len > FRAME_PAYLOAD_MAX)
		ret = channel_send_error(c, "harness",
					 "a frame of %zu bytes is too long: "
					 "%.40s...",
					 payload->len, payload->text);
	else
		ret = send_payload(c, payload->text);
	str_done(payload);
	return ret;
}

int channel_send_error(struct channel *c, const char *class, const char *fmt,
		       ...)
{
	auto_str struct str out = { 0 };
	char text[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	json_open(&out, "error");
	json_text(&out, "class", class);
	json_text(&out, "why", text);
	json_close(&out);
	if (out.failed)
		return c->error = -ENOMEM;
	return send_payload(c, out.text);
}

int channel_send_event(struct channel *c, const char *what, const char *name)
{
	auto_str struct str out = { 0 };

	json_open(&out, "event");
	json_text(&out, "what", what);
	if (name)
		json_text(&out, "name", name);
	json_number(&out, "at_ns", clock_now_ns());
	return channel_send(c, &out);
}

int channel_end(struct channel *c)
{
	auto_str struct str out = { 0 };

	json_open(&out, "end");
	json_number(&out, "frames", c->seq);
	json_number(&out, "at_ns", clock_now_ns());
	channel_send(c, &out);
	if (!c->error && tcdrain(c->fd) < 0)
		c->error = -errno;
	return c->error;
}
