/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmm/facts.h"

#include "tests/unit/t.h"
#include "vmm/frame.h"

static void add(struct str *s, uint64_t seq, const char *payload)
{
	frame_format(s, seq, payload);
}

TEST(frames_are_sorted_by_kind)
{
	struct str s = { 0 };
	struct facts f;

	add(&s, 0, "{\"t\":\"hello\",\"version\":1}");
	add(&s, 1, "{\"t\":\"worker\",\"index\":7}");
	add(&s, 2, "{\"t\":\"log\",\"name\":\"scheduler\",\"text\":\"a\"}");
	add(&s, 3, "{\"t\":\"event\"}");
	add(&s, 4, "{\"t\":\"log\",\"name\":\"scheduler\",\"text\":\"c\"}");
	add(&s, 5, "{\"t\":\"end\",\"frames\":5}");
	CHECK_INT(facts_read(s.text, s.len, &f), 0);
	CHECK(f.complete);
	CHECK_INT(facts_int(f.hello, "version"), 1);
	CHECK_INT(json_array_size(f.worker), 1);
	CHECK_INT(facts_int(json_array_get(f.worker, 0), "index"), 7);
	CHECK(strcmp(str_text(&f.log), "ac") == 0);
	facts_done(&f);
	str_done(&s);
}

TEST(a_command_s_bytes_arrive_as_they_were)
{
	char head[FRAME_HEAD_MAX];
	struct str s = { 0 };
	struct facts f;

	str_add_bytes(&s, head, frame_format_head(head, 0, 1, "\0\xff\n", 3));
	str_add_bytes(&s, "\0\xff\n\n", 4);
	str_add_bytes(&s, head, frame_format_head(head, 1, 2, "b", 1));
	str_add(&s, "b\n");
	add(&s, 2, "{\"t\":\"end\",\"frames\":2}");
	CHECK_INT(facts_read(s.text, s.len, &f), 0);
	CHECK(f.complete);
	CHECK_INT(f.out.len, 3);
	CHECK(memcmp(f.out.text, "\0\xff\n", 3) == 0);
	CHECK(strcmp(str_text(&f.err), "b") == 0);
	facts_done(&f);
	str_done(&s);
}

TEST(what_is_not_whole_is_not_complete)
{
	static const char *const last[] = {
		"{\"t\":\"end\",\"frames\":2}", /* one was lost */
		"{\"t\":\"worker\"}",		/* no end */
		"{\"t\":\"surprise\"}",		/* unknown */
		"[1]",
		"{",
	};

	for (size_t i = 0; i < sizeof(last) / sizeof(last[0]); i++) {
		struct str s = { 0 };
		struct facts f;

		add(&s, 0, "{\"t\":\"hello\"}");
		add(&s, 1, last[i]);
		CHECK_INT(facts_read(s.text, s.len, &f), 0);
		CHECK(!f.complete);
		CHECK(f.why.text[0] != '\0');
		CHECK(f.hello != NULL);
		facts_done(&f);
		str_done(&s);
	}
}

TEST(nothing_comes_twice_or_after_the_end)
{
	static const struct {
		const char *frame[4], *why;
	} row[] = {
		{ { "{\"t\":\"end\",\"frames\":0}", "{\"t\":\"event\"}" },
		  "frame 1 comes after the end" },
		/* A second result that counts rightly. */
		{ { "{\"t\":\"event\"}", "{\"t\":\"end\",\"frames\":1}",
		    "{\"t\":\"end\",\"frames\":2}" },
		  "frame 2 comes after the end" },
		{ { "{\"t\":\"topology\",\"cpus\":\"0\"}",
		    "{\"t\":\"topology\",\"cpus\":\"0-1\"}" },
		  "frame 1 is the second 'topology'" },
		{ { "{\"t\":\"calibration\",\"ran\":false}",
		    "{\"t\":\"calibration\",\"ran\":true}" },
		  "frame 1 is the second 'calibration'" },
		{ { "{\"t\":\"exec\",\"status\":1}",
		    "{\"t\":\"exec\",\"status\":0}" },
		  "frame 1 is the second 'exec'" },
		{ { "{\"t\":\"event\",\"t\":\"end\",\"frames\":0}" },
		  "frame 0 is no JSON object" },
		{ { "{\"t\":\"event\"} {}" }, "frame 0 is no JSON object" },
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		struct str s = { 0 };
		struct facts f;
		uint64_t n = 0;

		for (; row[i].frame[n]; n++)
			add(&s, n, row[i].frame[n]);
		CHECK_INT(facts_read(s.text, s.len, &f), 0);
		CHECK(f.damaged && !f.complete);
		if (strcmp(f.why.text, row[i].why) != 0)
			printf("# %s\n", f.why.text);
		CHECK(strcmp(f.why.text, row[i].why) == 0);
		facts_done(&f);
		str_done(&s);
	}
}

TEST(the_first_error_is_the_cause)
{
	struct str s = { 0 };
	struct facts f;

	add(&s, 0, "{\"t\":\"error\",\"why\":\"first\"}");
	add(&s, 1, "{\"t\":\"error\",\"why\":\"second\"}");
	CHECK_INT(facts_read(s.text, s.len, &f), 0);
	CHECK(strcmp(facts_text(f.error, "why"), "first") == 0);
	facts_done(&f);
	str_done(&s);
}
