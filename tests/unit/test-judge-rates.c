/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Checks of work, wakes and migrations, each at its limit and the least step
 * beyond it. */
#include "tests/unit/judge.h"
#include "tools/vm/stats.h"

/* One second of life, half of it on a CPU. */
#define RATED(cgroup, index, units, turns, moves, wakes)                       \
	"{\"t\":\"worker\",\"cgroup\":\"" cgroup                               \
	"\",\"work\":0,\"type\":\"bursty\",\"index\":" #index                  \
	",\"units\":" #units ",\"iterations\":" #turns                         \
	",\"migrations\":" #moves                                              \
	",\"wall_ns\":1000000000,\"cpu_ns\":500000000,"                        \
	"\"max_gap_ns\":9,\"gap_cpu\":1,\"exit\":\"ok\",\"segments\":[],"      \
	"\"wakes\":{\"count\":1,\"max_ns\":9,\"buckets\":[" wakes "]}}"

static void set(struct run *r, enum check_kind kind, double limit)
{
	r->e.check.value[kind] =
		(struct check_value){ .set = true, .limit = limit };
}

/* What @frames give with the check at each of two limits. */
static void judge_at(enum check_kind kind, double passes, double fails,
		     const char *const *frames)
{
	auto_run struct run good = { 0 }, bad = { 0 };

	set(&good, kind, passes);
	run_judge(&good, frames);
	check_verdict(&good, VERDICT_PASS, "ok");
	set(&bad, kind, fails);
	run_judge(&bad, frames);
	check_verdict(&bad, VERDICT_FAIL, "check-failed");
}

#define JUDGE_AT(kind, passes, fails, ...)                                     \
	judge_at(kind, passes, fails,                                          \
		 (const char *const[]){ TOPOLOGY, CALIBRATION, __VA_ARGS__,    \
					NULL })

TEST(throughput_differs_among_equal_workers)
{
	/* Rates 200 and 600: mean 400, deviation 200. */
	JUDGE_AT(CHECK_MAX_THROUGHPUT_CV, 0.5, 0.499999,
		 RATED("a", 0, 100, 9, 0, ""), RATED("a", 1, 300, 9, 0, ""));
}

TEST(the_slowest_worker_has_a_least_rate)
{
	JUDGE_AT(CHECK_MIN_WORK_RATE, 200, 200.000001,
		 RATED("a", 0, 300, 9, 0, ""), RATED("b", 0, 100, 9, 0, ""));
	JUDGE_AT(CHECK_MIN_ITERATION_RATE, 7, 7.000001,
		 RATED("a", 0, 300, 9, 0, ""), RATED("b", 0, 100, 7, 0, ""));
}

TEST(wakes_are_judged_by_their_99th_percentile)
{
	/* 199 wakes: the 198th is the last early one, and counts. */
	JUDGE_AT(CHECK_MAX_P99_WAKE, 1000, 999,
		 RATED("a", 0, 9, 9, 0, "[1000,99]"),
		 RATED("a", 1, 9, 9, 0, "[1000,99],[50000,1]"));
	JUDGE_AT(CHECK_MAX_P99_WAKE, 50000, 49999,
		 RATED("a", 0, 9, 9, 0, "[1000,97]"),
		 RATED("a", 1, 9, 9, 0, "[50000,1]"));
}

TEST(wakes_that_differ)
{
	/* 1 and 3: mean 2, deviation 1. */
	JUDGE_AT(CHECK_MAX_WAKE_CV, 0.5, 0.499999,
		 RATED("a", 0, 9, 9, 0, "[1,4]"),
		 RATED("a", 1, 9, 9, 0, "[3,4]"));
}

TEST(migrations_per_turn)
{
	JUDGE_AT(CHECK_MAX_MIGRATION_RATIO, 0.25, 0.249999,
		 RATED("a", 0, 9, 10, 5, ""), RATED("a", 1, 9, 10, 0, ""));
}

TEST(each_cgroup_is_judged_by_itself)
{
	/* Different between cgroups, equal within. */
	auto_run struct run r = { 0 };

	set(&r, CHECK_MAX_THROUGHPUT_CV, 0);
	JUDGE(&r, TOPOLOGY, CALIBRATION, RATED("a", 0, 100, 9, 0, ""),
	      RATED("a", 1, 100, 9, 0, ""), RATED("b", 0, 300, 9, 0, ""),
	      RATED("b", 1, 300, 9, 0, ""));
	check_verdict(&r, VERDICT_PASS, "ok");
}

TEST(a_check_that_the_test_asks_for_must_have_something_to_judge)
{
	static const enum check_kind kinds[] = { CHECK_MAX_SPREAD,
						 CHECK_MAX_THROUGHPUT_CV,
						 CHECK_MAX_WAKE_CV,
						 CHECK_MAX_P99_WAKE };

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		auto_run struct run r = { 0 };

		set(&r, kinds[i], 1e9);
		JUDGE(&r, TOPOLOGY, CALIBRATION, RATED("a", 0, 9, 9, 0, ""));
		check_verdict(&r, VERDICT_FAIL, "check-failed");
	}
}

TEST(a_default_that_has_nothing_to_judge_is_no_failure)
{
	auto_run struct run r = { 0 };
	json_t *spread;

	JUDGE(&r, TOPOLOGY, CALIBRATION, RATED("a", 0, 9, 9, 0, ""));
	check_verdict(&r, VERDICT_PASS, "ok");
	spread = json_array_get(r.j.checks, 1);
	CHECK(strcmp(facts_text(spread, "name"), "max-spread") == 0);
	CHECK(json_is_false(json_object_get(spread, "judged")));
	CHECK(json_is_null(json_object_get(spread, "value")));
}

TEST(programs_have_no_rates)
{
	auto_run struct run r = { 0 };

	set(&r, CHECK_MIN_WORK_RATE, 18);
	JUDGE(&r, TOPOLOGY, CALIBRATION, RATED("a", 0, 9, 9, 0, ""),
	      "{\"t\":\"worker\",\"cgroup\":\"a\",\"work\":1,\"type\":\"exec\","
	      "\"index\":0,\"units\":1,\"wall_ns\":9,\"cpu_ns\":1000000000,"
	      "\"exit\":\"ok\",\"segments\":[]}");
	check_verdict(&r, VERDICT_PASS, "ok");
}
