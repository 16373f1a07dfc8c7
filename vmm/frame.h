/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * frame.h - the channel's framing: what leaves the guest, line by line.
 *
 *	@SEQ CRC PAYLOAD\n
 *	@SEQ CRC >STREAM LEN\nBYTES\n
 *
 * SEQ counts from 0 in decimal; CRC is eight hex digits; PAYLOAD is one JSON
 * object without newline. The second form carries what a command wrote to its
 * descriptor STREAM, 1 or 2, as it is; or, as STREAM 3, bytes of the monitor
 * (vmm/mon/series.h), as STREAM 4 of a trace (vmm/trace/stream.h), and as
 * STREAM 5 records of functions that are watched (vmm/repro/record.h). CRC is
 * the CRC32 of "SEQ " and all behind CRC but the last newline. A CRC costs the
 * guest four instructions for each byte; with STREAM 3 to 5 it is that of
 * "SEQ " and ">3 LEN\n" alone, combined by exclusive or with the two halves of
 * the sum of BYTES as little-endian words of 8 bytes. A stream that is cut,
 * damaged or out of order is not a result: frame_read() says so. Used by the
 * guest (write) and by the host (read).
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "tools/lib/str.h"
#include "tools/lib/why.h"

/* A payload, or bytes, longer than this are refused by the reader. */
#define FRAME_PAYLOAD_MAX 65536
/* Room for what stands before the bytes of a command's output. */
#define FRAME_HEAD_MAX 64

/* Streams that are no command's. */
#define FRAME_MONITOR 3
#define FRAME_TRACE   4
#define FRAME_REPRO   5

/* Append the frame of @payload to @out. @payload holds no newline. */
void frame_format(struct str *out, uint64_t seq, const char *payload);

/* What stands before @data in its frame; a newline comes behind it. Return: how
 * many bytes. */
size_t frame_format_head(char head[FRAME_HEAD_MAX], uint64_t seq, int stream,
			 const void *data, size_t len);

/**
 * struct frame - one that was read
 * @stream: 0 for a payload, else the command's descriptor, or FRAME_MONITOR,
 * FRAME_TRACE, FRAME_REPRO
 * @data, @len: payload or bytes, inside the buffer, not terminated
 */
struct frame {
	int stream;
	const char *data;
	size_t len;
};

/**
 * frame_read() - take the next frame out of a buffer
 * @text: in and out: where to read; moved past the frame on success
 * @end:  end of the buffer
 * @seq:  in and out: the number expected; one more on success
 *
 * Return: 1, 0 when the buffer ends here, also inside a frame, or -EBADMSG and
 * @reterr_why (bad start, sequence, checksum).
 */
int frame_read(const char **text, const char *end, uint64_t *seq,
	       struct frame *ret, struct why *reterr_why);
