/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Numbers and cycles of the verifier's log. */
#include "tools/lib/verifier-log.h"

#include <errno.h>

#include "tests/unit/t.h"

static int parse(const char *log, struct verifier_numbers *ret)
{
	return verifier_numbers_parse(log, strlen(log), ret);
}

TEST(numbers_stand_at_the_end)
{
	struct verifier_numbers n;

	CHECK_INT(
		parse("0: (b7) r0 = 0\n1: (95) exit\n"
		      "verification time 123 usec\n"
		      "stack depth 24+0+8\n"
		      "processed 2 insns (limit 1000000) max_states_per_insn 3 "
		      "total_states 40 peak_states 5 mark_read 6\n",
		      &n),
		0);
	CHECK_INT(n.processed, 2);
	CHECK_INT(n.limit, 1000000);
	CHECK_INT(n.per_insn, 3);
	CHECK_INT(n.total, 40);
	CHECK_INT(n.peak, 5);
	CHECK(n.has_time);
	CHECK_INT(n.time_us, 123);
	CHECK(strcmp(n.stack, "24+0+8") == 0);
	CHECK_INT(n.stack_bytes, 32);
}

TEST(a_stack_of_nothing_is_known)
{
	struct verifier_numbers n;

	CHECK_INT(parse("verification time 0 usec\nstack depth 0\n"
			"processed 1 insns\n",
			&n),
		  0);
	CHECK(n.has_time && n.time_us == 0);
	CHECK(strcmp(n.stack, "0") == 0);
}

TEST(of_what_was_refused_there_are_some)
{
	struct verifier_numbers n;

	/* Words before it, and none of time and stack. */
	CHECK_INT(parse("processed 1 insns (limit 5)\nR1 invalid mem access\n"
			"processed 7 insns (limit 1000000) total_states 1\n"
			"arg#0 says more\n",
			&n),
		  0);
	CHECK_INT(n.processed, 7);
	CHECK_INT(n.total, 1);
	CHECK(!n.has_time && !*n.stack && n.stack_bytes == 0);
}

TEST(a_log_without_numbers_has_none)
{
	static const char *const logs[] = { "", "\n", "processed ", "x\n\n\n",
					    "stack depth 8\n" };
	struct verifier_numbers n;

	for (size_t i = 0; i < sizeof(logs) / sizeof(logs[0]); i++) {
		CHECK_INT(parse(logs[i], &n), -ENOENT);
		CHECK_INT(n.processed, 0);
		CHECK_INT(n.stack_bytes, 0);
	}
}

TEST(a_long_stack_is_cut_and_summed)
{
	auto_str struct str log = { 0 };
	struct verifier_numbers n;

	str_add(&log, "stack depth 8");
	for (int i = 0; i < 200; i++)
		str_add(&log, "+8");
	str_add(&log, "\nprocessed 1 insns\n");
	CHECK_INT(parse(str_text(&log), &n), 0);
	CHECK_INT(n.stack_bytes, 8 * 201);
	CHECK_INT(strlen(n.stack), VERIFIER_STACK_SIZE - 1);
}

/* One turn of a loop, as the log has it: numbers, registers and distances of
 * jumps differ. */
static void add_turn(struct str *log, int turn, int first)
{
	str_addf(log,
		 "%d: (61) r1 = *(u32 *)(r10 -4)    ; R1_w=scalar(id=%d) "
		 "R10=fp0\n",
		 first, turn);
	str_addf(log, "%d: R1_w=%d R10=fp0\n", first, turn);
	str_addf(log, "%d: (07) r1 += 1\n", first + 1);
	str_addf(log, "%d: (63) *(u32 *)(r10 -4) = r1    ; frame1: R1=%d\n",
		 first + 2, turn);
	str_addf(log, "%d: (a5) if r1 < 0x64 goto pc-%d\n", first + 3, turn);
	str_addf(log, "from %d to %d: R1=%d\n", first + 3, first, turn);
}

static int lines(const struct str *text)
{
	int n = 0;

	for (const char *p = str_text(text); *p; p++)
		n += *p == '\n';
	return n;
}

static void collapse(const struct str *log, struct str *out)
{
	verifier_collapse(str_text(log), log->len, out);
	CHECK(!out->failed);
}

TEST(a_loop_stands_twice)
{
	auto_str struct str log = { 0 }, out = { 0 };

	str_add(&log, "0: (b7) r1 = 0\n");
	for (int i = 0; i < 100; i++)
		add_turn(&log, i, 4);
	str_add(&log, "9: (95) exit\n");
	collapse(&log, &out);
	CHECK_INT(lines(&out), 1 + 3 + 2 * 6 + 1);
	CHECK(strstr(str_text(&out), "0: (b7) r1 = 0\n--- 100 times the 6 "
				     "lines that follow ---\n4: (61)"));
	/* The first and the last, with their registers. */
	CHECK(strstr(str_text(&out), "R1_w=scalar(id=0)"));
	CHECK(strstr(str_text(&out), "--- 98 times left out ---\n"));
	CHECK(strstr(str_text(&out), "R1_w=scalar(id=99)"));
	CHECK(!strstr(str_text(&out), "R1_w=scalar(id=50)"));
	CHECK(strstr(str_text(&out),
		     "--- that were 100 times ---\n9: (95) exit\n"));
}

TEST(unrolled_blocks_differ_in_numbers_only)
{
	auto_str struct str log = { 0 }, out = { 0 };

	for (int i = 0; i < 8; i++)
		add_turn(&log, i, 4 * i);
	collapse(&log, &out);
	CHECK(strstr(str_text(&out), "--- 8 times the 6 lines"));
	CHECK_INT(lines(&out), 3 + 2 * 6);
}

TEST(a_loop_in_a_loop_stands_twice_of_twice)
{
	auto_str struct str log = { 0 }, out = { 0 };

	for (int outer = 0; outer < 10; outer++) {
		str_add(&log, "1: (bf) r6 = r1\n2: (b7) r2 = 0\n");
		for (int i = 0; i < 20; i++)
			add_turn(&log, i, 4);
		str_add(&log, "9: (05) goto pc-9\n");
	}
	collapse(&log, &out);
	CHECK(strstr(str_text(&out), "--- 20 times the 6 lines"));
	CHECK(strstr(str_text(&out), "--- 10 times the 18 lines"));
	CHECK_INT(lines(&out), 3 + 2 * 18);
}

TEST(what_does_not_repeat_stays)
{
	auto_str struct str log = { 0 }, out = { 0 };

	collapse(&log, &out);
	CHECK_INT(out.len, 0);
	/* Twice is no cycle; nor are single lines. */
	add_turn(&log, 1, 4);
	add_turn(&log, 2, 4);
	for (int i = 0; i < 40; i++)
		str_add(&log, "; the same line of the source\n");
	str_add(&log, "no newline at the end");
	collapse(&log, &out);
	CHECK_INT(lines(&out), lines(&log) + 1);
	CHECK(strncmp(str_text(&out), str_text(&log), log.len) == 0);
}

/* Almost a cycle, at each place: looked for in no more than a moment. */
TEST(a_long_log_takes_no_time)
{
	auto_str struct str log = { 0 }, out = { 0 };

	for (int block = 0; block < 3; block++) {
		for (int i = 0; i < 60000; i++)
			str_addf(&log, "%d: (07) r1 += %d\n", i, i % 30000);
		str_addf(&log, "block %d ends here\n", block);
	}
	collapse(&log, &out);
	CHECK(out.len > 0);
}
