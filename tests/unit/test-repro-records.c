/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmm/repro/records.h"

#include <errno.h>

#include "tests/unit/t.h"
#include "tools/lib/str.h"
#include "vmm/facts.h"
#include "vmm/frame.h"

static struct repro_record record(uint64_t at_ns, uint16_t function,
				  enum repro_kind kind)
{
	return (struct repro_record){ .at_ns = at_ns,
				      .function = function,
				      .kind = (uint16_t)kind,
				      .comm = "worker" };
}

static void add(struct str *s, uint64_t seq, const void *data, size_t len)
{
	char head[FRAME_HEAD_MAX];

	str_add_bytes(s, head,
		      frame_format_head(head, seq, FRAME_REPRO, data, len));
	str_add_bytes(s, data, len);
	str_add(s, "\n");
}

static void refused(const void *data, size_t len, uint64_t last_ns,
		    const char *sentence)
{
	struct why why = { .text = "" };

	CHECK_INT(repro_records_check(data, len, &last_ns, &why), -EBADMSG);
	if (strcmp(why.text, sentence) != 0)
		printf("# %s\n", why.text);
	CHECK(strcmp(why.text, sentence) == 0);
}

TEST(the_layout_is_that_of_the_bpf_programs)
{
	CHECK_INT(sizeof(struct repro_piece), 12);
	CHECK_INT(sizeof(struct repro_function), 208);
	CHECK_INT(sizeof(struct repro_record), 352);
	/* As many as a frame may have. */
	CHECK(FRAME_PAYLOAD_MAX / sizeof(struct repro_record) >= 100);
}

TEST(records_come_in_the_order_of_time)
{
	struct repro_record r[] = {
		record(5, 0, REPRO_ENTRY),
		record(5, REPRO_FUNCTIONS_MAX - 1, REPRO_RETURN),
		record(7, 1, REPRO_TRIGGER),
	};
	uint64_t last_ns = 0;
	struct why why;

	CHECK_INT(repro_records_check(r, sizeof(r), &last_ns, &why), 0);
	CHECK_INT(last_ns, 7);
	CHECK_INT(repro_records_check(r, 0, &last_ns, &why), 0);
	refused(r, sizeof(r), 6, "a record of 5 ns comes behind one of 6 ns");
	r[1].at_ns = 8;
	refused(r, sizeof(r), 0, "a record of 7 ns comes behind one of 8 ns");
}

TEST(what_is_no_record_is_refused)
{
	struct repro_record r = record(1, REPRO_FUNCTIONS_MAX, REPRO_ENTRY);

	refused(&r, sizeof(r), 0, "a record is of function 64, of 64");
	refused(&r, sizeof(r) - 1, 0, "351 bytes are no records of 352");
	r = record(1, 0, REPRO_ENTRY);
	r.kind = 3;
	refused(&r, sizeof(r), 0, "a record is of unknown kind 3");
	r = record(1, 0, REPRO_ENTRY);
	memset(r.comm, 'x', sizeof(r.comm));
	refused(&r, sizeof(r), 0, "a record has a name without an end");
}

TEST(what_was_watched_and_seen_comes_home)
{
	struct repro_record r[] = { record(1, 0, REPRO_ENTRY),
				    record(2, 0, REPRO_RETURN),
				    record(3, 1, REPRO_TRIGGER) };
	struct str s = { 0 };
	struct facts f;

	frame_format(&s, 0,
		     "{\"t\":\"watched\",\"function\":\"a\",\"by\":"
		     "\"fentry\",\"entry\":true,\"end\":false}");
	frame_format(&s, 1,
		     "{\"t\":\"not-watched\",\"function\":\"b\","
		     "\"why\":\"gone\"}");
	add(&s, 2, r, 2 * sizeof(r[0]));
	add(&s, 3, r + 2, sizeof(r[0]));
	frame_format(&s, 4, "{\"t\":\"repro\",\"records\":3,\"lost\":9}");
	frame_format(&s, 5, "{\"t\":\"end\",\"frames\":5}");
	CHECK_INT(facts_read(s.text, s.len, &f), 0);
	CHECK(f.complete);
	CHECK_INT(f.repro.len, sizeof(r));
	CHECK(memcmp(f.repro.text, r, sizeof(r)) == 0);
	CHECK_INT(json_array_size(f.watched), 1);
	CHECK(strcmp(facts_text(json_array_get(f.repro_left, 0), "why"),
		     "gone") == 0);
	CHECK_INT(facts_int(f.repro_end, "lost"), 9);
	/* They are nobody's output. */
	CHECK_INT(f.out.len + f.err.len + f.trace_data.len + f.series.len, 0);
	facts_done(&f);
	str_done(&s);
}

TEST(a_bad_record_is_damage_of_the_stream)
{
	struct repro_record r[] = { record(2, 0, REPRO_ENTRY),
				    record(1, 0, REPRO_ENTRY) };
	struct str s = { 0 };
	struct facts f;

	/* Also where the two are of different frames. */
	add(&s, 0, r, sizeof(r[0]));
	add(&s, 1, r + 1, sizeof(r[0]));
	CHECK_INT(facts_read(s.text, s.len, &f), 0);
	CHECK(f.damaged);
	CHECK(strcmp(f.why.text, "at frame 1 a record of 1 ns comes behind one "
				 "of 2 ns") == 0);
	CHECK_INT(f.repro.len, sizeof(r[0]));
	facts_done(&f);
	str_done(&s);
}

TEST(there_are_no_more_records_than_init_keeps)
{
	static struct repro_record
		r[FRAME_PAYLOAD_MAX / sizeof(struct repro_record)];
	size_t frames = REPRO_BYTES_MAX / sizeof(r) + 1;
	struct str s = { 0 };
	struct facts f;

	for (size_t i = 0; i < frames; i++)
		add(&s, i, r, sizeof(r));
	CHECK_INT(facts_read(s.text, s.len, &f), 0);
	CHECK(f.damaged);
	CHECK(strstr(f.why.text, "there are more than 16 MiB of records"));
	CHECK_INT(f.repro.len, (frames - 1) * sizeof(r));
	facts_done(&f);
	str_done(&s);
}
