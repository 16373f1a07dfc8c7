/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/vm/repro-inside.h"

#include <errno.h>

#include "tests/unit/t.h"

static json_t *frame(const char *function, const char *why)
{
	return json_pack("{ss ss}", "function", function, "why", why);
}

static void add_record(struct facts *f, uint16_t function)
{
	struct repro_record r = { .at_ns = 7, .function = function };

	str_add_bytes(&f->repro, &r, sizeof(r));
}

static struct repro_plan two(void)
{
	return (struct repro_plan){
		.count = 2, .named = { { .name = "a" }, { .name = "ops.b" } }
	};
}

TEST(a_job_has_the_plan)
{
	struct repro_plan p = two();
	struct str text = { 0 };
	struct job job = { 0 };

	p.pid_at = 99;
	CHECK_INT(repro_inside_ask(&p, &job, &text), 0);
	CHECK(job.repro == text.text);
	CHECK(strstr(job.repro, "pid-at 99\nfunction a "));
	str_done(&text);
}

TEST(records_and_what_was_not_watched_are_taken)
{
	struct repro_plan p = two();
	struct repro_story s = { 0 };
	struct facts f;
	struct why why;

	CHECK_INT(facts_begin(&f), 0);
	add_record(&f, 0);
	add_record(&f, 1);
	json_array_append_new(f.repro_left, frame("a", "gone\x1b[2J"));
	/* That is none of ours. */
	json_array_append_new(f.repro_left, frame("other", "x"));
	json_array_append_new(f.watched, frame("ops.b", "no end"));
	json_array_append_new(f.watched,
			      json_pack("{ss}", "function", "ops.b"));
	f.repro_end =
		json_pack("{si si sb}", "lost", 5, "missed", 3, "triggered", 1);
	CHECK_INT(repro_inside_take(&f, &p, &s, &why), 0);
	CHECK_INT(s.count, 2);
	CHECK_INT(s.record[1].function, 1);
	CHECK_INT(s.lost, 5);
	CHECK(strcmp(str_text(&p.left_out),
		     "a: gone?[2J\nops.b, partly: no end\n") == 0);
	CHECK(strstr(s.how, "3 calls were missed") &&
	      !strstr(s.how, "did not see"));
	json_object_set_new(f.repro_end, "triggered", json_false());
	CHECK_INT(repro_inside_take(&f, &p, &s, &why), 0);
	CHECK(strstr(s.how, "they did not see a failure"));
	facts_done(&f);
	str_done(&p.left_out);
}

TEST(a_guest_that_died_is_told_and_one_that_lies_refused)
{
	struct repro_plan p = two();
	struct repro_story s = { 0 };
	struct facts f;
	struct why why;

	CHECK_INT(facts_begin(&f), 0);
	CHECK_INT(repro_inside_take(&f, &p, &s, &why), 0);
	CHECK_INT(s.count, 0);
	CHECK(strstr(s.how, "ended before it sent what they saw"));
	add_record(&f, 2);
	CHECK_INT(repro_inside_take(&f, &p, &s, &why), -EBADMSG);
	CHECK(strcmp(why.text, "the guest sent a call of function 2, of 2") ==
	      0);
	facts_done(&f);
}
