/* SPDX-License-Identifier: GPL-2.0-or-later */
/* textlog.h - the output of a process, from a pipe to "log" frames. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "vmm/guest/channel.h"

#define TEXTLOG_TOTAL_MAX (1024 * 1024)
#define TEXTLOG_PIECE_MAX 4096 /* of JSON text in one frame */
#define TEXTLOG_END_MAX	  (32 * 1024)

/**
 * struct textlog - one pipe's reading end
 * @fd:   non-blocking; -1 once the other side was closed
 * @name: in the frames
 * @exact: of "stdout" or "stderr": every byte arrives as it was written,
 *	   however many there are
 * @keeps_end: of more than @max the last TEXTLOG_END_MAX bytes are sent as
 *	   well: why something failed stands at the end, as in the verifier's
 * @max:    bytes that are sent, unless @exact; TEXTLOG_TOTAL_MAX at first
 * @held: the begin of a UTF-8 character that is not complete yet
 * @sent, @dropped: bytes sent; bytes that came after that
 * @end, @end_len: the last of these
 */
struct textlog {
	int fd;
	const char *name;
	bool exact, keeps_end;
	char held[4];
	size_t held_len;
	uint64_t max, sent, dropped;
	char *end;
	size_t end_len;
};

/**
 * textlog_open() - make the pipe
 * @ret_write: the writing end, which the process gets; the caller closes it
 *
 * @l->exact and @l->keeps_end are false and may be set afterwards.
 *
 * Return: 0 or -errno.
 */
int textlog_open(struct textlog *l, const char *name, int *ret_write);

/* Send what has come, without waiting; of a writer that does not rest a part,
 * so that the caller gets on. */
void textlog_drain(struct textlog *l, struct channel *c);

/* Drain, say how much was dropped, send the end if it is kept, and close. */
void textlog_close(struct textlog *l, struct channel *c);
