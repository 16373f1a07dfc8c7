/* SPDX-License-Identifier: GPL-2.0-or-later */
/* channel.h - the one-way channel to the host: frames over a serial port. */
#pragma once

#include <stdint.h>

#include "tools/lib/str.h"
#include "tools/lib/why.h"

/**
 * struct channel - where frames go
 * @fd:   the terminal device, raw and blocking
 * @seq:  number of the next frame, so also how many were sent
 * @error: 0, or -errno of the first frame that could not be sent; nothing is
 *	   sent after it, because the stream would have a hole
 */
struct channel {
	int fd;
	uint64_t seq;
	int error;
};

/* Return: 0 or -errno and @reterr_why. */
int channel_open(const char *path, struct channel *ret, struct why *reterr_why);

/**
 * channel_send() - close the JSON object in @payload and send it as a frame
 * @payload: begun by json_open(); empty afterwards
 *
 * Blocks until the terminal took all of it. A payload over FRAME_PAYLOAD_MAX is
 * replaced by an "error" frame that says so.
 *
 * Return: 0 or -errno, which @c remembers.
 */
int channel_send(struct channel *c, struct str *payload);

/* Send {"t":"error"}; @class: "harness", "setup" or "unsupported". */
int channel_send_error(struct channel *c, const char *class, const char *fmt,
		       ...) KTSTR_PRINTF(3, 4);

/* Send {"t":"event"} with the time now; @name may be NULL. */
int channel_send_event(struct channel *c, const char *what, const char *name);

/* Send {"t":"end"} and wait until the last byte has left the device. */
int channel_end(struct channel *c);
