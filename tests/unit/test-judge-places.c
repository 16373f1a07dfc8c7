/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Checks of where workers ran and where their pages are, each at its limit and
 * the least step beyond it. */
#include "tests/unit/judge.h"
#include "tools/vm/stats.h"

#define TWO_NODES                                                              \
	"{\"t\":\"topology\",\"cpus\":\"0-1\",\"nodes\":[{\"id\":0,"           \
	"\"cpus\":\"0\",\"distances\":[10,20]},{\"id\":1,\"cpus\":\"1\","      \
	"\"distances\":[20,10]}],\"llcs\":[\"0\",\"1\"],\"cores\":[\"0\","     \
	"\"1\"]}"
/* One second of life, half of it on a CPU, in four runs. */
#define PLACED(cgroup, index, used, allowed, delay_ns, pages)                  \
	"{\"t\":\"worker\",\"cgroup\":\"" cgroup                               \
	"\",\"work\":0,\"type\":\"cpu-spin\",\"index\":" #index                \
	",\"units\":9,\"iterations\":9,\"migrations\":0,"                      \
	"\"wall_ns\":1000000000,\"cpu_ns\":500000000,\"timeslices\":4,"        \
	"\"run_delay_ns\":" #delay_ns                                          \
	",\"max_gap_ns\":9,\"gap_cpu\":1,\"exit\":\"ok\",\"segments\":[{"      \
	"\"allowed\":\"" allowed "\",\"used\":\"" used "\"}]" pages "}"
#define PAGES(nodes, moved)                                                    \
	",\"pages\":{\"nodes\":{" nodes "},\"migrated\":" #moved "}"

static void judge_one(struct run *r, enum check_kind kind, double limit,
		      const char *const *frames)
{
	r->e.check.value[kind] =
		(struct check_value){ .set = true, .limit = limit };
	run_judge_as(r, (struct topology){ 2, 2, 1, 1, NULL }, frames);
}

/* What @frames give with the check at each of two limits. */
static void judge_at(enum check_kind kind, double passes, double fails,
		     const char *const *frames)
{
	auto_run struct run good = { 0 }, bad = { 0 };

	judge_one(&good, kind, passes, frames);
	check_verdict(&good, VERDICT_PASS, "ok");
	judge_one(&bad, kind, fails, frames);
	check_verdict(&bad, VERDICT_FAIL, "check-failed");
}

#define JUDGE_AT(kind, passes, fails, ...)                                     \
	judge_at(kind, passes, fails,                                          \
		 (const char *const[]){ TWO_NODES, CALIBRATION, __VA_ARGS__,   \
					NULL })

TEST(pages_are_on_the_nodes_of_the_cpus)
{
	/* 3 of 4; the other worker has all of them there. */
	JUDGE_AT(CHECK_MIN_PAGE_LOCALITY, 75, 75.0001,
		 PLACED("a", 0, "1", "1", 0, PAGES("\"0\":1,\"1\":3", 0)),
		 PLACED("a", 1, "0", "0", 0, PAGES("\"0\":7", 0)));
	JUDGE_AT(CHECK_MAX_SLOW_TIER, 0.25, 0.2499,
		 PLACED("a", 0, "1", "1", 0, PAGES("\"0\":1,\"1\":3", 0)),
		 PLACED("a", 1, "0", "0", 0, PAGES("\"0\":7", 0)));
}

TEST(memory_without_cpus_is_slow_for_all)
{
	JUDGE_AT(CHECK_MAX_SLOW_TIER, 0.5, 0.4999,
		 PLACED("a", 0, "1", "0-1", 0, PAGES("\"0\":2,\"2\":2", 0)));
}

TEST(pages_that_were_moved)
{
	JUDGE_AT(CHECK_MAX_CROSS_NODE, 1.5, 1.4999,
		 PLACED("a", 0, "1", "1", 0, PAGES("\"0\":4", 6)),
		 PLACED("a", 1, "1", "1", 0, PAGES("\"0\":4", 5)));
}

TEST(waits_for_a_cpu_are_bounded)
{
	/* 8 ms in 4 runs; the worst worker counts. */
	JUDGE_AT(CHECK_MAX_RUN_DELAY, 2000000, 1999999,
		 PLACED("a", 0, "1", "1", 8000000, ""),
		 PLACED("b", 0, "1", "1", 4000000, ""));
}

TEST(cpus_that_nobody_used)
{
	/* Two workers, two CPUs, one used. */
	JUDGE_AT(CHECK_MIN_CPUS_USED, 50, 50.0001,
		 PLACED("a", 0, "1", "0-1", 0, ""),
		 PLACED("a", 1, "1", "0-1", 0, ""));
}

/* Half a second on a CPU, in so many runs, and 9 turns. */
#define RAN(type, policy, runs, far)                                           \
	"{\"t\":\"worker\",\"cgroup\":\"a\",\"work\":0,\"type\":\"" type       \
	"\",\"policy\":\"" policy                                              \
	"\",\"index\":0,\"units\":9,\"iterations\":9,\"migrations\":40,"       \
	"\"far_migrations\":" #far                                             \
	",\"wall_ns\":1000000000,\"cpu_ns\":500000000,\"timeslices\":" #runs   \
	",\"max_gap_ns\":9,\"gap_cpu\":1,\"exit\":\"ok\",\"segments\":[]}"

TEST(runs_are_not_shorter_than_slices)
{
	/* Of those that never give way the one whose runs are shortest. */
	JUDGE_AT(CHECK_MIN_RUN_TIME, 125000000, 125000001,
		 RAN("cpu-spin", "normal", 4, 0),
		 RAN("cache-pressure", "batch", 2, 0),
		 RAN("cpu-spin", "rr", 900, 0), RAN("mixed", "normal", 900, 0));
}

TEST(workers_stay_behind_their_caches)
{
	/* 9 of 18 turns, whatever other migrations there are. */
	JUDGE_AT(CHECK_MAX_LLC_MIGRATION, 0.5, 0.4999,
		 RAN("cpu-spin", "normal", 4, 7),
		 RAN("cpu-spin", "normal", 4, 2));
}

/* What a check of the test's own says that finds nothing to look at. */
static void judge_nothing(enum check_kind kind, const char *frame,
			  const char *reason)
{
	auto_run struct run r = { 0 };

	r.e.check.value[kind] = (struct check_value){ .set = true,
						      .limit = 9,
						      .layer = LAYER_TEST };
	JUDGE(&r, TOPOLOGY, CALIBRATION, frame);
	check_verdict(&r, VERDICT_FAIL, "check-failed");
	check_reason(&r, reason);
}

TEST(without_a_second_cache_or_spinners_there_is_nothing_to_judge)
{
	judge_nothing(CHECK_MAX_LLC_MIGRATION, RAN("cpu-spin", "normal", 4, 0),
		      "max-llc-migration-ratio: nothing to judge: no worker "
		      "made a turn, or the machine has one LLC");
	judge_nothing(CHECK_MIN_RUN_TIME, RAN("mixed", "normal", 4, 0),
		      "min-run-time: nothing to judge: no worker was of a type "
		      "that never gives its CPU away");
}

TEST(a_worker_alone_needs_one_cpu)
{
	auto_run struct run r = { 0 };

	judge_one(&r, CHECK_MIN_CPUS_USED, 100,
		  (const char *const[]){ TWO_NODES, CALIBRATION,
					 PLACED("a", 0, "1", "0-1", 0, ""),
					 NULL });
	check_verdict(&r, VERDICT_PASS, "ok");
}

TEST(without_pages_there_is_nothing_to_judge)
{
	static const enum check_kind kinds[] = { CHECK_MIN_PAGE_LOCALITY,
						 CHECK_MAX_CROSS_NODE,
						 CHECK_MAX_SLOW_TIER };

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		auto_run struct run r = { 0 };

		r.e.check.value[kinds[i]].layer = LAYER_TEST;
		judge_one(&r, kinds[i], 1,
			  (const char *const[]){
				  TWO_NODES, CALIBRATION,
				  PLACED("a", 0, "1", "1", 0, ""), NULL });
		check_verdict(&r, VERDICT_FAIL, "check-failed");
	}
}

TEST(whoever_may_use_all_cpus_has_no_locality)
{
	auto_run struct run r = { 0 };

	judge_one(&r, CHECK_MIN_PAGE_LOCALITY, 1,
		  (const char *const[]){
			  TWO_NODES, CALIBRATION,
			  PLACED("a", 0, "1", "0-1", 0, PAGES("\"0\":4", 0)),
			  NULL });
	check_verdict(&r, VERDICT_FAIL, "check-failed");
}

TEST(statistics_have_them)
{
	auto_run struct run r = { 0 };
	json_t *total, *stats;

	judge_one(&r, CHECK_MIN_CPUS_USED, 1,
		  (const char *const[]){ TWO_NODES, CALIBRATION,
					 PLACED("a", 0, "1", "1", 8000000,
						PAGES("\"0\":1,\"1\":3", 2)),
					 NULL });
	stats = stats_json(&r.facts);
	total = json_object_get(stats, "total");
	CHECK_INT(facts_int(total, "cpus_used"), 1);
	CHECK(json_real_value(
		      json_object_get(total, "page_locality_percent")) == 75);
	CHECK(json_real_value(json_object_get(
		      total, "cross_node_migration_ratio")) == 0.5);
	CHECK(json_real_value(json_object_get(total, "slow_tier_ratio")) ==
	      0.25);
	CHECK(json_real_value(
		      json_object_get(total, "worst_wait_per_run_us")) == 2000);
	CHECK(json_real_value(json_object_get(total, "mean_off_cpu_percent")) ==
	      50);
	json_decref(stats);
}
