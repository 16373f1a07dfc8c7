/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Gates and outcomes under the virtual clock, where each difference is real. */
#include "tests/unit/results.h"

/* What the manual says of each metric: the gates, and what is better. */
static const struct row {
	const char *metric, *key;
	bool higher;
	double gate, part;
} rows[] = {
	{ "worst_spread", "spread_percent", false, 5, 0.25 },
	{ "worst_gap_ms", "max_gap_ms", false, 500, 0.50 },
	{ "total_migrations", "migrations", false, 10, 0.30 },
	{ "worst_migration_ratio", "migration_ratio", false, 0.05, 0.20 },
	{ "worst_p99_wake_latency_us", "p99_wake_latency_us", false, 50, 0.25 },
	{ "worst_median_wake_latency_us", "p50_wake_latency_us", false, 20,
	  0.25 },
	{ "worst_wake_latency_cv", "wake_latency_cv", false, 0.10, 0.25 },
	{ "worst_wake_latency_tail_ratio", "wake_tail_ratio", false, 0.5,
	  0.25 },
	{ "total_iterations", "iterations", true, 100, 0.10 },
	{ "worst_iterations_per_worker", "iterations_per_worker", true, 10,
	  0.10 },
	{ "worst_mean_run_delay_us", "mean_run_delay_us", false, 50, 0.25 },
	{ "worst_run_delay_us", "worst_run_delay_us", false, 100, 0.50 },
	{ "worst_wait_per_run_us", "worst_wait_per_run_us", false, 50, 0.25 },
	{ "worst_throughput_cv", "throughput_cv", false, 0.05, 0.25 },
	{ "lowest_work_rate", "lowest_work_rate", true, 1000, 0.10 },
	{ "worst_weight_error", "weight_error_percent", false, 2, 0.25 },
	{ "worst_standstill_ms", "standstill_ms", false, 200, 0.50 },
	{ "worst_idle_while_waiting_ms", "idle_while_waiting_ms", false, 200,
	  0.50 },
	{ "worst_page_locality", "page_locality_percent", true, 5, 0.10 },
	{ "worst_cross_node_migration_ratio", "cross_node_migration_ratio",
	  false, 0.05, 0.20 },
	{ "worst_slow_tier_ratio", "slow_tier_ratio", false, 0.05, 0.20 },
};
#define ROWS (sizeof(rows) / sizeof(rows[0]))

/* A step across just one of two gates is a small one; across both it counts. */
static void check_gates(const struct row *row, double from, double gate)
{
	double worse = row->higher ? -gate : gate, less = 0.999;

	CHECK_INT(change_from(row->metric, row->key, from, from + worse),
		  CHANGE_WORSE);
	CHECK_INT(change_from(row->metric, row->key, from, from + worse * less),
		  CHANGE_SMALL);
	CHECK_INT(change_from(row->metric, row->key, from, from - worse),
		  CHANGE_BETTER);
	CHECK_INT(change_from(row->metric, row->key, from, from - worse * less),
		  CHANGE_SMALL);
	CHECK_INT(change_from(row->metric, row->key, from, from), CHANGE_NONE);
}

/* A third of the rows, since each test has a few seconds, also with sanitizers
 * on a busy machine. */
static void check_third(size_t third, bool absolute)
{
	enter_folder();
	for (size_t i = third; i < ROWS; i += 3) {
		const struct row *row = &rows[i];
		double both = row->gate / row->part;

		/* Where the amount is reached long after the part; before it.
		 */
		if (absolute)
			check_gates(row, both * 0.75, row->gate);
		else
			check_gates(row, both * 4, both * 4 * row->part);
	}
	leave_folder();
}

TEST(the_least_step_across_the_absolute_gate_counts)
{
	check_third(0, true);
}

TEST(the_absolute_gates_of_the_second_third)
{
	check_third(1, true);
}

TEST(the_absolute_gates_of_the_last_third)
{
	check_third(2, true);
}

TEST(the_least_step_across_the_relative_gate_counts)
{
	check_third(0, false);
}

TEST(the_relative_gates_of_the_second_third)
{
	check_third(1, false);
}

TEST(the_relative_gates_of_the_last_third)
{
	check_third(2, false);
}

TEST(the_table_has_every_metric)
{
	struct metrics m;

	metrics_init(&m);
	CHECK_INT(m.count, ROWS);
	for (size_t i = 0; i < ROWS; i++) {
		const struct metric *one = &m.item[i];

		CHECK(strcmp(one->name, rows[i].metric) == 0);
		CHECK(one->gate == rows[i].gate);
		CHECK(one->gate_part == rows[i].part);
	}
	metrics_done(&m);
}

TEST(from_zero_the_absolute_gate_alone_decides)
{
	enter_folder();
	CHECK_INT(change_from("total_migrations", "migrations", 0, 10),
		  CHANGE_WORSE);
	CHECK_INT(change_from("total_migrations", "migrations", 0, 9),
		  CHANGE_SMALL);
	CHECK_INT(change_from("total_migrations", "migrations", 10, 0),
		  CHANGE_BETTER);
	CHECK_INT(change_from("total_migrations", "migrations", 0, 0),
		  CHANGE_NONE);
	leave_folder();
}

TEST(a_tail_of_few_turns_is_none)
{
	enter_folder();
	for (int i = 0; i < 2; i++)
		write_result(i ? "b" : "a", "virtual", 1, "pass",
			     i ? "\"stats\": {\"total\": {\"workers\": 1, "
				 "\"wakes\": 9, \"iterations\": 99}, "
				 "\"cgroups\": [{\"wake_tail_ratio\": 9}]}"
			       : "\"stats\": {\"total\": {\"workers\": 1, "
				 "\"wakes\": 9, \"iterations\": 99}, "
				 "\"cgroups\": [{\"wake_tail_ratio\": 1}]}");
	struct comparison c;
	compare_folders(&c);
	CHECK_INT(c.pair[0].outcome, OUTCOME_SAME);
	compare_done(&c);
	leave_folder();
}

/* What becomes of one pair of these verdicts. */
static enum outcome outcome_of(const char *a, const char *b)
{
	struct comparison c;
	enum outcome outcome;

	write_result("a", "virtual", 1, a, "");
	write_result("b", "virtual", 1, b, "");
	compare_folders(&c);
	outcome = c.pair[0].outcome;
	compare_done(&c);
	return outcome;
}

TEST(verdicts_decide_what_can_be_compared)
{
	enter_folder();
	CHECK_INT(outcome_of("pass", "pass"), OUTCOME_SAME);
	CHECK_INT(outcome_of("pass", "fail"), OUTCOME_BROKE);
	CHECK_INT(outcome_of("pass", "error"), OUTCOME_BROKE);
	CHECK_INT(outcome_of("pass", "inconclusive"), OUTCOME_UNDECIDED);
	CHECK_INT(outcome_of("pass", "skip"), OUTCOME_UNDECIDED);
	CHECK_INT(outcome_of("fail", "pass"), OUTCOME_FIXED);
	CHECK_INT(outcome_of("fail", "fail"), OUTCOME_FAILING);
	CHECK_INT(outcome_of("fail", "error"), OUTCOME_FAILING);
	CHECK_INT(outcome_of("skip", "inconclusive"), OUTCOME_FAILING);
	leave_folder();
}

TEST(one_seed_of_many_that_broke_is_told)
{
	struct comparison c;

	enter_folder();
	for (unsigned int seed = 1; seed <= 5; seed++) {
		write_result("a", "virtual", seed, seed == 2 ? "fail" : "pass",
			     "");
		write_result("b", "virtual", seed,
			     seed == 2 || seed == 4 ? "fail" : "pass", "");
	}
	/* Seeds that one side alone has say nothing. */
	write_result("b", "virtual", 9, "fail", "");
	compare_folders(&c);
	CHECK_INT(c.pair_count, 1);
	CHECK_INT(c.pair[0].outcome, OUTCOME_BROKE);
	CHECK_INT(c.pair[0].broken->seed, 4);
	CHECK_INT(c.pair[0].passed_a, 4);
	CHECK_INT(c.pair[0].passed_b, 3);
	CHECK_INT(c.only_b.count, 1);
	CHECK_INT(c.only_a.count, 0);
	compare_done(&c);
	leave_folder();
}

TEST(seeds_are_averaged_and_their_own_changes_are_exact_ones)
{
	struct comparison c;

	enter_folder();
	for (unsigned int seed = 1; seed <= 2; seed++) {
		write_number("a", "virtual", seed, "migrations",
			     seed == 1 ? 100 : 200);
		write_number("b", "virtual", seed, "migrations",
			     seed == 1 ? 200 : 100);
	}
	compare_folders(&c);
	CHECK_INT(change_of(&c, "total_migrations"), CHANGE_SMALL);
	CHECK(c.pair[0].difference[0].a == 150);
	CHECK(c.pair[0].difference[0].b == 150);
	compare_done(&c);
	leave_folder();
}

TEST(payloads_are_compared_by_what_they_say_is_better)
{
	static const struct {
		const char *better;
		double b;
		enum change change;
	} cases[] = {
		{ "\"lower\"", 110, CHANGE_WORSE },
		{ "\"lower\"", 109.9, CHANGE_SMALL },
		{ "\"higher\"", 110, CHANGE_BETTER },
		{ "\"higher\"", 90, CHANGE_WORSE },
		{ "null", 200, CHANGE_OPEN },
	};

	enter_folder();
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct comparison c;

		for (int side = 0; side < 2; side++) {
			char more[300];

			snprintf(more, sizeof(more),
				 "\"payloads\": [{\"name\": \"p\", "
				 "\"metrics\": [{\"name\": \"iops\", "
				 "\"value\": %g, \"better\": %s}]}]",
				 side ? cases[i].b : 100.0, cases[i].better);
			write_result(side ? "b" : "a", "virtual", 1, "pass",
				     more);
		}
		compare_folders(&c);
		CHECK_INT(change_of(&c, "payload/p/iops"), cases[i].change);
		compare_done(&c);
	}
	leave_folder();
}

TEST(numbers_that_are_none_are_left_out)
{
	struct comparison c;

	enter_folder();
	write_result("a", "virtual", 1, "pass",
		     "\"stats\": [1], \"payloads\": {\"x\": 3}, \"flags\": 7");
	write_result(
		"b", "virtual", 1, "pass",
		"\"stats\": {\"total\": {\"workers\": \"many\"}, "
		"\"cgroups\": [3, null, {\"max_gap_ms\": \"x\"}]}, "
		"\"payloads\": [3, {\"metrics\": [4, {\"value\": \"x\"}]}], "
		"\"workers\": [1, {\"type\": 3}], \"host\": 3");
	compare_folders(&c);
	CHECK_INT(c.pair[0].outcome, OUTCOME_SAME);
	compare_done(&c);
	leave_folder();
}
