/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmm/frame.h"

#include <errno.h>

#include "tests/unit/t.h"

static int read_one(const char *stream, size_t len, uint64_t seq,
		    struct why *why)
{
	const char *text = stream, *payload;
	size_t n;

	return frame_read(&text, stream + len, &seq, &payload, &n, why);
}

TEST(what_was_written_is_read_in_order)
{
	auto_str struct str s = { 0 };
	const char *text, *payload;
	uint64_t seq = 0;
	size_t len;
	struct why why;

	frame_format(&s, 0, "{\"t\":\"hello\"}");
	frame_format(&s, 1, "{}");
	text = s.text;
	CHECK_INT(frame_read(&text, s.text + s.len, &seq, &payload, &len, &why),
		  1);
	CHECK_INT(len, 13);
	CHECK(memcmp(payload, "{\"t\":\"hello\"}", len) == 0);
	CHECK_INT(frame_read(&text, s.text + s.len, &seq, &payload, &len, &why),
		  1);
	CHECK_INT(len, 2);
	CHECK_INT(frame_read(&text, s.text + s.len, &seq, &payload, &len, &why),
		  0);
	CHECK_INT(seq, 2);
}

TEST(a_cut_stream_gives_no_frame)
{
	auto_str struct str s = { 0 };
	struct why why;

	frame_format(&s, 0, "{\"a\":1}");
	for (size_t len = 0; len < s.len; len++)
		CHECK_INT(read_one(s.text, len, 0, &why), 0);
	CHECK_INT(read_one(s.text, s.len, 0, &why), 1);
}

TEST(every_damaged_byte_is_seen)
{
	auto_str struct str s = { 0 };
	struct why why;

	frame_format(&s, 7, "{\"a\":1}");
	for (size_t i = 0; i + 1 < s.len; i++) {
		s.text[i] ^= 4;
		CHECK_INT(read_one(s.text, s.len, 7, &why), -EBADMSG);
		s.text[i] ^= 4;
	}
	CHECK_INT(read_one(s.text, s.len, 8, &why), -EBADMSG);
}
