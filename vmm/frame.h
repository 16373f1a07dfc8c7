/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * frame.h - the channel's framing: what leaves the guest, line by line.
 *
 *	@SEQ CRC PAYLOAD\n
 *
 * SEQ counts from 0 in decimal; CRC is the CRC32 of "SEQ PAYLOAD" in eight hex
 * digits; PAYLOAD is one JSON object without newline. A stream that is cut,
 * damaged or out of order is not a result: frame_read() says so. Used by the
 * guest (write) and by the host (read).
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "tools/lib/str.h"
#include "tools/lib/why.h"

/* A payload longer than this is refused by the reader. */
#define FRAME_PAYLOAD_MAX 65536

/* Append the frame of @payload to @out. @payload holds no newline. */
void frame_format(struct str *out, uint64_t seq, const char *payload);

/**
 * frame_read() - take the next frame out of a buffer
 * @text: in and out: where to read; moved past the frame on success
 * @end:  end of the buffer
 * @seq:  in and out: the number expected; one more on success
 * @ret_payload, @ret_len: the payload, inside the buffer, not terminated
 *
 * Return: 1, 0 when the buffer ends here (also inside a frame that has no
 * newline yet), or -EBADMSG and @reterr_why (bad start, sequence, checksum).
 */
int frame_read(const char **text, const char *end, uint64_t *seq,
	       const char **ret_payload, size_t *ret_len,
	       struct why *reterr_why);
