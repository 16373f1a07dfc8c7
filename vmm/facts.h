/* SPDX-License-Identifier: GPL-2.0-or-later */
/* facts.h - what a guest sent through its channel, sorted by kind. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "tools/lib/str.h"
#include "tools/lib/why.h"

/**
 * struct facts - the frames of one run
 * @hello, @topology, @calibration, @error, @exec, @end: the (last) frame of
 *	that kind, or NULL
 * @scheduler, @event, @worker, @kmsg: arrays, in order; never NULL
 * @log:    text of the scheduler; @out, @err: of a command that was run
 * @frames: how many were read
 * @complete: the end frame came, and counts what was read
 * @why:    if not @complete: what is wrong with the stream
 */
struct facts {
	json_t *hello, *topology, *calibration, *error, *exec, *end;
	json_t *scheduler, *event, *worker, *kmsg;
	struct str log, out, err;
	uint64_t frames;
	bool complete;
	struct why why;
};

/**
 * facts_read() - sort the stream of a channel
 * @ret: always written; facts_done() frees it
 *
 * A damaged or unknown frame ends the reading; what came before is kept, and
 * @ret->complete is false.
 *
 * Return: 0 or -ENOMEM.
 */
int facts_read(const char *stream, size_t len, struct facts *ret);
void facts_done(struct facts *f);

/* The number or text of @key in a frame; 0 or "" when it is not there. */
int64_t facts_int(const json_t *frame, const char *key);
const char *facts_text(const json_t *frame, const char *key);

/* The first scheduler frame of that @event, or NULL. */
const json_t *facts_scheduler(const struct facts *f, const char *event);
