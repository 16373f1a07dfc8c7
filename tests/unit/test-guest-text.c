/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tests/unit/t.h"
#include "tools/lib/cleanup.h"
#include "vmm/frame.h"
#include "vmm/guest/channel.h"
#include "vmm/guest/json.h"
#include "vmm/guest/textlog.h"

static const char *escaped(const char *text, size_t len)
{
	static struct str out;

	str_done(&out);
	json_escape(&out, text, len);
	return str_text(&out);
}

#define CHECK_ESCAPED(text, want)                                              \
	CHECK(strcmp(escaped(text, sizeof(text) - 1), want) == 0)

TEST(json_text_is_escaped)
{
	CHECK_ESCAPED("a\"b\\c", "a\\\"b\\\\c");
	CHECK_ESCAPED("\n\t\r\033[1m\x7f", "\\n\\t\\u000d\\u001b[1m\\u007f");
	CHECK_ESCAPED("a\0b", "a\\u0000b");
	CHECK_ESCAPED("\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80",
		      "\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80");
}

TEST(bytes_that_are_no_utf8_are_replaced)
{
#define BAD "\xef\xbf\xbd"
	CHECK_ESCAPED("\xff", BAD);
	CHECK_ESCAPED("\xc0\x80", BAD BAD);	    /* overlong */
	CHECK_ESCAPED("\xe0\x80\x80", BAD BAD BAD); /* overlong */
	CHECK_ESCAPED("\xed\xa0\x80", BAD BAD BAD); /* surrogate */
	CHECK_ESCAPED("\xf4\x90\x80\x80", BAD BAD BAD BAD);
	CHECK_ESCAPED("\xc3", BAD);
	CHECK_ESCAPED("\xe2\x82x", BAD BAD "x");
}

TEST(an_object_is_built_field_by_field)
{
	auto_str struct str out = { 0 };
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(0, &set);
	CPU_SET(1, &set);
	json_open(&out, "x");
	json_text(&out, "a", "b");
	json_number(&out, "n", UINT64_MAX);
	json_flag(&out, "f", false);
	json_cpus(&out, "c", &set);
	json_close(&out);
	CHECK(strcmp(str_text(&out), "{\"t\":\"x\",\"a\":\"b\",\"n\":"
				     "18446744073709551615,\"f\":false,"
				     "\"c\":\"0-1\"}") == 0);
}

#define REGION_BYTES (8 << 20)

static struct channel new_channel(void)
{
	struct channel c = { 0 };

	channel_begin(&c,
		      mmap(NULL, REGION_BYTES, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
		      REGION_BYTES);
	return c;
}

/* The payload of frame @n, or NULL; the caller frees it. */
static char *payload_of(const struct channel *c, uint64_t n)
{
	const char *text = c->data, *at = text;
	size_t len = c->header->written;
	uint64_t seq = 0;
	struct frame frame;
	struct why why;

	CHECK(len <= c->room);
	while (frame_read(&at, text + len, &seq, &frame, &why) == 1) {
		if (seq == n + 1)
			return strndup(frame.data, frame.len);
	}
	return NULL;
}

TEST(frames_have_numbers_and_checksums)
{
	struct channel c = new_channel();
	auto_free char *one = NULL;
	auto_free char *two = NULL;

	channel_send_error(&c, "setup", "no '%s'", "x");
	channel_send_event(&c, "start", NULL);
	one = payload_of(&c, 0);
	two = payload_of(&c, 1);
	CHECK(strcmp(one, "{\"t\":\"error\",\"class\":\"setup\",\"why\":"
			  "\"no 'x'\"}") == 0);
	CHECK(strstr(two, "{\"t\":\"event\",\"what\":\"start\",\"at_ns\":") ==
	      two);
	CHECK_INT(c.seq, 2);
}

TEST(a_frame_that_is_too_long_becomes_an_error)
{
	struct channel c = new_channel();
	auto_free char *got = NULL;
	struct str out = { 0 };

	json_open(&out, "log");
	for (int i = 0; i < FRAME_PAYLOAD_MAX; i++)
		str_add(&out, "x");
	channel_send(&c, &out);
	got = payload_of(&c, 0);
	CHECK(strstr(got, "\"t\":\"error\"") && strstr(got, "too long"));
}

TEST(a_full_channel_says_so_and_ends)
{
	struct channel c = new_channel();
	auto_free char *error = NULL;
	auto_free char *end = NULL;
	char text[1000];

	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	while (channel_send_event(&c, "start", text) == 0)
		CHECK(c.written < c.room);
	CHECK_INT(channel_send_event(&c, "start", "a"), -ENOSPC);
	CHECK_INT(channel_end(&c), 0);
	error = payload_of(&c, c.seq - 2);
	end = payload_of(&c, c.seq - 1);
	CHECK(strstr(error, "\"class\":\"harness\"") &&
	      strstr(error, "more than the 7 MiB that the channel holds"));
	CHECK(strstr(end, "\"t\":\"end\""));
}

TEST(frames_before_there_is_a_region_are_held)
{
	static char region[64 * 1024] __attribute__((aligned(WIRE_PAGE)));
	auto_free char *first = NULL;
	auto_free char *second = NULL;
	struct channel c = { 0 };

	channel_send_event(&c, "first", NULL);
	channel_begin(&c, (struct wire_channel *)region, sizeof(region));
	channel_send_event(&c, "second", NULL);
	first = payload_of(&c, 0);
	second = payload_of(&c, 1);
	CHECK(strstr(first, "first") && strstr(second, "second"));
	CHECK_INT(c.written, c.header->written);
}

TEST(a_ring_goes_on_where_the_host_has_read)
{
	static char region[64 * 1024] __attribute__((aligned(WIRE_PAGE)));
	struct channel c = { 0 };
	struct wire_control control = { 0 };
	auto_str struct str stream = { 0 };
	const char *at;
	uint64_t seq = 0;
	struct frame frame;
	struct why why;

	channel_begin(&c, (struct wire_channel *)region, sizeof(region));
	c.control = &control;
	while (stream.len < 3 * c.room) {
		uint64_t from = c.written;

		channel_send_event(&c, "start", "a name");
		for (; from < c.written; from++)
			str_add_bytes(&stream, c.data + from % c.room, 1);
		atomic_store(&control.channel_read, c.written);
	}
	for (at = stream.text;
	     frame_read(&at, stream.text + stream.len, &seq, &frame, &why) > 0;)
		continue;
	CHECK_INT(at - stream.text, stream.len);
	CHECK_INT(seq, c.seq);
}

TEST(a_channel_that_failed_once_sends_nothing_more)
{
	struct channel c = new_channel();

	c.error = -ENOMEM;
	CHECK_INT(channel_send_event(&c, "b", NULL), -ENOMEM);
	CHECK_INT(channel_end(&c), -ENOMEM);
	CHECK_INT(c.header->written, 0);
	CHECK_INT(c.seq, 0);
}

TEST(output_becomes_frames_and_characters_stay_whole)
{
	struct channel c = new_channel();
	auto_free char *one = NULL;
	auto_free char *two = NULL;
	struct textlog log;
	int out;

	CHECK_INT(textlog_open(&log, "scheduler", &out), 0);
	CHECK_INT(write(out, "ab\xe2\x82", 4), 4);
	textlog_drain(&log, &c);
	CHECK_INT(write(out, "\xac\xe2", 2), 2);
	close(out);
	textlog_close(&log, &c);
	one = payload_of(&c, 0);
	two = payload_of(&c, 1);
	CHECK(strstr(one, "\"text\":\"ab\"}"));
	CHECK(strstr(two, "\"text\":\"\xe2\x82\xac\"}"));
	CHECK_INT(log.fd, -1);
}

TEST(output_is_bounded_and_the_rest_is_counted)
{
	static char many[4096];
	struct channel c = new_channel();
	struct textlog log;
	int out;

	memset(many, '\1', sizeof(many)); /* six bytes of JSON each */
	CHECK_INT(textlog_open(&log, "scheduler", &out), 0);
	for (int i = 0; i < 300; i++) {
		CHECK_INT(write(out, many, sizeof(many)), sizeof(many));
		textlog_drain(&log, &c);
	}
	close(out);
	textlog_close(&log, &c);
	CHECK(log.sent >= TEXTLOG_TOTAL_MAX &&
	      log.sent < TEXTLOG_TOTAL_MAX + 4096);
	CHECK(memmem(c.data + c.written - 100, 100, "bytes more were dropped]",
		     24));
}

/* Lines until there are @bytes; each begins with a character of three bytes. */
static void write_lines(struct textlog *log, struct channel *c, int out,
			int bytes)
{
	char line[64];

	for (int n = 0; n < bytes;) {
		int len = snprintf(line, sizeof(line), "\xe2\x82\xac line %d\n",
				   n);

		CHECK_INT(write(out, line, (size_t)len), len);
		textlog_drain(log, c);
		n += len;
	}
}

/* All text of the frames, one behind the other, as it is escaped. */
static void texts(const struct channel *c, struct str *ret)
{
	static const char begin[] = "\"text\":\"";
	const char *at = c->data, *end = c->data + c->written;
	uint64_t seq = 0;
	struct frame frame;
	struct why why;

	while (at < end && frame_read(&at, end, &seq, &frame, &why) == 1) {
		const char *text =
			memmem(frame.data, frame.len, begin, sizeof(begin) - 1);

		CHECK(text);
		text += sizeof(begin) - 1;
		str_addf(ret, "%.*s", (int)(frame.data + frame.len - 2 - text),
			 text);
	}
}

TEST(output_that_keeps_its_end_has_both_ends)
{
	auto_str struct str all = { 0 };
	struct channel c = new_channel();
	struct textlog log;
	const char *cut;
	int out;

	CHECK_INT(textlog_open(&log, "scheduler", &out), 0);
	log.keeps_end = true;
	write_lines(&log, &c, out, 3 * TEXTLOG_TOTAL_MAX);
	CHECK_INT(write(out, "the reason\n", 11), 11);
	close(out);
	textlog_close(&log, &c);
	CHECK(!log.end);
	texts(&c, &all);
	cut = strstr(str_text(&all),
		     " bytes were dropped here]\\n\xe2\x82\xac line ");
	CHECK(cut);
	CHECK(strncmp(str_text(&all), "\xe2\x82\xac line 0\\n", 12) == 0);
	CHECK(strcmp(str_text(&all) + all.len - 12, "the reason\\n") == 0);
	CHECK(strlen(cut) > TEXTLOG_END_MAX - 100 &&
	      strlen(cut) < 2 * TEXTLOG_END_MAX);
	CHECK(!strstr(str_text(&all), "more were dropped"));
}

TEST(output_that_keeps_its_end_may_lose_nothing)
{
	auto_str struct str all = { 0 };
	struct channel c = new_channel();
	struct textlog log;
	int out;

	CHECK_INT(textlog_open(&log, "scheduler", &out), 0);
	log.keeps_end = true;
	write_lines(&log, &c, out, TEXTLOG_TOTAL_MAX + TEXTLOG_END_MAX / 2);
	close(out);
	textlog_close(&log, &c);
	texts(&c, &all);
	CHECK(!strstr(str_text(&all), "dropped"));
	CHECK(all.len > TEXTLOG_TOTAL_MAX + TEXTLOG_END_MAX / 2);
}

TEST(exact_output_is_sent_as_it_is)
{
	struct channel c = new_channel();
	struct textlog log;
	const char *at = c.data;
	uint64_t seq = 0;
	struct frame frame;
	struct why why;
	int out;

	CHECK_INT(textlog_open(&log, "stderr", &out), 0);
	log.exact = true;
	CHECK_INT(write(out, "\0\xff\n", 3), 3);
	close(out);
	textlog_close(&log, &c);
	CHECK_INT(frame_read(&at, c.data + c.written, &seq, &frame, &why), 1);
	CHECK(frame.stream == 2 && frame.len == 3 &&
	      memcmp(frame.data, "\0\xff\n", 3) == 0);
	CHECK_INT(c.seq, 1);
}

TEST(one_look_does_not_follow_a_writer_for_ever)
{
	static const char many[256 * 1024];
	struct channel c = new_channel();
	struct textlog log;
	char byte;
	int out;

	CHECK_INT(textlog_open(&log, "scheduler", &out), 0);
	CHECK_INT(fcntl(out, F_SETPIPE_SZ, sizeof(many)), sizeof(many));
	CHECK_INT(write(out, many, sizeof(many)), sizeof(many));
	textlog_drain(&log, &c);
	CHECK(log.sent >= 64 * 1024); /* a pipe's usual size */
	CHECK_INT(read(log.fd, &byte, 1), 1);
	close(out);
	textlog_close(&log, &c);
}
