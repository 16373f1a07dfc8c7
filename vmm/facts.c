/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmm/facts.h"

#include <errno.h>
#include <inttypes.h>
#include <nettle/base64.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "vmm/frame.h"

/* Text of a guest that is kept, in bytes: a scheduler may print for ever. */
#define TEXT_MAX (4U << 20)
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
	{ "end", offsetof(struct facts, end), false },
	{ "scheduler", offsetof(struct facts, scheduler), true },
	{ "event", offsetof(struct facts, event), true },
	{ "worker", offsetof(struct facts, worker), true },
	{ "kmsg", offsetof(struct facts, kmsg), true },
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
	str_done(&f->out);
	str_done(&f->err);
	*f = (struct facts){ 0 };
}

static void add_output(struct facts *f, int stream, const char *data,
		       size_t len)
{
	struct str *to = stream == 1 ? &f->out : &f->err;

	if (f->on_output)
		f->on_output(f->output_arg, stream, data, len);
	else if (to->len < TEXT_MAX)
		str_add_bytes(to, data, len);
}

/* The bytes that @text stands for; NULL when it is no base64. */
static uint8_t *decode(const char *text, size_t *ret_len)
{
	struct base64_decode_ctx base64;
	size_t len = strlen(text);
	uint8_t *data = malloc(BASE64_DECODE_LENGTH(len) + 1);

	*ret_len = BASE64_DECODE_LENGTH(len);
	base64_decode_init(&base64);
	if (data && base64_decode_update(&base64, ret_len, data, len, text) &&
	    base64_decode_final(&base64))
		return data;
	free(data);
	return NULL;
}

/* False for a frame without text, which we never send. */
static bool add_text(struct facts *f, const json_t *frame)
{
	const char *name = facts_text(frame, "name");
	const char *text = facts_text(frame, "text");
	const json_t *base64 = json_object_get(frame, "base64");
	int stream = strcmp(name, "stdout") == 0   ? 1
		     : strcmp(name, "stderr") == 0 ? 2
						   : 0;

	if (base64) {
		size_t len;
		uint8_t *data =
			json_is_string(base64)
				? decode(json_string_value(base64), &len)
				: NULL;

		if (data && stream > 0)
			add_output(f, stream, (const char *)data, len);
		free(data);
		return data && stream > 0;
	}
	if (stream > 0)
		add_output(f, stream, text, strlen(text));
	else if (f->log.len < TEXT_MAX)
		str_add(&f->log, text);
	return true;
}

/* File one frame; false if its kind is unknown. Takes over @frame. */
static bool add_frame(struct facts *f, json_t *frame)
{
	const char *kind = facts_text(frame, "t");

	if (strcmp(kind, "log") == 0) {
		bool good = add_text(f, frame);

		json_decref(frame);
		return good;
	}
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		json_t **to = (json_t **)((char *)f + kinds[i].offset);

		if (strcmp(kind, kinds[i].kind) != 0)
			continue;
		if (!kinds[i].list) {
			json_decref(*to);
			*to = frame;
			return true;
		}
		if (json_array_size(*to) < FRAMES_MAX)
			json_array_append_new(*to, frame);
		else
			json_decref(frame);
		return true;
	}
	json_decref(frame);
	return false;
}

int facts_begin(struct facts *f)
{
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

int facts_take(struct facts *f, const char **text, const char *end)
{
	const char *payload;
	json_error_t error;
	size_t size;
	int r;

	if (f->damaged)
		return -EBADMSG;
	r = frame_read(text, end, &f->frames, &payload, &size, &f->why);
	if (r <= 0) {
		f->damaged = r < 0;
		return r;
	}
	json_t *frame = json_loadb(payload, size, 0, &error);
	if (json_is_object(frame)) {
		if (add_frame(f, frame))
			return 1;
		why_set(&f->why, 0, "frame %" PRIu64 " is of unknown kind",
			f->frames - 1);
	} else {
		json_decref(frame);
		why_set(&f->why, 0, "frame %" PRIu64 " is no JSON object",
			f->frames - 1);
	}
	f->damaged = true;
	return -EBADMSG;
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

int facts_read(const char *stream, size_t len, struct facts *ret)
{
	struct facts f = { 0 };

	if (facts_begin(&f) < 0)
		return -ENOMEM;
	for (const char *text = stream;
	     facts_take(&f, &text, stream + len) > 0;)
		continue;
	facts_end(&f);
	*ret = f;
	return 0;
}
