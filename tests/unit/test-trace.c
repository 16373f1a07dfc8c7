/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Ring buffers and formats, made by hand and recorded from a kernel. */
#include "vmm/trace/sched.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>

#include "tests/unit/t.h"
#include "tools/lib/file.h"
#include "tools/lib/str.h"
#include "tools/vm/trace-tasks.h"
#include "vmm/trace/format.h"
#include "vmm/trace/ring.h"

#define COMMON                                                                 \
	"\tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;\n" \
	"\tfield:int common_pid;\toffset:4;\tsize:4;\tsigned:1;\n\n"

static const char switch_format[] =
	"name: sched_switch\nID: 316\nformat:\n" COMMON
	"\tfield:char prev_comm[16];\toffset:8;\tsize:16;\tsigned:0;\n"
	"\tfield:pid_t prev_pid;\toffset:24;\tsize:4;\tsigned:1;\n"
	"\tfield:long prev_state;\toffset:32;\tsize:8;\tsigned:1;\n"
	"\tfield:char next_comm[16];\toffset:40;\tsize:16;\tsigned:0;\n"
	"\tfield:pid_t next_pid;\toffset:56;\tsize:4;\tsigned:1;\n"
	"\nprint fmt: \"prev_comm=%s field:no\", REC->prev_comm\n";

TEST(a_format_is_read_as_the_kernel_writes_it)
{
	char text[8];
	struct trace_format f;
	struct why why;
	int64_t n;

	CHECK_INT(trace_format_read(switch_format, sizeof(switch_format) - 1,
				    &f, &why),
		  0);
	CHECK(strcmp(f.name, "sched_switch") == 0);
	CHECK_INT(f.id, 316);
	CHECK_INT(f.field_count, 7);
	CHECK_INT(trace_format_field(&f, "prev_comm")->offset, 8);
	CHECK_INT(trace_format_field(&f, "prev_comm")->size, 16);
	CHECK(trace_format_field(&f, "prev_state")->is_signed);
	CHECK(!trace_format_field(&f, "prio"));
	/* Numbers have their sign, and end where the record ends. */
	CHECK(trace_field_number(trace_format_field(&f, "common_pid"),
				 "\0\0\0\0\xff\xff\xff\xff", 8, &n));
	CHECK_INT(n, -1);
	CHECK(!trace_field_number(trace_format_field(&f, "common_pid"),
				  "\0\0\0\0\xff\xff\xff", 7, &n));
	CHECK(!trace_field_number(NULL, "", 0, &n));
	CHECK(!trace_field_number(trace_format_field(&f, "prev_comm"),
				  switch_format, 100, &n));
	/* Texts are printable and end. */
	CHECK(trace_field_text(trace_format_field(&f, "prev_comm"),
			       "12345678a\n\x80"
			       "defghijklmnop",
			       24, text, sizeof(text)));
	CHECK(strcmp(text, "a??defg") == 0);
}

TEST(a_format_without_its_parts_is_refused)
{
	static const char *const bad[] = {
		"",
		"name: x\n",
		"ID: 3\n",
		"name: x\nID: 3\nfield:int a;\toffset:x;\tsize:4;\tsigned:0;\n",
		"name: x\nID: 3\nfield:int a;\toffset:70000;\tsize:4;\tsigned:0;\n",
		"name: x\nID: 3\nfield:;\toffset:0;\tsize:4;\tsigned:0;\n",
		"name: x\nID: 3\nfield:int a\n",
	};
	struct trace_format f;
	struct why why;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK_INT(trace_format_read(bad[i], strlen(bad[i]), &f, &why),
			  -EBADMSG);
}

static void add_32(struct str *s, uint32_t n)
{
	str_add_bytes(s, &n, sizeof(n));
}

static void add_64(struct str *s, uint64_t n)
{
	str_add_bytes(s, &n, sizeof(n));
}

static uint32_t entry(uint32_t type, uint32_t delta)
{
	return type | delta << 5;
}

TEST(entries_of_a_page_have_their_times)
{
	static const char big[120] = "long";
	struct str s = { 0 };
	struct trace_page p;
	const void *record;
	struct why why;
	size_t len;

	add_64(&s, 1000);
	add_64(&s, 0);		 /* set below */
	add_32(&s, entry(1, 5)); /* one word */
	str_add(&s, "abcd");
	add_32(&s, entry(30, 7)); /* 7 and 2 << 27 later */
	add_32(&s, 2);
	add_32(&s, entry(29, 3)); /* taken back, 8 bytes */
	add_32(&s, 8);
	add_32(&s, 0xffffffff);
	add_32(&s, entry(0, 1)); /* long */
	add_32(&s, 4 + sizeof(big));
	str_add_bytes(&s, big, sizeof(big));
	add_32(&s, entry(31, 9)); /* the time itself */
	add_32(&s, 40);
	add_32(&s, entry(2, 0));
	str_add(&s, "12345678");
	add_32(&s, entry(29, 0)); /* the rest is empty */
	add_32(&s, 0xffffffff);
	((uint64_t *)(void *)s.text)[1] = s.len - 16;
	CHECK_INT(trace_page_begin(&p, s.text, s.len, &why), 0);
	CHECK(!p.lost);
	CHECK_INT(trace_page_next(&p, &record, &len, &why), 1);
	CHECK_INT(p.now_ns, 1005);
	CHECK_INT(len, 4);
	CHECK(memcmp(record, "abcd", 4) == 0);
	CHECK_INT(trace_page_next(&p, &record, &len, &why), 1);
	CHECK_INT(p.now_ns, 1005 + 7 + (2 << 27) + 3 + 1);
	CHECK_INT(len, sizeof(big));
	CHECK(memcmp(record, big, sizeof(big)) == 0);
	CHECK_INT(trace_page_next(&p, &record, &len, &why), 1);
	CHECK_INT(p.now_ns, (UINT64_C(40) << 27) + 9);
	CHECK(memcmp(record, "12345678", 8) == 0);
	CHECK_INT(trace_page_next(&p, &record, &len, &why), 0);
	CHECK_INT(trace_page_next(&p, &record, &len, &why), 0);
	str_done(&s);
}

/* A page with @commit, of which only @len bytes came. */
static int begin(uint64_t commit, uint32_t first, size_t len,
		 struct trace_page *p)
{
	static uint64_t page[64];
	struct why why;

	memset(page, 0, sizeof(page));
	page[0] = 5;
	page[1] = commit;
	page[2] = first;
	page[3] = 77;
	return trace_page_begin(p, page, len, &why);
}

TEST(a_page_says_what_was_lost_and_is_not_believed)
{
	struct trace_page p;
	const void *record;
	struct why why;
	size_t len;

	CHECK_INT(begin(UINT64_C(3) << 30 | 8, 0, 64, &p), 0);
	CHECK(p.lost);
	CHECK_INT(p.lost_count, 77);
	CHECK_INT(begin(UINT64_C(1) << 31 | 8, 0, 64, &p), 0);
	CHECK(p.lost);
	CHECK_INT(p.lost_count, 0);
	CHECK_INT(begin(8, 0, 15, &p), -EBADMSG);
	CHECK_INT(begin(49, 0, 64, &p), -EBADMSG);
	/* Longer than the page; no bytes at all. */
	CHECK_INT(begin(16, entry(28, 0), 64, &p), 0);
	CHECK_INT(trace_page_next(&p, &record, &len, &why), -EBADMSG);
	CHECK_INT(begin(4, entry(0, 0), 64, &p), 0);
	CHECK_INT(trace_page_next(&p, &record, &len, &why), -EBADMSG);
}

static void add_record(struct str *s, uint32_t kind, uint32_t cpu,
		       const void *data, size_t len)
{
	struct trace_head head = { kind, cpu, len };

	str_add_bytes(s, &head, sizeof(head));
	str_add_bytes(s, data, len);
	str_add_bytes(s, "\0\0\0\0\0\0\0", TRACE_PAD(len) - len);
}

/* A switch from @prev to @next, @delta after the one before. */
static void add_switch(struct str *page, uint32_t delta, int32_t prev,
		       int64_t state, int32_t next)
{
	char record[60] = "";
	uint16_t type = 316;

	memcpy(record, &type, 2);
	memcpy(record + 8, "before", 6);
	memcpy(record + 24, &prev, 4);
	memcpy(record + 32, &state, 8);
	memcpy(record + 40, "behind", 6);
	memcpy(record + 56, &next, 4);
	add_32(page, entry(15, delta));
	str_add_bytes(page, record, 60);
}

static void begin_page(struct str *page, uint64_t at)
{
	str_done(page);
	add_64(page, at);
	add_64(page, 0);
}

static void end_page(struct str *s, struct str *page, uint32_t cpu)
{
	((uint64_t *)(void *)page->text)[1] = page->len - 16;
	add_record(s, TRACE_PAGE, cpu, page->text, page->len);
	str_done(page);
}

TEST(events_of_all_cpus_are_in_order_and_make_rows)
{
	json_t *tasks =
		json_pack("[{si ss si si ss}]", "pid", 7, "cgroup", "a\"b",
			  "work", 0, "index", 1, "type", "cpu-spin");
	struct str s = { 0 }, page = { 0 };
	struct trace_tally tally;
	struct trace_out out;
	struct trace t;
	struct why why;

	add_record(&s, TRACE_FORMAT, 0, switch_format,
		   sizeof(switch_format) - 1);
	begin_page(&page, 1000000);
	add_switch(&page, 0, 0, 0, 7);	  /* 7 from 1000 us on */
	add_switch(&page, 5000, 7, 1, 8); /* sleeps at 1005 */
	add_switch(&page, 5000, 9, 0, 7); /* nobody saw 9 come */
	end_page(&s, &page, 1);
	begin_page(&page, 1002000);
	add_switch(&page, 0, 0, 0, 9);
	add_switch(&page, 1000, 9, 0x100, 0);
	end_page(&s, &page, 0);
	CHECK_INT(trace_read(s.text, s.len, &t, &why), 0);
	CHECK_INT(t.count, 5);
	CHECK_INT(t.cpus, 2);
	CHECK_INT(t.event[0].at_ns, 1000000);
	CHECK_INT(t.event[1].cpu, 0);
	CHECK_INT(t.event[2].state, '+');
	CHECK_INT(t.event[3].state, 'S');
	CHECK_INT(t.event[3].other, 8);
	CHECK(strcmp(t.event[3].other_comm, "behind") == 0);
	trace_out_begin(&out);
	CHECK_INT(trace_tasks_write(&out, &t, tasks, 900000, 1020000, &tally),
		  0);
	trace_out_end(&out, "");
	CHECK_INT(tally.switches, 5);
	CHECK_INT(tally.odd, 1);
	/* Who was there is not known, so 8 has no end. */
	CHECK(strstr(out.text.text,
		     "{\"ph\":\"X\",\"pid\":2,\"tid\":1,\"ts\":1000.000,"
		     "\"dur\":4.999,\"name\":\"a\\\"b 0.1 cpu-spin\","));
	CHECK(strstr(out.text.text,
		     "{\"ph\":\"X\",\"pid\":3,\"tid\":7,\"ts\":1010.000,"
		     "\"dur\":9.999,\"name\":\"runs on CPU 1\","));
	CHECK(strstr(out.text.text,
		     "{\"ph\":\"X\",\"pid\":4,\"tid\":9,\"ts\":1010.000,"
		     "\"dur\":9.999,\"name\":\"waits for a CPU\""));
	json_t *all = json_loads(out.text.text, 0, NULL);
	CHECK(json_is_object(all));
	json_decref(all);
	json_decref(tasks);
	str_done(&out.text);
	str_done(&s);
	trace_done(&t);
}

/* @n switches between idle and 7 on a CPU, the first at @at. */
static void add_switches(struct str *s, uint32_t cpu, uint64_t at, int n)
{
	struct str page = { 0 };

	begin_page(&page, at);
	for (int i = 0; i < n; i++)
		add_switch(&page, i ? 1000 : 0, i % 2 ? 7 : 0, 1,
			   i % 2 ? 0 : 7);
	end_page(s, &page, cpu);
}

/* So that no CPU is left out because others came first. */
TEST(too_many_events_leave_out_the_oldest_of_the_busiest)
{
	static const uint64_t want[] = { 10, 3, 10 };
	struct str s = { 0 };
	uint64_t seen[3] = { 0 }, lost = 0;
	struct trace t;
	struct why why;

	add_record(&s, TRACE_FORMAT, 0, switch_format,
		   sizeof(switch_format) - 1);
	add_switches(&s, 0, 1000000, 30);
	add_switches(&s, 1, 1000000, 3);
	add_switches(&s, 2, 1000000, 14);
	CHECK_INT(trace_read_most(s.text, s.len, 24, &t, &why), 0);
	CHECK_INT(t.left_out, 24);
	CHECK_INT(t.cpus, 3);
	CHECK_INT(t.cpu[0].events, 30);
	for (size_t i = 0; i < t.count; i++) {
		const struct trace_event *e = &t.event[i];

		if (e->kind != TRACE_LOST) {
			seen[e->cpu]++;
			continue;
		}
		lost++;
		CHECK_INT(seen[e->cpu], 0);
		CHECK_INT(e->count, e->cpu == 0 ? 20 : 4);
		CHECK_INT(e->at_ns, e->cpu == 0 ? 1020000 : 1004000);
	}
	CHECK_INT(lost, 2);
	for (size_t cpu = 0; cpu < 3; cpu++)
		CHECK_INT(seen[cpu], want[cpu]);
	trace_done(&t);
	CHECK_INT(trace_read_most(s.text, s.len, 47, &t, &why), 0);
	CHECK_INT(t.count, 47);
	CHECK_INT(t.left_out, 0);
	trace_done(&t);
	str_done(&s);
}

static const char *top(void)
{
	const char *top = getenv("KTSTR_TOP");

	return top ? top : ".";
}

TEST(what_a_kernel_wrote_is_whole)
{
	char path[4096], *data;
	struct trace_tally tally;
	struct trace_out out;
	struct trace t;
	struct why why;
	int len;

	snprintf(path, sizeof(path), "%s/tests/fuzz/trace/recorded", top());
	len = file_read_at(AT_FDCWD, path, 1 << 20, &data);
	CHECK(len > 0);
	CHECK_INT(trace_read(data, (size_t)len, &t, &why), 0);
	CHECK(t.count > 20);
	CHECK_INT(t.others, 0);
	trace_out_begin(&out);
	CHECK_INT(trace_tasks_write(&out, &t, NULL, 0, t.event[0].at_ns * 2,
				    &tally),
		  0);
	/* Nobody goes from where he was not. */
	CHECK_INT(tally.odd, 0);
	CHECK(tally.switches > 10);
	CHECK_INT(tally.holes, 0);
	str_done(&out.text);
	trace_done(&t);
	free(data);
}
