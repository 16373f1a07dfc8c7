/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests that expect a failure: it has to be that one. */
#include "tests/unit/judge.h"

#define DETACHED                                                               \
	"{\"t\":\"scheduler\",\"event\":\"detached\",\"at_ns\":9,\"why\":"     \
	"\"the kernel took it out\"}"
#define STALL                                                                  \
	"{\"t\":\"kmsg\",\"level\":3,\"at_ns\":5,\"text\":\"sched_ext: BPF "   \
	"scheduler \\\"x\\\" disabled (runnable task stall)\"}"
/* Its gap is 3 s, and the spread of its line 40 %. */
#define LATE_WORKERS                                                           \
	WORKER(0, 500, 3000000000, 9, "0"), WORKER(1, 490, 9, 9, "0")
#define TORN_WORKERS                                                           \
	WORKER(0, 900, 3000000000, 9, "0"), WORKER(1, 490, 9, 9, "0")

static struct run expecting(const char *class)
{
	return (struct run){ .e = { .has_sched = true,
				    .expect = { .class = class } } };
}

static struct run expecting_check(enum check_kind kind)
{
	struct run r = expecting("check-failed");

	r.e.expect.has_check = true;
	r.e.expect.check = kind;
	return r;
}

/* A pass that keeps the class, and what was wrong. */
static void check_expected(const struct run *r, const char *class)
{
	json_dumpf(r->j.reasons, stdout, 0);
	puts("");
	CHECK_INT(r->j.verdict, VERDICT_PASS);
	CHECK(strcmp(r->j.class, class) == 0);
	CHECK(json_array_size(r->j.reasons) > 0);
}

static void check_other(const struct run *r, const char *class,
			const char *want)
{
	size_t n = json_array_size(r->j.reasons);

	check_verdict(r, VERDICT_FAIL, class);
	CHECK(strcmp(json_string_value(json_array_get(r->j.reasons, n - 1)),
		     want) == 0);
}

TEST(the_class_that_is_expected_passes)
{
	auto_run struct run r = expecting("stalled"),
			    s = expecting("fell-back");

	JUDGE(&r, TOPOLOGY, CALIBRATION, GOOD_WORKERS, ATTACHED, STALL,
	      DETACHED, STOPPED);
	check_expected(&r, "stalled");
	JUDGE(&s, TOPOLOGY, CALIBRATION, GOOD_WORKERS, ATTACHED, STALL,
	      DETACHED, STOPPED);
	check_other(&s, "stalled",
		    "the test expects a failure of class fell-back, and this "
		    "is another one");
}

TEST(a_pass_is_no_failure)
{
	auto_run struct run r = expecting("stalled"),
			    s = expecting_check(CHECK_MAX_GAP);

	JUDGE(&r, TOPOLOGY, CALIBRATION, GOOD_WORKERS, ATTACHED, STOPPED);
	check_other(&r, "check-failed",
		    "the test expects a failure of class stalled, and all "
		    "passed");
	JUDGE(&s, TOPOLOGY, CALIBRATION, GOOD_WORKERS, ATTACHED, STOPPED);
	check_other(&s, "check-failed",
		    "the test expects a failure of class check-failed by "
		    "max-gap alone, and all passed");
}

TEST(a_broken_machine_is_no_failure)
{
	auto_run struct run r = expecting("stalled");

	JUDGE(&r, "{\"t\":\"error\",\"why\":\"no cgroup2\"}", TOPOLOGY);
	check_verdict(&r, VERDICT_ERROR, "harness");
}

TEST(the_check_that_is_named_fails_alone)
{
	auto_run struct run any = expecting("check-failed"),
			    alone = expecting_check(CHECK_MAX_GAP),
			    both = expecting_check(CHECK_MAX_GAP),
			    other = expecting_check(CHECK_MAX_SPREAD);

	JUDGE(&any, TOPOLOGY, CALIBRATION, TORN_WORKERS, ATTACHED, STOPPED);
	check_expected(&any, "check-failed");
	JUDGE(&alone, TOPOLOGY, CALIBRATION, LATE_WORKERS, ATTACHED, STOPPED);
	check_expected(&alone, "check-failed");
	JUDGE(&both, TOPOLOGY, CALIBRATION, TORN_WORKERS, ATTACHED, STOPPED);
	check_other(&both, "check-failed",
		    "the test expects a failure of class check-failed by "
		    "max-gap alone, and this is another one");
	JUDGE(&other, TOPOLOGY, CALIBRATION, LATE_WORKERS, ATTACHED, STOPPED);
	check_other(&other, "check-failed",
		    "the test expects a failure of class check-failed by "
		    "max-spread alone, and this is another one");
}

#define READ(ok)                                                               \
	"{\"t\":\"event\",\"what\":\"op\",\"name\":\"read-map\",\"at_ns\":9,"  \
	"\"map\":\"mini.bss n[3]\",\"wanted\":\"max=4\",\"ok\":" ok            \
	",\"in_force\":\"5\"}"
#define STEP_TURN                                                              \
	"{\"t\":\"event\",\"what\":\"step\",\"name\":\"turn\",\"at_ns\":8}"

TEST(what_was_read_from_a_map_is_within_its_bounds)
{
	auto_run struct run good = { 0 }, bad = { 0 }, many = { 0 },
			    wanted = expecting("check-failed"),
			    other = expecting_check(CHECK_MAX_GAP);

	JUDGE(&good, TOPOLOGY, CALIBRATION, GOOD_WORKERS, READ("true"));
	CHECK_INT(good.j.verdict, VERDICT_PASS);
	JUDGE(&bad, TOPOLOGY, CALIBRATION, GOOD_WORKERS, STEP_TURN,
	      READ("false"));
	check_other(&bad, "check-failed",
		    "read-map of mini.bss n[3] in step 'turn' found 5, not "
		    "max=4");
	JUDGE(&many, TOPOLOGY, CALIBRATION, GOOD_WORKERS, READ("false"),
	      READ("false"), READ("false"), READ("false"), READ("false"),
	      READ("false"), READ("false"), READ("false"), READ("false"));
	check_other(&many, "check-failed",
		    "and 1 values more were out of their bounds");
	JUDGE(&wanted, TOPOLOGY, CALIBRATION, GOOD_WORKERS, ATTACHED, STOPPED,
	      READ("false"));
	check_expected(&wanted, "check-failed");
	JUDGE(&other, TOPOLOGY, CALIBRATION, LATE_WORKERS, ATTACHED, STOPPED,
	      READ("false"));
	check_other(&other, "check-failed",
		    "the test expects a failure of class check-failed by "
		    "max-gap alone, and this is another one");
}

TEST(what_cannot_be_judged_stays_so)
{
	auto_run struct run r = expecting_check(CHECK_MAX_GAP);

	r.e.clock = CLOCK_VIRTUAL;
	JUDGE(&r, TOPOLOGY, "{\"t\":\"calibration\",\"ran\":false}",
	      LATE_WORKERS, ATTACHED, STOPPED);
	check_verdict(&r, VERDICT_INCONCLUSIVE, "calibration");
}
