/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Checks of what is seen from outside, and of shares against weights, each at
 * its limit and the least step beyond it. */
#include "tests/unit/judge.h"
#include "tools/vm/stats.h"

#define SEEN(type, still_ns, idle_ns) SEEN_AS(type, still_ns, idle_ns, "")
#define SEEN_AS(type, still_ns, idle_ns, more)                                 \
	"{\"t\":\"worker\",\"cgroup\":\"a\",\"work\":0,\"type\":\"" type       \
	"\",\"index\":0,\"units\":9,\"wall_ns\":1000000000,"                   \
	"\"cpu_ns\":500000000,\"max_gap_ns\":9,\"gap_cpu\":1,"                 \
	"\"standstill_ns\":" #still_ns ",\"idle_wait_ns\":" #idle_ns           \
	",\"idle_wait_cpu\":1" more ",\"exit\":\"ok\",\"segments\":[]}"
/* A second in which it ran for @cpu_ms and waited for @delay_ms. */
#define SHARED_AS(cgroup, type, policy, cpu_ms, delay_ms, more)                 \
	"{\"t\":\"worker\",\"cgroup\":\"" cgroup                                \
	"\",\"work\":0,\"type\":\"" type "\",\"policy\":\"" policy              \
	"\",\"index\":0,\"units\":9,\"wall_ns\":1000000000,\"cpu_ns\":" #cpu_ms \
	"000000,\"run_delay_ns\":" #delay_ms                                    \
	"000000,\"max_gap_ns\":9,\"gap_cpu\":1,\"exit\":\"ok\"" more            \
	",\"segments\":[{\"allowed\":\"1\",\"used\":\"1\"}]}"
#define SHARED(cgroup, cpu_ms, delay_ms)                                       \
	SHARED_AS(cgroup, "cpu-spin", "normal", cpu_ms, delay_ms, "")
#define CGROUP_AS(name, weight, limited, restless)                             \
	"{\"t\":\"cgroup\",\"name\":\"" name "\",\"weight\":" #weight          \
	",\"limited\":" #limited ",\"restless\":" #restless "}"
#define CGROUP(name, weight) CGROUP_AS(name, weight, false, false)

static void judge_one(struct run *r, enum check_kind kind, double limit,
		      const char *const *frames)
{
	r->e.check.value[kind] =
		(struct check_value){ .set = true, .limit = limit };
	/* Lines are equal here, and their shares are not. */
	r->e.check.value[CHECK_MAX_SPREAD] =
		(struct check_value){ .set = true, .off = true };
	run_judge(r, frames);
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
		 (const char *const[]){ TOPOLOGY, CALIBRATION, __VA_ARGS__,    \
					NULL })
/* There is nothing to compare. */
#define NOTHING(kind, ...)                                                     \
	judge_nothing(kind, (const char *const[]){ TOPOLOGY, CALIBRATION,      \
						   __VA_ARGS__, NULL })

static void judge_nothing(enum check_kind kind, const char *const *frames)
{
	auto_run struct run r = { 0 };

	judge_one(&r, kind, 1e9, frames);
	check_verdict(&r, VERDICT_FAIL, "check-failed");
	CHECK(strstr(json_string_value(json_array_get(r.j.reasons, 0)),
		     "nothing to judge"));
}

TEST(a_worker_that_stands_still)
{
	JUDGE_AT(CHECK_MAX_STANDSTILL, 100000000, 99999999,
		 SEEN("cpu-spin", 100000000, 0), SEEN("cpu-spin", 5, 0));
}

TEST(a_cpu_is_idle_while_a_worker_waits)
{
	auto_run struct run r = { 0 };

	JUDGE_AT(CHECK_MAX_IDLE_WAIT, 90000000, 89999999,
		 SEEN("cpu-spin", 0, 5), SEEN("cpu-spin", 0, 90000000));
	judge_one(&r, CHECK_MAX_IDLE_WAIT, 1,
		  (const char *const[]){ TOPOLOGY, CALIBRATION,
					 SEEN("cpu-spin", 0, 90000000), NULL });
	check_reason(&r, "max-idle-while-waiting: cgroup 'a': CPU 1 was idle "
			 "for 90.0 ms while a worker that may use it waited "
			 "for a CPU; the limit is 1e-06 ms");
}

TEST(cpus_are_idle_while_a_worker_waits_now_and_then)
{
	auto_run struct run r = { 0 };

	judge_one(&r, CHECK_MAX_IDLE_WAIT, 89999999,
		  (const char *const[]){
			  TOPOLOGY, CALIBRATION, SEEN("cpu-spin", 0, 50000000),
			  SEEN_AS("cpu-spin", 0, 90000000,
				  ",\"idle_wait_of_ns\":1000000000"),
			  NULL });
	check_reason(&r, "max-idle-while-waiting: cgroup 'a': of 1000.0 ms "
			 "there were 90.0 in which a worker waited for a CPU "
			 "and one that it may use was idle, CPU 1 most of all; "
			 "the limit is 90 ms");
}

TEST(two_workers_share_a_core_while_another_is_idle)
{
	auto_run struct run r = { 0 };

	JUDGE_AT(CHECK_MAX_CORE_SHARING, 90000000, 89999999,
		 SEEN_AS("cpu-spin", 0, 0,
			 ",\"core_shared_ns\":90000000,\"core_shared_cpu\":2,"
			 "\"core_idle_cpu\":4"),
		 SEEN_AS("cpu-spin", 0, 0, ",\"core_shared_ns\":0"));
	judge_one(&r, CHECK_MAX_CORE_SHARING, 1000000,
		  (const char *const[]){
			  TOPOLOGY, CALIBRATION,
			  SEEN_AS("cpu-spin", 0, 0,
				  ",\"core_shared_ns\":90000000,\"core_shared_"
				  "cpu\":2,\"core_idle_cpu\":4"),
			  NULL });
	check_reason(&r,
		     "max-core-sharing: cgroup 'a': for 90.0 ms of a second a "
		     "worker shared its core with another, as that of CPU 2, "
		     "while a whole core was idle, as that of CPU 4; the "
		     "limit is 1 ms");
	/* No core has two threads. */
	NOTHING(CHECK_MAX_CORE_SHARING, SEEN("cpu-spin", 0, 0));
}

TEST(programs_are_not_seen_from_outside)
{
	NOTHING(CHECK_MAX_STANDSTILL, SEEN("exec", 9, 9));
	NOTHING(CHECK_MAX_IDLE_WAIT, SEEN("exec", 9, 9));
}

TEST(shares_are_those_of_the_weights)
{
	/* 600 to 400 where 750 to 250 is due: 60 % too much of b's. */
	JUDGE_AT(CHECK_MAX_WEIGHT_ERROR, 60.0001, 59.9999,
		 SHARED("a", 600, 400), SHARED("b", 400, 600), CGROUP("a", 300),
		 CGROUP("b", 100));
	JUDGE_AT(CHECK_MAX_WEIGHT_ERROR, 0, -0.0001, SHARED("a", 750, 250),
		 SHARED("b", 250, 750), CGROUP("a", 300), CGROUP("b", 100));
}

TEST(who_cannot_use_its_share_leaves_the_rest)
{
	/* Of 1700: 1000 are all that a's one worker can use of 1360. */
	JUDGE_AT(CHECK_MAX_WEIGHT_ERROR, 0, -0.0001, SHARED("a", 1000, 1),
		 SHARED("b", 350, 650), SHARED("b", 350, 650), CGROUP("a", 400),
		 CGROUP("b", 100));
}

TEST(weights_count_at_each_level)
{
	/* a/x has what is due among a's; a has half of what is due to it. */
	JUDGE_AT(CHECK_MAX_WEIGHT_ERROR, 50.0001, 49.9999,
		 SHARED("a/x", 125, 875), SHARED("a/y", 125, 875),
		 SHARED("b", 750, 250), CGROUP("a", 100), CGROUP("a/x", 100),
		 CGROUP("a/y", 100), CGROUP("b", 100));
}

TEST(only_busy_siblings_are_compared)
{
	/* b slept for 21 ms of its second. */
	NOTHING(CHECK_MAX_WEIGHT_ERROR, SHARED("a", 600, 400),
		SHARED("b", 400, 579), CGROUP("a", 300), CGROUP("b", 100));
	JUDGE_AT(CHECK_MAX_WEIGHT_ERROR, 60.0001, 59.9999,
		 SHARED("a", 600, 400), SHARED("b", 400, 580), CGROUP("a", 300),
		 CGROUP("b", 100));
	/* Their parents are not the same. */
	NOTHING(CHECK_MAX_WEIGHT_ERROR, SHARED("a", 600, 400),
		SHARED("c/b", 400, 600), CGROUP("a", 300), CGROUP("c/b", 100));
}

TEST(cgroups_that_changed_are_not_compared)
{
	NOTHING(CHECK_MAX_WEIGHT_ERROR, SHARED("a", 600, 400),
		SHARED("b", 400, 600), CGROUP("a", 300),
		CGROUP_AS("b", 100, true, false));
	NOTHING(CHECK_MAX_WEIGHT_ERROR, SHARED("a", 600, 400),
		SHARED("b", 400, 600), CGROUP("a", 300),
		CGROUP_AS("b", 100, false, true));
	NOTHING(CHECK_MAX_WEIGHT_ERROR, SHARED("a", 600, 400),
		SHARED_AS("b", "cpu-spin", "normal", 400, 600,
			  ",\"cgroup_at_end\":\"a\""),
		CGROUP("a", 300), CGROUP("b", 100));
	NOTHING(CHECK_MAX_WEIGHT_ERROR, SHARED("a", 600, 400),
		SHARED_AS("b", "cpu-spin", "fifo", 400, 600, ""),
		CGROUP("a", 300), CGROUP("b", 100));
}

TEST(without_contention_there_are_no_shares)
{
	/* One CPU, and one worker that has it. */
	NOTHING(CHECK_MAX_WEIGHT_ERROR, SHARED("a", 1000, 1), CGROUP("a", 300),
		CGROUP("b", 100));
}
