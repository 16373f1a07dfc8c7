/* SPDX-License-Identifier: GPL-2.0-or-later */
/* facts.h - what a guest sent through its channel, sorted by kind. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "tools/lib/str.h"
#include "tools/lib/why.h"

/*
 * A report may be this long, so that no guest fills our memory. The longest
 * that init has to send: 6 MiB of what the scheduler printed, 2 of the kernel's
 * messages, 3 KiB for each of 8192 workers, and 24 MiB of what payloads printed
 * (8 of them, 512 KiB each, of which a byte may need 6); 12 MiB of the
 * monitor's, 10 of what the verifier wrote, 6 of dumps, and 9 of functions that
 * are watched.
 */
#define FACTS_BYTES_MAX (90U << 20)
/* Two for each payload of a test. */
#define FACTS_OUTPUTS 16

/* What the program of one payload wrote: the name of the stream,
 * "payload/NAME/1" or 2, and the text. */
struct facts_output {
	char *name;
	struct str text;
};

/**
 * struct facts - the frames of one run
 * @hello, @topology, @calibration, @exec, @steal, @engine, @monitor,
 *	 @kmsg_lost, @end: the frame of that kind, or NULL; a second one is
 *damage
 * @error:  the first frame of that kind, or NULL
 * @scheduler, @event, @phase, @worker, @cgroup, @kmsg, @program: arrays, in
 *	order; never NULL. Those of @program have "log_at" as well: where in
 *	@program_log their part begins
 * @log, @work_log: text of the scheduler, and of programs that are workers;
 *	 @out, @err: of a command that was run
 * @dump: what sched_ext printed of its state, see vmm/guest/dumps.h
 * @series: bytes of the monitor, see vmm/mon/series.h
 * @trace, @task: frames of a trace, and @trace_data its bytes, see
 *	vmm/trace/stream.h
 * @traced: set behind facts_begin(): one may come; else it is damage
 * @watched, @repro_left: arrays: functions of a plan that are watched, and
 *those that are not
 * @repro, @repro_end: records of them, in the order of time and checked
 *	(vmm/repro/records.h), and the frame behind
 * @repro_ns: time of the last of these records
 * @payload: array, as @worker; @output, @output_count: what payloads wrote
 * @on_output: if not NULL, gets what would go to @out (@stream is 1) and @err
 *	(2), each byte; @output_arg goes with it
 * @frames: how many were read
 * @bytes:  of them, but for those that went to @on_output
 * @damaged: a frame was not what it should be; nothing behind it was read
 * @complete: the end frame came, and counts what was read
 * @why:    if not @complete: what is wrong with the stream
 */
struct facts {
	json_t *hello, *topology, *calibration, *error, *exec, *steal, *engine;
	json_t *monitor;
	json_t *kmsg_lost, *end, *trace, *task;
	json_t *scheduler, *event, *phase, *worker, *cgroup, *payload, *kmsg;
	json_t *program, *watched, *repro_left, *repro_end;
	struct str log, work_log, program_log, dump, out, err, series,
		trace_data, repro;
	uint64_t repro_ns;
	struct facts_output output[FACTS_OUTPUTS];
	size_t output_count;
	void (*on_output)(void *arg, int stream, const char *data, size_t len);
	void *output_arg;
	uint64_t frames, bytes;
	bool traced, damaged, complete;
	struct why why;
};

/**
 * facts_begin(), facts_take(), facts_end() - a stream read while it grows
 * @f:    begun; facts_done() frees it
 * @text: in and out: the part that was not taken yet; moved past one frame
 * @end:  of what there is so far
 *
 * facts_take() takes one frame. Return: 1; 0 when there is no whole one; or
 * -EBADMSG when it is damaged or unknown: @f->why says so, and nothing is taken
 * any more. facts_end() says what is missing once all is there.
 */
int facts_begin(struct facts *f);
int facts_take(struct facts *f, const char **text, const char *end);
void facts_end(struct facts *f);

/* The stream cannot be read on, for the reason in @why. */
void facts_damage(struct facts *f, const struct why *why);

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

/* Has the guest told of event @what: start, stop ...? */
bool facts_has_event(const struct facts *f, const char *what);

/* What the payload of that @name wrote to its descriptor, 1 or 2; "" if
 * nothing. */
const struct str *facts_output(const struct facts *f, const char *name,
			       int stream);

/* The first scheduler frame of that @event, or NULL. */
const json_t *facts_scheduler(const struct facts *f, const char *event);
