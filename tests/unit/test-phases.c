/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/vm/phases.h"

#include "tests/unit/t.h"
#include "tools/lib/cleanup.h"
#include "tools/lib/str.h"
#include "vmm/frame.h"

#define PHASE(name, at)                                                        \
	"{\"t\":\"phase\",\"name\":\"" name "\",\"at_ns\":" at "}"
#define BOOT                                                                   \
	"{\"t\":\"phase\",\"name\":\"boot\",\"at_ns\":900,\"kernel_ns\":700,"  \
	"\"firmware_ns\":50}"
#define END "{\"t\":\"end\",\"frames\":0,\"at_ns\":5000}"

static void read_frames(struct facts *f, const char *const *frames)
{
	auto_str struct str s = { 0 };

	for (uint64_t n = 0; frames[n]; n++)
		frame_format(&s, n, frames[n]);
	CHECK_INT(facts_read(str_text(&s), s.len, f), 0);
}

#define READ(f, ...) read_frames(f, (const char *const[]){ __VA_ARGS__, NULL })

static void check_json(json_t *o, const char *want)
{
	char *text = json_dumps(o, JSON_COMPACT | JSON_REAL_PRECISION(6));

	if (strcmp(text, want) != 0)
		printf("# got %s\n", text);
	CHECK(strcmp(text, want) == 0);
	free(text);
	json_decref(o);
}

TEST(the_guests_phases_end_where_the_next_begins)
{
	struct facts f;

	/* The calibration runs before the scheduler is started. */
	READ(&f, BOOT, PHASE("run", "1000"), PHASE("attach", "1500"),
	     PHASE("run", "2000"), PHASE("shutdown", "4000"), END);
	check_json(phases_guest(&f),
		   "{\"firmware_ns\":50,\"kernel_ns\":700,\"init_ns\":200,"
		   "\"load_ns\":100,\"attach_ns\":500,\"run_ns\":2500,"
		   "\"shutdown_ns\":1000}");
	facts_done(&f);
}

TEST(what_was_not_come_to_is_null)
{
	struct facts f;

	READ(&f, PHASE("boot", "900"), PHASE("run", "1000"));
	check_json(phases_guest(&f),
		   "{\"firmware_ns\":null,\"kernel_ns\":0,\"init_ns\":900,"
		   "\"load_ns\":100,\"attach_ns\":null,\"run_ns\":null,"
		   "\"shutdown_ns\":null}");
	facts_done(&f);
	READ(&f, END);
	check_json(phases_guest(&f),
		   "{\"firmware_ns\":null,\"kernel_ns\":null,\"init_ns\":null,"
		   "\"load_ns\":null,\"attach_ns\":null,\"run_ns\":null,"
		   "\"shutdown_ns\":null}");
	facts_done(&f);
}

TEST(the_hosts_times_are_those_at_which_it_looked)
{
	const struct machine_times t = { .monitor = 0.25, .ready = 1 };
	struct phases p = { .seen_s = { 1, 1.5, 3 }, .seen = 3 };
	struct facts f;

	READ(&f, BOOT, PHASE("run", "1000"), PHASE("shutdown", "4000"), END);
	check_json(phases_host(&p, &f, &t, 3.5),
		   "{\"start\":\"boot\",\"qemu_s\":0.25,\"ready_s\":1.0,"
		   "\"load_s\":0.5,\"attach_s\":null,\"run_s\":1.5,"
		   "\"shutdown_s\":0.5,\"job_s\":2.5}");
	facts_done(&f);
}

TEST(a_guest_that_lies_breaks_nothing)
{
	struct phases p;
	struct facts f;
	auto_str struct str s = { 0 };

	phases_begin(&p);
	for (uint64_t n = 0; n < 100; n++)
		frame_format(&s, n, PHASE("run", "-5"));
	frame_format(&s, 100, "{\"t\":\"phase\",\"name\":7,\"at_ns\":\"x\"}");
	CHECK_INT(facts_read(str_text(&s), s.len, &f), 0);
	phases_note(&p, &f);
	CHECK_INT(p.seen, PHASE_FRAMES_MAX);
	json_decref(phases_guest(&f));
	json_decref(phases_host(&p, &f, &(struct machine_times){ 0 }, 0));
	facts_done(&f);
}
