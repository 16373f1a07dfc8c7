/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmm/guest/channel.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

#include "vmm/frame.h"
#include "vmm/guest/clock.h"
#include "vmm/guest/json.h"

/* Kept for the last words of a stream that nobody empties. */
#define LAST_WORDS 4096

/*
 * Spin until the host has read. Asleep, a virtual clock would run away from the
 * host's: an idle machine skips to its next timer.
 */
static void wait_for_room(struct channel *c, size_t len)
{
	while (c->written + len - c->read > c->room) {
		c->read = atomic_load_explicit(&c->control->channel_read,
					       memory_order_acquire);
		if (c->heartbeat)
			atomic_store(c->heartbeat, clock_now_ns());
	}
}

/* Bytes that the host does not see yet. */
static void put(struct channel *c, const void *data, size_t len)
{
	size_t at = c->written % c->room;
	size_t first = len < c->room - at ? len : c->room - at;

	memcpy(c->data + at, data, first);
	memcpy(c->data, (const char *)data + first, len - first);
	c->written += len;
}

static void publish(struct channel *c)
{
	atomic_store_explicit(&c->header->written, c->written,
			      memory_order_release);
}

void channel_begin(struct channel *c, struct wire_channel *region, size_t bytes)
{
	c->header = region;
	c->data = (char *)region + WIRE_CHANNEL_AT;
	c->room = bytes - WIRE_CHANNEL_AT;
	if (c->held.failed)
		c->error = -ENOMEM;
	else
		put(c, str_text(&c->held), c->held.len);
	publish(c);
	str_done(&c->held);
}

/* Wait until @len bytes fit and @keep are left; or they never will. */
static int make_room(struct channel *c, size_t len, size_t keep)
{
	if (c->error)
		return c->error;
	if (c->control)
		wait_for_room(c, len);
	else if (c->header && c->written + len + keep > c->room)
		c->error = -ENOSPC;
	return c->error;
}

static int send_within(struct channel *c, const char *payload, size_t keep)
{
	auto_str struct str frame = { 0 };
	int r;

	frame_format(&frame, c->seq, payload);
	r = make_room(c, frame.len, keep);
	if (r < 0)
		return r;
	if (frame.failed)
		return c->error = -ENOMEM;
	if (c->header) {
		put(c, frame.text, frame.len);
		publish(c);
	} else {
		str_add_bytes(&c->held, frame.text, frame.len);
	}
	c->seq++;
	return 0;
}

static int send_error(struct channel *c, const char *class, const char *text,
		      size_t keep)
{
	auto_str struct str out = { 0 };

	json_open(&out, "error");
	json_text(&out, "class", class);
	json_text(&out, "why", text);
	json_close(&out);
	if (out.failed)
		return c->error = -ENOMEM;
	return send_within(c, out.text, keep);
}

/* The first frame that finds no room has last words. */
static int tell_full(struct channel *c, int before, int now)
{
	char text[128];

	if (before || now != -ENOSPC)
		return now;
	c->error = 0;
	snprintf(text, sizeof(text),
		 "more than the %zu MiB that the channel holds were to be sent "
		 "to the host",
		 c->room >> 20);
	send_error(c, "harness", text, LAST_WORDS / 2);
	return c->error = -ENOSPC;
}

static int send_payload(struct channel *c, const char *payload)
{
	int before = c->error;

	return tell_full(c, before, send_within(c, payload, LAST_WORDS));
}

int channel_send_data(struct channel *c, int stream, const void *data,
		      size_t len)
{
	char head[FRAME_HEAD_MAX];
	size_t head_len = frame_format_head(head, c->seq, stream, data, len);
	int before = c->error;
	int r = make_room(c, head_len + len + 1, LAST_WORDS);

	if (r < 0)
		return tell_full(c, before, r);
	put(c, head, head_len);
	put(c, data, len);
	put(c, "\n", 1);
	publish(c);
	c->seq++;
	return 0;
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

int channel_send_hello(struct channel *c)
{
	struct str out = { 0 };
	struct utsname name;

	uname(&name);
	json_open(&out, "hello");
	json_number(&out, "version", 1);
	json_text(&out, "release", name.release);
	return channel_send(c, &out);
}

int channel_send_error(struct channel *c, const char *class, const char *fmt,
		       ...)
{
	char text[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	return send_error(c, class, text, LAST_WORDS);
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

	/* What is missing was told by an error frame. */
	if (c->error == -ENOSPC)
		c->error = 0;
	json_open(&out, "end");
	json_number(&out, "frames", c->seq);
	json_number(&out, "at_ns", clock_now_ns());
	json_close(&out);
	return out.failed ? -ENOMEM : send_within(c, out.text, 0);
}
