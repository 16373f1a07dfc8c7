/* SPDX-License-Identifier: GPL-2.0-or-later */
/* channel.h - the one-way channel to the host: frames in shared memory. */
#pragma once

#include <stdint.h>

#include "tools/lib/str.h"
#include "tools/lib/why.h"
#include "vmm/wire.h"

/**
 * struct channel - where frames go
 * @header: the first page of the region; the ring of @room bytes is behind it
 * @held: frames until there is a region: a clone of this guest has another one
 * @control: tells what the host has read; looked at when the ring is full.
 *NULL: a full ring is an error, and nothing of the host decides anything
 * @heartbeat: gets the time while we wait for the host, or NULL
 * @written, @read: bytes put, and what the host has read at our last look
 * @seq:  number of the next frame, so also how many were sent
 * @error: 0, or -errno of the first frame that could not be sent; nothing is
 *	   sent after it, because the stream would have a hole
 *
 * Only one process writes, the init.
 */
struct channel {
	struct wire_channel *header;
	char *data;
	size_t room;
	struct str held;
	const struct wire_control *control;
	_Atomic uint64_t *heartbeat;
	uint64_t written, read;
	uint64_t seq;
	int error;
};

/**
 * channel_begin() - begin the stream in @region
 * @c: zeroes, or a channel to which frames were sent already: they were held,
 *     and go first
 * @bytes: size of @region, its first page included
 */
void channel_begin(struct channel *c, struct wire_channel *region,
		   size_t bytes);

/**
 * channel_send() - close the JSON object in @payload and send it as a frame
 * @payload: begun by json_open(); empty afterwards
 *
 * Blocks while the ring is full. A payload over FRAME_PAYLOAD_MAX is replaced
 * by an "error" frame that says so; so is the frame that does not fit a ring
 * which nobody empties, and then nothing more is sent but the end.
 *
 * Return: 0 or -errno, which @c remembers; -ENOSPC for the full ring.
 */
int channel_send(struct channel *c, struct str *payload);

/**
 * channel_send_data() - send bytes of a command's output as they are
 * @stream: 1 or 2
 * @len:    at most FRAME_PAYLOAD_MAX
 *
 * Return: as channel_send().
 */
int channel_send_data(struct channel *c, int stream, const void *data,
		      size_t len);

/* Send {"t":"hello"}, the first frame: what kernel this is. */
int channel_send_hello(struct channel *c);

/* Send {"t":"error"}; @class: "harness", "setup", "unsupported", "refused"
 * or, where the kernel lacks something, "kernel". */
int channel_send_error(struct channel *c, const char *class, const char *fmt,
		       ...) KTSTR_PRINTF(3, 4);

/* Send {"t":"event"} with the time now; @name may be NULL. */
int channel_send_event(struct channel *c, const char *what, const char *name);

/* Send {"t":"end"}. Return: 0 or -errno, also of an earlier frame. */
int channel_end(struct channel *c);
