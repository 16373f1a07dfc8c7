/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmm/facts.h"

#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "vmm/frame.h"
#include "vmm/mon/series.h"
#include "vmm/repro/records.h"
#include "vmm/trace/stream.h"

/* Text of a guest that is kept, in bytes: a scheduler may print for ever. */
#define TEXT_MAX (4U << 20)
/* The names of logs that are of payloads begin with it: vmm/guest/payload.c. */
#define PAYLOAD_LOG "payload/"
/* Frames of one kind that are kept. */
#define FRAMES_MAX 100000

static const struct {
	const char *kind;
	size_t offset;
	bool list;
} kinds[] = {
	{ "hello", offsetof(struct facts, hello), false },
	{ "topology", offsetof(struct facts, topology), false },
	{ "calibration", offsetof(struct facts, calibration), false },
	{ "error", offsetof(struct facts, error), false },
	{ "exec", offsetof(struct facts, exec), false },
	{ "steal", offsetof(struct facts, steal), false },
	{ "engine", offsetof(struct facts, engine), false },
	{ "monitor", offsetof(struct facts, monitor), false },
	{ "kmsg-lost", offsetof(struct facts, kmsg_lost), false },
	{ "trace", offsetof(struct facts, trace), false },
	{ "repro", offsetof(struct facts, repro_end), false },
	{ "end", offsetof(struct facts, end), false },
	{ "scheduler", offsetof(struct facts, scheduler), true },
	{ "event", offsetof(struct facts, event), true },
	{ "phase", offsetof(struct facts, phase), true },
	{ "worker", offsetof(struct facts, worker), true },
	{ "cgroup", offsetof(struct facts, cgroup), true },
	{ "payload", offsetof(struct facts, payload), true },
	{ "kmsg", offsetof(struct facts, kmsg), true },
	{ "program", offsetof(struct facts, program), true },
	{ "task", offsetof(struct facts, task), true },
	{ "watched", offsetof(struct facts, watched), true },
	{ "not-watched", offsetof(struct facts, repro_left), true },
};

int64_t facts_int(const json_t *frame, const char *key)
{
	return json_integer_value(json_object_get(frame, key));
}

const char *facts_text(const json_t *frame, const char *key)
{
	const char *text = json_string_value(json_object_get(frame, key));

	return text ? text : "";
}

const json_t *facts_scheduler(const struct facts *f, const char *event)
{
	for (size_t i = 0; i < json_array_size(f->scheduler); i++) {
		const json_t *frame = json_array_get(f->scheduler, i);

		if (strcmp(facts_text(frame, "event"), event) == 0)
			return frame;
	}
	return NULL;
}

void facts_done(struct facts *f)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		json_decref(*(json_t **)((char *)f + kinds[i].offset));
	str_done(&f->log);
	str_done(&f->work_log);
	str_done(&f->program_log);
	str_done(&f->dump);
	for (size_t i = 0; i < f->output_count; i++) {
		str_done(&f->output[i].text);
		free(f->output[i].name);
	}
	str_done(&f->out);
	str_done(&f->err);
	str_done(&f->series);
	str_done(&f->trace_data);
	str_done(&f->repro);
	*f = (struct facts){ 0 };
}

static void add_output(struct facts *f, int stream, const char *data,
		       size_t len)
{
	struct str *to = stream == 1 ? &f->out : &f->err;

	/* What is cut is told where it is read. */
	if (stream == FRAME_MONITOR && f->series.len < MON_SERIES_MAX)
		str_add_bytes(&f->series, data, len);
	else if (stream == FRAME_MONITOR)
		return;
	else if (stream == FRAME_TRACE)
		str_add_bytes(&f->trace_data, data, len);
	else if (stream == FRAME_REPRO)
		str_add_bytes(&f->repro, data, len);
	else if (f->on_output)
		f->on_output(f->output_arg, stream, data, len);
	else if (to->len < TEXT_MAX)
		str_add_bytes(to, data, len);
}

const struct str *facts_output(const struct facts *f, const char *name,
			       int stream)
{
	static const struct str nothing;
	auto_str struct str want = { 0 };

	str_addf(&want, PAYLOAD_LOG "%s/%d", name, stream);
	for (size_t i = 0; i < f->output_count; i++) {
		if (strcmp(f->output[i].name, str_text(&want)) == 0)
			return &f->output[i].text;
	}
	return &nothing;
}

/* That of a payload; NULL for one too many. */
static struct str *find_output(struct facts *f, const char *name)
{
	struct facts_output *o = f->output;

	for (; o < f->output + f->output_count; o++) {
		if (strcmp(o->name, name) == 0)
			return &o->text;
	}
	if (f->output_count == FACTS_OUTPUTS)
		return NULL;
	o->name = strdup(name);
	f->output_count += o->name != NULL;
	return o->name ? &o->text : NULL;
}

static void add_log(struct facts *f, const json_t *frame)
{
	const char *name = facts_text(frame, "name");
	struct str *to = &f->log;

	if (strncmp(name, PAYLOAD_LOG, strlen(PAYLOAD_LOG)) == 0)
		to = find_output(f, name);
	else if (strcmp(name, "work") == 0)
		to = &f->work_log;
	else if (strcmp(name, "dump") == 0)
		to = &f->dump;
	if (to && to->len < TEXT_MAX)
		str_add(to, facts_text(frame, "text"));
}

/* Return: 0; -EBADMSG when nothing of that kind is expected. */
static int add_kind(struct facts *f, size_t kind, json_t *frame)
{
	json_t **to = (json_t **)((char *)f + kinds[kind].offset);

	if (kinds[kind].list) {
		if (json_array_size(*to) < FRAMES_MAX)
			json_array_append(*to, frame);
		return 0;
	}
	/* Init's first word is the cause, what follows a consequence. */
	if (*to && to != &f->error)
		return why_set(&f->why, -EBADMSG,
			       "frame %" PRIu64 " is the second '%s'",
			       f->frames - 1, kinds[kind].kind);
	if (!*to)
		*to = json_incref(frame);
	return 0;
}

/* Pieces of a log follow the program that it is of. */
static void begin_program(struct facts *f, json_t *frame)
{
	json_object_set_new(frame, "log_at",
			    json_integer((json_int_t)f->program_log.len));
}

/* File one frame. */
static int add_frame(struct facts *f, json_t *frame)
{
	const char *kind = facts_text(frame, "t");

	if (strcmp(kind, "log") == 0) {
		add_log(f, frame);
		return 0;
	}
	if (strcmp(kind, "program-log") == 0) {
		str_add(&f->program_log, facts_text(frame, "text"));
		return 0;
	}
	if (strcmp(kind, "program") == 0)
		begin_program(f, frame);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (strcmp(kind, kinds[i].kind) == 0)
			return add_kind(f, i, frame);
	}
	return why_set(&f->why, -EBADMSG,
		       "frame %" PRIu64 " is of unknown kind", f->frames - 1);
}

int facts_begin(struct facts *f)
{
	*f = (struct facts){ 0 };
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (!kinds[i].list)
			continue;
		json_t *list = json_array();
		if (!list) {
			facts_done(f);
			return -ENOMEM;
		}
		*(json_t **)((char *)f + kinds[i].offset) = list;
	}
	return 0;
}

/* Read the object of a frame, and file it. */
static int take_object(struct facts *f, const struct frame *raw)
{
	json_t *frame =
		json_loadb(raw->data, raw->len, JSON_REJECT_DUPLICATES, NULL);
	int r = -EBADMSG;

	if (json_is_object(frame))
		r = add_frame(f, frame);
	else
		why_set(&f->why, r, "frame %" PRIu64 " is no JSON object",
			f->frames - 1);
	json_decref(frame);
	return r;
}

static int check_trace(struct facts *f, const struct frame *raw)
{
	if (!f->traced)
		return why_set(&f->why, -EBADMSG,
			       "frame %" PRIu64 " is of a trace, and nobody "
			       "asked for one",
			       f->frames - 1);
	if (f->trace_data.len + raw->len > TRACE_BYTES_MAX)
		return why_set(&f->why, -EBADMSG,
			       "at frame %" PRIu64 " the trace is longer than "
			       "%u MiB",
			       f->frames - 1,
			       (unsigned int)(TRACE_BYTES_MAX >> 20));
	return 0;
}

static int check_repro(struct facts *f, const struct frame *raw)
{
	struct why why;
	int r = repro_records_check(raw->data, raw->len, &f->repro_ns, &why);

	if (r < 0)
		return why_set(&f->why, r, "at frame %" PRIu64 " %s",
			       f->frames - 1, why.text);
	if (f->repro.len + raw->len > REPRO_BYTES_MAX)
		return why_set(&f->why, -EBADMSG,
			       "at frame %" PRIu64
			       " there are more than %u MiB "
			       "of records",
			       f->frames - 1, REPRO_BYTES_MAX >> 20);
	return 0;
}

/* Nothing comes behind the end, and no more than anybody has to tell. */
static int check_place(struct facts *f, const struct frame *raw, size_t bytes)
{
	if (f->end)
		return why_set(&f->why, -EBADMSG,
			       "frame %" PRIu64 " comes after the end",
			       f->frames - 1);
	if (raw->stream == FRAME_TRACE)
		return check_trace(f, raw);
	/* What is passed on at once is not kept. */
	if (raw->stream == 0 || raw->stream >= FRAME_MONITOR || !f->on_output)
		f->bytes += bytes;
	if (f->bytes > FACTS_BYTES_MAX)
		return why_set(&f->why, -EBADMSG,
			       "at frame %" PRIu64 " it is longer than %u MiB",
			       f->frames - 1, FACTS_BYTES_MAX >> 20);
	return raw->stream == FRAME_REPRO ? check_repro(f, raw) : 0;
}

int facts_take(struct facts *f, const char **text, const char *end)
{
	const char *begin = *text;
	struct frame raw;
	int r;

	if (f->damaged)
		return -EBADMSG;
	r = frame_read(text, end, &f->frames, &raw, &f->why);
	if (r == 0)
		return 0;
	if (r > 0)
		r = check_place(f, &raw, (size_t)(*text - begin));
	if (r == 0 && raw.stream > 0)
		add_output(f, raw.stream, raw.data, raw.len);
	else if (r == 0)
		r = take_object(f, &raw);
	f->damaged = r < 0;
	return f->damaged ? -EBADMSG : 1;
}

void facts_damage(struct facts *f, const struct why *why)
{
	if (!f->damaged)
		f->why = *why;
	f->damaged = true;
}

void facts_end(struct facts *f)
{
	if (f->damaged)
		return;
	if (!f->end)
		why_set(&f->why, 0,
			"the channel ends after %" PRIu64
			" frames, without the end frame",
			f->frames);
	else if ((uint64_t)facts_int(f->end, "frames") + 1 != f->frames)
		why_set(&f->why, 0,
			"the end frame counts %" PRIi64 " frames, %" PRIu64
			" came",
			facts_int(f->end, "frames"), f->frames - 1);
	else
		f->complete = true;
}

bool facts_has_event(const struct facts *f, const char *what)
{
	for (size_t i = 0; i < json_array_size(f->event); i++) {
		if (strcmp(facts_text(json_array_get(f->event, i), "what"),
			   what) == 0)
			return true;
	}
	return false;
}

int facts_read(const char *stream, size_t len, struct facts *ret)
{
	struct facts f;

	if (facts_begin(&f) < 0)
		return -ENOMEM;
	for (const char *text = stream;
	     facts_take(&f, &text, stream + len) > 0;)
		continue;
	facts_end(&f);
	*ret = f;
	return 0;
}
