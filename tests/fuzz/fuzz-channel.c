/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whatever a guest puts into its channel must be taken for frames or be called
 * damaged in one sentence, the same however it arrives in pieces. A stream that
 * is complete has one end frame, which counts the others.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "vmm/facts.h"
#include "vmm/frame.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct facts *f)
{
	if (f->complete &&
	    (f->damaged || !f->end ||
	     (uint64_t)facts_int(f->end, "frames") + 1 != f->frames))
		abort();
	if (!f->complete && (!*f->why.text || strchr(f->why.text, '\n')))
		abort();
}

/* In pieces of @piece bytes, as a ring is read. */
static void read_pieces(const char *data, size_t size, size_t piece,
			struct facts *f)
{
	const char *at = data;

	if (facts_begin(f) < 0)
		abort();
	for (size_t have = 0; have < size && !f->damaged;) {
		have = size - have < piece ? size : have + piece;
		while (facts_take(f, &at, data + have) > 0)
			continue;
	}
	facts_end(f);
}

static void read_both_ways(const char *data, size_t size)
{
	struct facts whole = { 0 }, pieces = { 0 };

	if (facts_read(data, size, &whole) < 0)
		abort();
	read_pieces(data, size, 7, &pieces);
	check(&whole);
	check(&pieces);
	if (whole.complete != pieces.complete ||
	    whole.damaged != pieces.damaged || whole.frames != pieces.frames ||
	    whole.out.len != pieces.out.len || whole.log.len != pieces.log.len)
		abort();
	facts_done(&whole);
	facts_done(&pieces);
}

/* Each line becomes a frame with a good checksum, so that what is inside is
 * read, too; one that begins with ">" becomes a command's output. */
static void frame_lines(const char *data, size_t size, struct str *out)
{
	const char *end = data + size;
	uint64_t seq = 0;

	for (const char *line = data; line < end; seq++) {
		const char *newline = memchr(line, '\n', (size_t)(end - line));
		size_t len = (size_t)((newline ? newline : end) - line);
		char *text = strndup(line, len), head[FRAME_HEAD_MAX];

		if (!text)
			abort();
		if (*text == '>') {
			str_add_bytes(out, head,
				      frame_format_head(head, seq, 1, text,
							strlen(text)));
			str_addf(out, "%s\n", text);
		} else {
			frame_format(out, seq, text);
		}
		free(text);
		line += len + 1;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_str struct str framed = { 0 };

	if (size == 0)
		return 0;
	if (*data == '@') {
		read_both_ways((const char *)data, size);
		return 0;
	}
	frame_lines((const char *)data, size, &framed);
	read_both_ways(str_text(&framed), framed.len);
	return 0;
}
