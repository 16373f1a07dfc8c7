/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tests/unit/t.h"
#include "tools/lib/cleanup.h"
#include "vmm/frame.h"
#include "vmm/guest/channel.h"
#include "vmm/guest/json.h"
#include "vmm/guest/kmsg.h"
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

static struct channel new_channel(void)
{
	return (struct channel){ .fd = memfd_create("channel", 0) };
}

/* The payload of frame @n, or NULL; the caller frees it. */
static char *payload_of(const struct channel *c, uint64_t n)
{
	static char text[4 << 20];
	ssize_t len = pread(c->fd, text, sizeof(text), 0);
	const char *at = text, *payload;
	uint64_t seq = 0;
	size_t size;
	struct why why;

	CHECK(len >= 0 && (size_t)len < sizeof(text));
	while (frame_read(&at, text + len, &seq, &payload, &size, &why) == 1) {
		if (seq == n + 1)
			return strndup(payload, size);
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

TEST(a_channel_that_failed_once_sends_nothing_more)
{
	struct channel c = { .fd = -1 };

	CHECK(channel_send_event(&c, "a", NULL) < 0);
	c.fd = memfd_create("channel", 0);
	CHECK(channel_send_event(&c, "b", NULL) < 0);
	CHECK_INT(lseek(c.fd, 0, SEEK_END), 0);
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
	/* 6 MiB of frames are more than payload_of() reads: look at the end. */
	char tail[128] = "";
	CHECK(pread(c.fd, tail, sizeof(tail) - 1,
		    lseek(c.fd, 0, SEEK_END) - 100) > 0);
	CHECK(strstr(tail, "bytes more were dropped]"));
}

TEST(exact_output_is_text_or_base64)
{
	static const struct {
		const char *text, *want;
		size_t len;
	} row[] = {
		{ "a line\n", "\"text\":\"a line\\n\"}", 7 },
		{ "\0\xff\n", "\"base64\":\"AP8K\"}", 3 },
		{ "\0\xff", "\"base64\":\"AP8=\"}", 2 },
		{ "\xfe", "\"base64\":\"/g==\"}", 1 },
		{ "\xc3\xa4\xc3\xa4", "\"base64\":\"w6TDpA==\"}", 4 },
		{ "\n\n\n\n", "\"base64\":\"CgoKCg==\"}", 4 },
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		struct channel c = new_channel();
		auto_free char *got = NULL;
		struct textlog log;
		int out;

		CHECK_INT(textlog_open(&log, "stdout", &out), 0);
		log.exact = true;
		CHECK_INT(write(out, row[i].text, row[i].len), row[i].len);
		close(out);
		textlog_close(&log, &c);
		got = payload_of(&c, 0);
		CHECK(strstr(got, row[i].want));
		CHECK_INT(c.seq, 1);
		close(c.fd);
	}
}

#define SELECT(text) kmsg_select(&follow, text)

TEST(one_look_does_not_follow_a_writer_for_ever)
{
	static const char many[256 * 1024];
	struct channel c = { .fd = open("/dev/null", O_WRONLY) };
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
	close(c.fd);
}

TEST(kernel_messages_of_trouble_are_chosen)
{
	struct kmsg_follow follow = { 0 };

	CHECK(!SELECT("Run /init as init process"));
	CHECK(SELECT("WARNING: CPU: 0 PID: 1 at kernel/sched/ext.c:1 x"));
	CHECK(SELECT("RIP: 0010:x"));
	CHECK(SELECT("---[ end trace 0000000000000000 ]---"));
	CHECK(!SELECT("clocksource: tsc"));
	CHECK(SELECT("sched_ext: BPF scheduler \"x\" disabled (stall)"));
	CHECK(SELECT("   scx_watchdog_workfn+0x1/0x2"));
	CHECK(!SELECT("random: crng init done"));
	CHECK(!SELECT("   indented, but of something else"));
	CHECK(SELECT("rcu: INFO: rcu_sched self-detected stall on CPU"));
	CHECK(SELECT("INFO: task kworker:1 blocked for more than 1 seconds."));
	CHECK(SELECT("Out of memory: Killed process 42 (x) total-vm:1kB"));
	CHECK(!SELECT("oom_reaper: reaped process 42 (x)"));
}
