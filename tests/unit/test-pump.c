/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Guests that never stop: see what one look of the host's takes. */
#include "tools/vm/pump.h"

#include <fcntl.h>
#include <pthread.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tests/unit/t.h"
#include "tools/lib/cleanup.h"
#include "vmm/frame.h"

#define LONG_BYTES (16U << 20)

static struct wire wire;
static struct facts facts;
static struct pump pump;
static struct why why;

static struct wire_channel *guest_channel(void)
{
	void *p = mmap(NULL, WIRE_CHANNEL_BYTES, PROT_READ | PROT_WRITE,
		       MAP_SHARED, wire.channel_fd, 0);

	CHECK(p != MAP_FAILED);
	return p;
}

static void begin(bool live)
{
	CHECK_INT(wire_open(&wire, &why), 0);
	CHECK_INT(facts_begin(&facts), 0);
	pump_begin(&pump, &wire, live, &facts);
}

/* The output of a command to its descriptor 2, at least @bytes long. */
static void print(struct wire_channel *guest, size_t bytes)
{
	static char data[FRAME_PAYLOAD_MAX];
	char *at = (char *)guest + WIRE_CHANNEL_AT, head[FRAME_HEAD_MAX];

	for (uint64_t seq = 0; bytes > guest->written; seq++) {
		size_t n = frame_format_head(head, seq, 2, data, sizeof(data));
		char *to = at + guest->written;

		memcpy(to, head, n);
		memcpy(to + n, data, sizeof(data));
		to[n + sizeof(data)] = '\n';
		guest->written += n + sizeof(data) + 1;
	}
}

TEST(one_look_takes_a_part_of_a_flood_and_the_end_all_of_it)
{
	dup2(open("/dev/null", O_WRONLY), 2);
	begin(true);
	struct wire_channel *guest = guest_channel();
	print(guest, LONG_BYTES);
	int next_ms = pump_tick(&pump);
	CHECK(next_ms > 0 && next_ms < 10);
	CHECK(wire.taken > 0 && wire.taken <= LONG_BYTES / 2);
	CHECK(pump_end(&pump, -1));
	CHECK_INT(wire.taken, guest->written);
	CHECK(!facts.damaged);
}

/* A guest that takes all input at once. */
static void *take_all(void *guest)
{
	for (;;)
		atomic_store(&((struct wire_channel *)guest)->input_taken,
			     atomic_load(&wire.control->input_written));
	return NULL;
}

/* A program that writes into our input without an end. */
static void *write_all(void *fd)
{
	static const char data[1 << 20];

	while (write(*(int *)fd, data, sizeof(data)) > 0)
		continue;
	return NULL;
}

TEST(input_without_an_end_does_not_keep_us)
{
	pthread_t thread[2];
	/* The threads end with the process, later than this function. */
	static int fd[2];

	CHECK_INT(pipe(fd), 0);
	CHECK(fcntl(fd[1], F_SETPIPE_SZ, 1 << 20) > 0);
	dup2(fd[0], 0);
	begin(true);
	wire_put(&wire, WIRE_PAGE, WIRE_RING_BYTES, WIRE_LIVE_INPUT);
	CHECK_INT(wire_input_begin(&wire, &why), 0);
	struct input in = { .wire = &wire };
	CHECK_INT(pthread_create(&thread[0], NULL, take_all, guest_channel()),
		  0);
	CHECK_INT(pthread_create(&thread[1], NULL, write_all, &fd[1]), 0);
	while (wire.put < 4 * WIRE_RING_BYTES) {
		uint64_t before = wire.put;

		CHECK(input_feed(&in, &why) >= 0);
		CHECK(wire.put - before <= 2 * WIRE_RING_BYTES);
	}
	CHECK(!in.ended);
}

TEST(what_was_read_is_not_read_again)
{
	static const char frame[] = "{\"t\":\"hello\",\"version\":1}";
	auto_str struct str s = { 0 };

	begin(false);
	struct wire_channel *guest = guest_channel();
	char *at = (char *)guest + WIRE_CHANNEL_AT;
	frame_format(&s, 0, frame);
	memcpy(at, s.text, s.len);
	guest->written = s.len;
	CHECK(pump_tick(&pump) > 0);
	memset(at, 0xa5, s.len);
	CHECK(pump_tick(&pump) > 0);
	CHECK(pump_end(&pump, -1));
	CHECK_INT(facts.frames, 1);
	CHECK_INT(pump.channel.len, s.len);
	CHECK(memcmp(pump.channel.text, s.text, s.len) == 0);
}

/* At whatever the header says: no crash, and the machine is ended. */
TEST(a_header_that_cannot_be_true_ends_the_machine)
{
	static const uint64_t claim[] = { UINT64_MAX, UINT64_MAX / 2,
					  WIRE_CHANNEL_ROOM + 1, 1 };

	for (size_t i = 0; i < sizeof(claim) / sizeof(claim[0]); i++) {
		auto_str struct str s = { 0 };

		begin(false);
		struct wire_channel *guest = guest_channel();
		frame_format(&s, 0, "{\"t\":\"event\"}");
		memcpy((char *)guest + WIRE_CHANNEL_AT, s.text, s.len);
		guest->written = s.len;
		CHECK(pump_tick(&pump) > 0);
		guest->written = claim[i] > 1 ? s.len + claim[i] : claim[i];
		CHECK_INT(pump_tick(&pump), 0);
		CHECK(facts.damaged);
		CHECK(strstr(facts.why.text, "count of bytes went from"));
		munmap(guest, WIRE_CHANNEL_BYTES);
		wire_done(&wire);
		facts_done(&facts);
		pump_done(&pump);
	}
}

TEST(a_report_without_an_end_ends_the_machine)
{
	auto_str struct str s = { 0 };
	static char text[FRAME_PAYLOAD_MAX];
	uint64_t seq = 0;
	int next_ms = 1;

	begin(false);
	struct wire_channel *guest = guest_channel();
	char *at = (char *)guest + WIRE_CHANNEL_AT;
	memset(text, 'x', sizeof(text) - 1);
	memcpy(text, "{\"t\":\"event\",\"name\":\"", 21);
	memcpy(text + sizeof(text) - 3, "\"}", 3);
	while (next_ms > 0 && seq < 4096) {
		s.len = 0;
		for (int i = 0; i < 16; i++)
			frame_format(&s, seq++, text);
		CHECK(!s.failed && guest->written + s.len < WIRE_CHANNEL_ROOM);
		memcpy(at + guest->written, s.text, s.len);
		guest->written += s.len;
		next_ms = pump_tick(&pump);
	}
	CHECK_INT(next_ms, 0);
	CHECK(facts.damaged && facts.bytes < FACTS_BYTES_MAX + (1 << 20));
	CHECK(pump.channel.len < FACTS_BYTES_MAX + (8 << 20));
	CHECK(strstr(facts.why.text, "it is longer than 90 MiB"));
}
