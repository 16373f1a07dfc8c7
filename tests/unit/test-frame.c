/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmm/frame.h"

#include <errno.h>

#include "tests/unit/t.h"

static int read_one(const char *stream, size_t len, uint64_t seq,
		    struct why *why)
{
	const char *text = stream;
	struct frame frame;

	return frame_read(&text, stream + len, &seq, &frame, why);
}

TEST(what_was_written_is_read_in_order)
{
	auto_str struct str s = { 0 };
	const char *text;
	uint64_t seq = 0;
	struct frame frame;
	struct why why;

	frame_format(&s, 0, "{\"t\":\"hello\"}");
	frame_format(&s, 1, "{}");
	text = s.text;
	CHECK_INT(frame_read(&text, s.text + s.len, &seq, &frame, &why), 1);
	CHECK_INT(frame.len, 13);
	CHECK(memcmp(frame.data, "{\"t\":\"hello\"}", 13) == 0);
	CHECK_INT(frame_read(&text, s.text + s.len, &seq, &frame, &why), 1);
	CHECK_INT(frame.len, 2);
	CHECK_INT(frame_read(&text, s.text + s.len, &seq, &frame, &why), 0);
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

static void add_data(struct str *s, uint64_t seq, int stream, const char *data,
		     size_t len)
{
	char head[FRAME_HEAD_MAX];

	str_add_bytes(s, head, frame_format_head(head, seq, stream, data, len));
	str_add_bytes(s, data, len);
	str_add(s, "\n");
}

/* Cut it is not there yet, and no byte of it may be another. */
static void check_each_byte(struct str *s, uint64_t seq)
{
	struct why why;

	for (size_t len = 0; len < s->len; len++)
		CHECK_INT(read_one(s->text, len, seq, &why), 0);
	for (size_t i = 0; i < s->len; i++) {
		s->text[i] ^= 4;
		CHECK(read_one(s->text, s->len, seq, &why) != 1);
		s->text[i] ^= 4;
	}
}

static void check_bytes_of(int stream)
{
	static const char bytes[] = "0123456789abcdef\n\0@1";

	for (size_t len = 0; len <= sizeof(bytes); len++) {
		auto_str struct str s = { 0 };

		add_data(&s, 1234567890123, stream, bytes, len);
		check_each_byte(&s, 1234567890123);
	}
}

/* Its checksum is another, for words of 8 bytes and what is left of one. */
TEST(bytes_of_the_monitor_are_read_as_they_were)
{
	check_bytes_of(FRAME_MONITOR);
	check_bytes_of(FRAME_TRACE);
	check_bytes_of(FRAME_REPRO);
}

TEST(bytes_of_a_command_are_read_as_they_were)
{
	static const char bytes[] = "a\n\0@1 \n\xff";
	auto_str struct str s = { 0 };
	const char *text;
	uint64_t seq = 3;
	struct frame frame;
	struct why why;

	add_data(&s, 3, 2, bytes, sizeof(bytes));
	check_each_byte(&s, 3);
	add_data(&s, 4, 1, "", 0);
	text = s.text;
	CHECK_INT(frame_read(&text, s.text + s.len, &seq, &frame, &why), 1);
	CHECK_INT(frame.stream, 2);
	CHECK_INT(frame.len, sizeof(bytes));
	CHECK(memcmp(frame.data, bytes, sizeof(bytes)) == 0);
	CHECK_INT(frame_read(&text, s.text + s.len, &seq, &frame, &why), 1);
	CHECK_INT(frame.stream, 1);
	CHECK_INT(frame.len, 0);
	CHECK(text == s.text + s.len);
}

TEST(what_cannot_become_a_frame_is_damage_before_its_end)
{
	static const char *const bad[] = {
		"x",
		"@1",
		"@0 0\n",
		"@0 00000000 >6 1\n",
		"@0 00000000 >1 01\n",
		"@0 00000000 >1 \n",
		"@0 00000000 >\n",
		"@0 00000000 >1 65537\n",
		"@0 00000000 >1 99999999\n",
		"@0 00000000 >1 -1\n",
	};
	auto_str struct str s = { 0 };
	struct why why;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK_INT(read_one(bad[i], strlen(bad[i]), 0, &why), -EBADMSG);
	str_add(&s, "@0 00000000 ");
	for (size_t i = 0; i <= FRAME_PAYLOAD_MAX; i++)
		str_add(&s, "x");
	CHECK_INT(read_one(s.text, s.len - 1, 0, &why), 0);
	CHECK_INT(read_one(s.text, s.len, 0, &why), -EBADMSG);
}
