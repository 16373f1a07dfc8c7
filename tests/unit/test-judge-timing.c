/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What times are worth: calibration, and what the host withheld. */
#include "tests/unit/judge.h"
#include "tools/vm/judge-turns.h"

#define COARSE                                                                 \
	"{\"t\":\"calibration\",\"ran\":true,\"max_gap_ns\":20000001,"         \
	"\"spread_permille\":6}"

TEST(without_calibration_timing_is_inconclusive)
{
	auto_run struct run r = { 0 }, s = { 0 }, t = { 0 }, u = { 0 };

	JUDGE(&r, TOPOLOGY, GOOD_WORKERS);
	check_verdict(&r, VERDICT_INCONCLUSIVE, "calibration");
	JUDGE(&s, TOPOLOGY,
	      "{\"t\":\"calibration\",\"ran\":true,\"max_gap_ns\":20000001,"
	      "\"spread_permille\":6}",
	      GOOD_WORKERS);
	check_verdict(&s, VERDICT_INCONCLUSIVE, "calibration");
	JUDGE(&u, TOPOLOGY,
	      "{\"t\":\"calibration\",\"ran\":true,\"max_gap_ns\":9,"
	      "\"spread_permille\":6,\"units_per_s_per_cpu\":[1000000,"
	      "999999]}",
	      GOOD_WORKERS);
	check_verdict(&u, VERDICT_INCONCLUSIVE, "calibration");
	CHECK(strstr(json_string_value(json_array_get(u.j.reasons, 0)),
		     "a CPU does 1.00 million units a second"));
	/* What needs no clock fails all the same. */
	JUDGE(&t, TOPOLOGY, WORKER(0, 500, 9, 0, "0"));
	check_verdict(&t, VERDICT_FAIL, "check-failed");
}

/* One second in which a CPU of the guest waited, and the other one half of it.
 */
#define WAITED(ms)                                                             \
	{                                                                      \
		.count = 2, .wall_ns = 1000000000, .pressure_ns = -1,          \
		.vcpu = { { .wait_ns = (ms)*500000ULL },                       \
			  { .wait_ns = (ms)*1000000ULL } },                    \
	}
/* The default limit is 2 s; this worker missed it by 100 ms. */
#define LATE_WORKER WORKER(0, 500, 2100000000, 9, "0")

TEST(a_noisy_host_makes_a_failed_timing_check_inconclusive)
{
	auto_run struct run r = { .e.clock = CLOCK_REAL,
				  .machine.noise = WAITED(20) };
	auto_run struct run s = { .e.clock = CLOCK_REAL,
				  .machine.noise = WAITED(21) };
	auto_run struct run t = s;

	JUDGE(&r, TOPOLOGY, LATE_WORKER);
	check_verdict(&r, VERDICT_FAIL, "check-failed");
	JUDGE(&s, TOPOLOGY, LATE_WORKER);
	check_verdict(&s, VERDICT_INCONCLUSIVE, "host-noise");
	check_reason(&s, "the host was busy: CPU 1 of the guest waited for the "
			 "host's in 2.1 % of the time, 2.0 are the limit (21.0 "
			 "ms, all of them together 31.5)");
	JUDGE(&t, TOPOLOGY, GOOD_WORKERS);
	check_verdict(&t, VERDICT_PASS, "ok");
}

TEST(cpus_that_share_a_thread_are_judged_by_how_they_take_turns)
{
	auto_run struct run r = { .e.clock = CLOCK_REAL,
				  .machine.noise = WAITED(1) };
	r.machine.noise.one_thread = true;
	auto_run struct run s = r, t = r,
			    u = { .e.clock = CLOCK_REAL,
				  .machine.noise = WAITED(21) };

	JUDGE(&r, TOPOLOGY, CALIBRATION, LATE_WORKER);
	check_verdict(&r, VERDICT_FAIL, "check-failed");
	JUDGE(&s, TOPOLOGY, COARSE, LATE_WORKER);
	check_verdict(&s, VERDICT_INCONCLUSIVE, "calibration");
	/* What was kept in spite of the turns was kept. */
	JUDGE(&t, TOPOLOGY, COARSE, GOOD_WORKERS);
	check_verdict(&t, VERDICT_PASS, "ok");
	u.machine.noise.one_thread = true;
	JUDGE(&u, TOPOLOGY, CALIBRATION, LATE_WORKER);
	check_verdict(&u, VERDICT_INCONCLUSIVE, "host-noise");
	CHECK(strstr(json_string_value(json_array_get(u.j.reasons, 0)),
		     "the host was busy: the guest's CPUs, on one thread, "
		     "waited for the host's in 2.1 %"));
}

TEST(a_hypervisor_below_the_host_is_noise_too)
{
	auto_run struct run r = { .e.clock = CLOCK_REAL,
				  .machine.noise = WAITED(1) };

	r.machine.noise.steal_ns = 50000000;
	r.machine.noise.pressure_ns = 250000000;
	JUDGE(&r, TOPOLOGY, LATE_WORKER);
	check_verdict(&r, VERDICT_INCONCLUSIVE, "host-noise");
	check_reason(&r, "the host was busy: CPU 1 of the guest waited for the "
			 "host's in 0.1 % of the time, 2.0 are the limit (1.0 "
			 "ms, all of them together 1.5); a hypervisor below "
			 "took 5.0 % of a CPU; pressure on CPUs 25.0 %");
}

TEST(a_host_that_tells_nothing_makes_no_failure)
{
	auto_run struct run r = { .e.clock = CLOCK_REAL };

	JUDGE(&r, TOPOLOGY, LATE_WORKER);
	check_verdict(&r, VERDICT_INCONCLUSIVE, "host-noise");
}

/* In a long run the budget is large: one pause within it may be the cause. */
TEST(what_the_host_may_have_caused_is_no_failure)
{
	auto_run struct run r = { .e.clock = CLOCK_REAL,
				  .machine.noise = WAITED(70) };
	auto_run struct run s = { .e.clock = CLOCK_REAL,
				  .machine.noise = WAITED(60) };

	r.machine.noise.wall_ns = s.machine.noise.wall_ns = 60000000000;
	JUDGE(&r, TOPOLOGY, LATE_WORKER); /* 105 ms in all */
	check_verdict(&r, VERDICT_INCONCLUSIVE, "host-noise");
	check_reason(&r, "the limit was missed by 100.0 ms, and the guest's "
			 "CPUs waited 105.0 ms for the host's");
	JUDGE(&s, TOPOLOGY, LATE_WORKER); /* 90 ms in all */
	check_verdict(&s, VERDICT_FAIL, "check-failed");
}

TEST(without_cpus_of_the_host_no_worker_makes_progress)
{
	auto_run struct run r = { .e.clock = CLOCK_REAL,
				  .machine.noise = WAITED(900) };
	auto_run struct run s = { .e.clock = CLOCK_REAL,
				  .machine.noise = WAITED(9) };

	JUDGE(&r, TOPOLOGY, WORKER(0, 500, 9, 0, "0"));
	check_verdict(&r, VERDICT_INCONCLUSIVE, "host-noise");
	JUDGE(&s, TOPOLOGY, WORKER(0, 500, 9, 0, "0"));
	check_verdict(&s, VERDICT_FAIL, "check-failed");
}

TEST(beyond_32_cpus_and_below_a_speed_times_are_not_judged)
{
	char why[JUDGE_TURNS_TEXT_SIZE] = "";
	json_t *c = json_pack("{s:b,s:i,s:i,s:[i,i]}", "ran", 1, "max_gap_ns",
			      300000, "spread_permille", 6,
			      "units_per_s_per_cpu", 1000000, 1000001);

	CHECK(!judge_turns_doubted(c, 32, why));
	CHECK(judge_turns_doubted(c, 33, why));
	CHECK(strstr(why, "up to 32 CPUs are judged, this one has 33"));
	json_array_append_new(json_object_get(c, "units_per_s_per_cpu"),
			      json_integer(999999));
	CHECK(judge_turns_doubted(c, 2, why));
	CHECK(strstr(why, "a smaller --shift"));
	json_decref(c);
}
