/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Checks that samples of run queues tell of: a pass and a failure, one step
 * apart, and what keeps them from being judged. */
#include "tests/unit/judge.h"
#include "vmm/mon/series.h"

#define MS UINT64_C(1000000)

/* What the run had: samples of two CPUs, and counters. */
struct feed {
	struct str bytes;
	uint64_t at_ns;
};

static void add(struct feed *f, enum mon_record kind, const void *data,
		size_t len)
{
	struct mon_head h = { .kind = kind,
			      .cpus = 2,
			      .own = -1,
			      .len = len,
			      .at_ns = f->at_ns };

	str_add_bytes(&f->bytes, &h, sizeof(h));
	str_add_bytes(&f->bytes, data, len);
	f->at_ns += 100 * MS;
}

/* @n samples of @a tasks on CPU 0, @b on CPU 1, whose local queue has @dsq. */
static void add_samples(struct feed *f, unsigned int n, unsigned int a,
			unsigned int b, unsigned int dsq)
{
	for (; n > 0; n--) {
		struct mon_cpu cpu[2] = {
			{ .nr_running = (uint16_t)a,
			  .state = MON_CPU_IS | MON_CPU_ONLINE,
			  .clock = f->at_ns + 1 },
			{ .nr_running = (uint16_t)b,
			  .dsq_nr = (uint16_t)dsq,
			  .state = MON_CPU_IS | MON_CPU_ONLINE,
			  .clock = f->at_ns + 1 },
		};

		add(f, MON_SAMPLE, cpu, sizeof(cpu));
	}
}

static void add_rate(struct feed *f, unsigned int n, unsigned int per_second,
		     enum mon_field field)
{
	uint64_t count[MON_COUNTS] = { 0 };

	for (unsigned int i = 0; i <= n; i++) {
		count[field - MON_CPU_FIELDS] = i * per_second / 10;
		add(f, MON_COUNTS_OF, count, sizeof(count));
	}
}

static void set(struct run *r, enum check_kind kind, double limit)
{
	r->e.check.value[kind] =
		(struct check_value){ .set = true, .limit = limit };
}

/* Judge a run of two good workers that had these samples. */
static void judge_feed(struct run *r, struct feed *f)
{
	static const char *const frames[] = { TOPOLOGY, CALIBRATION, ATTACHED,
					      GOOD_WORKERS, STOPPED };
	auto_str struct str s = { 0 };
	char head[FRAME_HEAD_MAX];
	uint64_t n = 0;

	for (; n < sizeof(frames) / sizeof(frames[0]); n++)
		frame_format(&s, n, frames[n]);
	str_add_bytes(&s, head,
		      frame_format_head(head, n++, FRAME_MONITOR,
					str_text(&f->bytes), f->bytes.len));
	str_add_bytes(&s, str_text(&f->bytes), f->bytes.len);
	str_add(&s, "\n");
	r->e.has_sched = true;
	run_judge_text(r, (struct topology){ 1, 1, 2, 1, NULL }, &s, n);
	str_done(&f->bytes);
}

static struct mon_layout with_events(void)
{
	struct mon_layout l = { .has[MON_EVENT_STATS] = true };

	l.field[MON_SELECT_CPU_FALLBACK].len = 8;
	return l;
}

TEST(imbalance_of_the_limit_passes_and_a_task_more_fails)
{
	for (unsigned int most = 4; most <= 5; most++) {
		auto_run struct run r = { 0 };
		struct feed f = { 0 };

		set(&r, CHECK_MAX_IMBALANCE, 4);
		add_samples(&f, 5, most, 1, 0);
		judge_feed(&r, &f);
		check_verdict(&r, most == 4 ? VERDICT_PASS : VERDICT_FAIL,
			      most == 4 ? "ok" : "check-failed");
		if (most == 5)
			check_reason(
				&r,
				"max-imbalance-ratio: in 5 samples in a row, "
				"0.000 s to 0.400 s of the clock, a CPU (the "
				"last was CPU 0) had at least 5 times as many "
				"tasks as the one with fewest; the limit is 4");
	}
}

TEST(four_samples_over_the_limit_pass_and_five_fail)
{
	for (unsigned int n = 4; n <= 5; n++) {
		auto_run struct run r = { 0 };
		struct feed f = { 0 };

		set(&r, CHECK_MAX_IMBALANCE, 4);
		add_samples(&f, 5, 1, 1, 0);
		add_samples(&f, n, 9, 1, 0);
		add_samples(&f, 5, 1, 1, 0);
		judge_feed(&r, &f);
		CHECK_INT(r.j.verdict, n == 4 ? VERDICT_PASS : VERDICT_FAIL);
	}
}

TEST(the_number_of_samples_can_be_set)
{
	for (unsigned int n = 2; n <= 3; n++) {
		auto_run struct run r = { 0 };
		struct feed f = { 0 };

		set(&r, CHECK_MAX_IMBALANCE, 4);
		set(&r, CHECK_SUSTAINED_SAMPLES, n);
		add_samples(&f, 5, 1, 1, 0);
		add_samples(&f, 2, 9, 1, 0);
		judge_feed(&r, &f);
		CHECK_INT(r.j.verdict, n == 2 ? VERDICT_FAIL : VERDICT_PASS);
	}
}

TEST(a_local_queue_of_50_passes_and_of_51_fails)
{
	for (unsigned int dsq = 50; dsq <= 51; dsq++) {
		auto_run struct run r = { 0 };
		struct feed f = { 0 };

		set(&r, CHECK_MAX_DSQ_DEPTH, 50);
		add_samples(&f, 5, 1, 1, dsq);
		judge_feed(&r, &f);
		CHECK_INT(r.j.verdict, dsq == 50 ? VERDICT_PASS : VERDICT_FAIL);
	}
}

TEST(rates_of_the_limit_pass_and_ten_more_fail)
{
	static const struct {
		enum check_kind kind;
		enum mon_field field;
		unsigned int limit;
	} rates[] = {
		{ CHECK_MAX_FALLBACK_RATE, MON_SELECT_CPU_FALLBACK, 200 },
		{ CHECK_MAX_KEEP_LAST_RATE, MON_DISPATCH_KEEP_LAST, 100 },
	};
	struct mon_layout l = with_events();

	for (size_t i = 0; i < 4; i++) {
		auto_run struct run r = { 0 };
		struct feed f = { 0 };

		r.e.layout = &l;
		set(&r, rates[i / 2].kind, rates[i / 2].limit);
		add_samples(&f, 5, 1, 1, 0);
		add_rate(&f, 5, rates[i / 2].limit + 10 * (i % 2),
			 rates[i / 2].field);
		judge_feed(&r, &f);
		CHECK_INT(r.j.verdict, i % 2 ? VERDICT_FAIL : VERDICT_PASS);
	}
}

TEST(a_clock_that_stands_for_the_fifth_sample_fails)
{
	for (unsigned int n = 5; n <= 6; n++) {
		auto_run struct run r = { 0 };
		struct feed f = { 0 };

		set(&r, CHECK_FAIL_ON_STALL, 1);
		add_samples(&f, 2, 1, 1, 0);
		for (unsigned int i = 0; i < n; i++) {
			struct mon_cpu cpu[2] = {
				{ .nr_running = 1, .state = 3, .clock = 7e8 },
				{ .nr_running = 1,
				  .state = 3,
				  .clock = f.at_ns + 1 },
			};

			add(&f, MON_SAMPLE, cpu, sizeof(cpu));
		}
		judge_feed(&r, &f);
		CHECK_INT(r.j.verdict, n == 5 ? VERDICT_PASS : VERDICT_FAIL);
		if (n == 6)
			check_reason(&r,
				     "fail-on-stall: 1 CPUs stood still while "
				     "they had tasks, CPU 0 for 0.500 s from "
				     "0.200 s of the clock on");
	}
}

TEST(samples_that_make_no_sense_are_never_a_pass)
{
	auto_run struct run r = { 0 };
	struct feed f = { 0 };

	set(&r, CHECK_MAX_IMBALANCE, 4);
	add_samples(&f, 5, 1, 1, 0);
	add_samples(&f, 5, 1, 1, 10001);
	judge_feed(&r, &f);
	check_verdict(&r, VERDICT_INCONCLUSIVE, "monitor");
	check_reason(&r, "5 of 10 samples of the monitor make no sense: CPU 1: "
			 "more tasks in its local queue than there can be");
}

TEST(no_sample_is_never_a_pass)
{
	auto_run struct run r = { 0 };
	struct feed f = { 0 };

	set(&r, CHECK_FAIL_ON_STALL, 1);
	judge_feed(&r, &f);
	check_verdict(&r, VERDICT_INCONCLUSIVE, "monitor");
	check_reason(&r, "the monitor took no sample");
}

/* What a test asks for itself and finds nothing to look at. */
TEST(too_few_samples_are_no_pass_of_a_test_that_asks)
{
	auto_run struct run r = { 0 };
	struct feed f = { 0 };

	set(&r, CHECK_MAX_IMBALANCE, 4);
	add_samples(&f, 4, 1, 1, 0);
	judge_feed(&r, &f);
	check_verdict(&r, VERDICT_FAIL, "check-failed");
	check_reason(&r, "max-imbalance-ratio: nothing to judge: 4 samples, "
			 "and 5 in a row make a value");
}

TEST(a_kernel_without_events_has_no_rate)
{
	auto_run struct run r = { 0 };
	struct mon_layout l = { 0 };
	struct feed f = { 0 };

	r.e.layout = &l;
	set(&r, CHECK_MAX_FALLBACK_RATE, 4);
	add_samples(&f, 5, 1, 1, 0);
	judge_feed(&r, &f);
	check_verdict(&r, VERDICT_FAIL, "check-failed");
	CHECK(strstr(json_string_value(json_array_get(r.j.reasons, 0)),
		     "does not count events"));
}

/* Another failure says more than that nothing could be seen. */
TEST(a_doubt_hides_no_failure)
{
	auto_run struct run r = { 0 };
	struct feed f = { 0 };

	set(&r, CHECK_MAX_IMBALANCE, 4);
	set(&r, CHECK_MIN_WORK_RATE, 1e9);
	judge_feed(&r, &f);
	check_verdict(&r, VERDICT_FAIL, "check-failed");
}
