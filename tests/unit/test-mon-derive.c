/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What samples mean: each limit, one step on both of its sides. */
#include <errno.h>

#include "tests/unit/t.h"
#include "vmm/mon/derive.h"

#define MS   UINT64_C(1000000)
#define CPUS 2

/* A series that is written sample by sample. */
struct feed {
	struct str bytes;
	uint64_t at_ns, clock;
	struct mon_series series;
	struct mon_summary summary;
};

static void add_record(struct feed *f, enum mon_record kind, int own,
		       const void *data, size_t len)
{
	struct mon_head h = { .kind = kind,
			      .cpus = CPUS,
			      .own = own,
			      .len = len,
			      .at_ns = f->at_ns };

	str_add_bytes(&f->bytes, &h, sizeof(h));
	str_add_bytes(&f->bytes, data, len);
}

static struct mon_cpu cpu_of(struct feed *f, unsigned int nr, unsigned int dsq)
{
	return (struct mon_cpu){ .nr_running = (uint16_t)nr,
				 .scx_nr_running = (uint16_t)nr,
				 .dsq_nr = (uint16_t)dsq,
				 .state = MON_CPU_IS | MON_CPU_ONLINE,
				 .clock = f->clock };
}

static void add_cpus(struct feed *f, int own, struct mon_cpu a,
		     struct mon_cpu b)
{
	struct mon_cpu cpu[CPUS] = { a, b };

	add_record(f, MON_SAMPLE, own, cpu, sizeof(cpu));
	f->at_ns += 100 * MS;
	f->clock += 100 * MS;
}

/* One sample: tasks of CPU 0 and 1, and how deep is CPU 1's local queue. */
static void add(struct feed *f, unsigned int a, unsigned int b,
		unsigned int dsq)
{
	add_cpus(f, -1, cpu_of(f, a, 0), cpu_of(f, b, dsq));
}

static void add_many(struct feed *f, unsigned int n, unsigned int a,
		     unsigned int b, unsigned int dsq)
{
	for (; n > 0; n--)
		add(f, a, b, dsq);
}

static struct feed begin(void)
{
	return (struct feed){ .at_ns = 1000 * MS, .clock = 500 * MS };
}

static const struct mon_summary *derive(struct feed *f, unsigned int sustained)
{
	struct why why = { .text = "" };

	CHECK(!f->bytes.failed);
	CHECK_INT(
		mon_series_read(f->bytes.text, f->bytes.len, &f->series, &why),
		0);
	CHECK_INT(mon_derive(&f->series, sustained, &f->summary), 0);
	return &f->summary;
}

static void done(struct feed *f)
{
	mon_summary_done(&f->summary);
	mon_series_done(&f->series);
	str_done(&f->bytes);
}

TEST(imbalance_is_most_over_fewest_and_at_least_over_one)
{
	static const struct {
		unsigned int a, b;
		double want;
	} cases[] = { { 0, 0, 1 }, { 1, 0, 1 }, { 4, 0, 4 },
		      { 4, 1, 4 }, { 4, 2, 2 }, { 2, 5, 2.5 } };

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct feed f = begin();

		add(&f, cases[i].a, cases[i].b, 0);
		CHECK(derive(&f, 1)->imbalance.value == cases[i].want);
		done(&f);
	}
}

/* Four samples in a row are not five; the fifth makes them last. */
TEST(a_value_lasts_from_the_fifth_sample_on)
{
	struct feed f = begin();
	const struct mon_summary *s;

	add_many(&f, 3, 1, 1, 0);
	add_many(&f, 4, 9, 1, 60);
	add_many(&f, 3, 1, 1, 0);
	s = derive(&f, 5);
	CHECK(s->imbalance.any && s->imbalance.value == 1);
	CHECK(s->dsq.value == 0);
	CHECK(s->max_imbalance == 9 && s->max_dsq == 60);
	done(&f);

	f = begin();
	add_many(&f, 3, 1, 1, 0);
	add_many(&f, 5, 9, 1, 60);
	add_many(&f, 3, 1, 1, 0);
	s = derive(&f, 5);
	CHECK(s->imbalance.value == 9);
	CHECK_INT(s->imbalance.cpu, 0);
	CHECK_INT(s->imbalance.from_ns, 1300 * MS);
	CHECK_INT(s->imbalance.to_ns, 1700 * MS);
	CHECK(s->dsq.value == 60);
	CHECK_INT(s->dsq.cpu, 1);
	done(&f);
}

/* The least of a run counts: five samples over 3 with one of 3.5 lasted 3.5. */
TEST(what_lasted_is_the_least_of_the_run)
{
	struct feed f = begin();

	add_many(&f, 2, 8, 1, 0);
	add(&f, 7, 2, 0);
	add_many(&f, 2, 8, 1, 0);
	CHECK(derive(&f, 5)->imbalance.value == 3.5);
	done(&f);
}

TEST(too_few_samples_say_nothing)
{
	struct feed f = begin();

	add_many(&f, 4, 9, 1, 60);
	CHECK(!derive(&f, 5)->imbalance.any);
	CHECK(!f.summary.dsq.any);
	done(&f);
}

/* Run on the clock that stands still, with a task at both ends. */
static void add_still(struct feed *f, unsigned int a, unsigned int b)
{
	struct mon_cpu one = cpu_of(f, a, 0), two = cpu_of(f, b, 0);

	one.clock = 77;
	add_cpus(f, -1, one, two);
}

TEST(a_cpu_stalls_in_the_fifth_sample_behind_the_first)
{
	struct feed f = begin();
	const struct mon_summary *s;

	for (int i = 0; i < 5; i++)
		add_still(&f, 1, 1);
	s = derive(&f, 5);
	CHECK_INT(s->stalled, 0);
	CHECK_INT(s->queue[0].stall_ns, 400 * MS);
	CHECK_INT(s->worst_stall, 0);
	add_still(&f, 1, 1);
	mon_summary_done(&f.summary);
	mon_series_done(&f.series);
	s = derive(&f, 5);
	CHECK_INT(s->stalled, 1);
	CHECK_INT(s->queue[0].stall_ns, 500 * MS);
	CHECK_INT(s->queue[0].stall_from_ns, 1000 * MS);
	CHECK_INT(s->queue[1].stall_ns, 0);
	done(&f);
}

/* A CPU that the host kept waiting; with the last step it had enough. */
TEST(a_cpu_that_did_not_run_does_not_stall)
{
	for (unsigned int step = 0; step <= 1; step++) {
		struct feed f = begin();

		for (unsigned int i = 0; i < 3; i++) {
			struct mon_cpu one = cpu_of(&f, 1, 0);
			struct mon_cpu two = cpu_of(&f, 1, 0);

			one.clock = 77;
			/* The count may go round. */
			one.ran_us =
				UINT32_MAX - 10 + i * (MON_RAN_US - 1 + step);
			add_cpus(&f, -1, one, two);
		}
		CHECK_INT(derive(&f, 2)->stalled, step);
		done(&f);
	}
}

TEST(an_idle_cpu_does_not_stall)
{
	struct feed f = begin();

	for (int i = 0; i < 4; i++)
		add_still(&f, 1, 1);
	add_still(&f, 0, 1);
	for (int i = 0; i < 4; i++)
		add_still(&f, 1, 1);
	CHECK_INT(derive(&f, 4)->stalled, 0);
	done(&f);
}

TEST(the_readers_own_task_is_left_out)
{
	struct feed f = begin();
	const struct mon_summary *s;

	add_cpus(&f, 1, cpu_of(&f, 1, 0), cpu_of(&f, 3, 0));
	s = derive(&f, 1);
	CHECK(s->imbalance.value == 2);
	CHECK(s->queue[1].mean_nr_running == 2);
	CHECK(s->mean_nr_running == 3);
	done(&f);
}

TEST(a_cpu_that_is_off_line_balances_nothing)
{
	struct feed f = begin();
	struct mon_cpu off = cpu_of(&f, 0, 0);

	off.state = MON_CPU_IS;
	add_cpus(&f, -1, cpu_of(&f, 3, 0), off);
	CHECK(derive(&f, 1)->imbalance.value == 1);
	done(&f);
}

/* What makes no sense is left out and told, and what is around it counts. */
TEST(an_implausible_sample_is_counted_and_passes_nothing)
{
	struct feed f = begin();
	const struct mon_summary *s;

	add_many(&f, 20, 9, 1, 0);
	add(&f, 1, 1, MON_DSQ_MAX + 1);
	add_many(&f, 20, 9, 1, MON_DSQ_MAX);
	s = derive(&f, 5);
	CHECK_INT(s->samples, 41);
	CHECK_INT(s->implausible, 1);
	CHECK(strcmp(s->why, "CPU 1: more tasks in its local queue than there "
			     "can be") == 0);
	CHECK(s->imbalance.value == 9);
	CHECK_INT(s->max_dsq, MON_DSQ_MAX);
	CHECK(!mon_is_doubted(s));
	done(&f);
}

/* One of ten is the limit, one more is too much. */
TEST(too_many_implausible_samples_are_a_doubt)
{
	for (unsigned int bad = 1; bad <= 2; bad++) {
		struct feed f = begin();

		add_many(&f, 10 - bad, 1, 1, 0);
		add_many(&f, bad, 1, 1, MON_DSQ_MAX + 1);
		CHECK_INT(mon_is_doubted(derive(&f, 5)), bad == 2);
		done(&f);
	}
}

TEST(what_cannot_be_one_moment_is_implausible)
{
	for (int kind = 0; kind < 5; kind++) {
		struct feed f = begin();
		struct mon_cpu a, b;

		add(&f, 1, 1, 0);
		a = cpu_of(&f, 1, 0);
		b = cpu_of(&f, 1, 0);
		if (kind == 0)
			a.state |= MON_CPU_FOREIGN;
		else if (kind == 1)
			a.nr_running = UINT16_MAX;
		else if (kind == 2)
			a.clock = 1;
		else if (kind == 3)
			a.clock = b.clock = 0;
		else
			b.scx_nr_running = 3;
		add_cpus(&f, -1, a, b);
		CHECK_INT(derive(&f, 1)->implausible, 1);
		CHECK(f.summary.why[0]);
		done(&f);
	}
}

/* The kernel counts a task of sched_ext before it counts the task. */
TEST(one_task_of_sched_ext_more_is_plausible)
{
	struct feed f = begin();
	struct mon_cpu a = cpu_of(&f, 1, 0);

	a.scx_nr_running = 2;
	add_cpus(&f, -1, a, a);
	CHECK_INT(derive(&f, 1)->implausible, 0);
	done(&f);
}

static void add_counts(struct feed *f, uint64_t fallback, uint64_t keep_last)
{
	uint64_t count[MON_COUNTS] = { 0 };

	count[MON_SELECT_CPU_FALLBACK - MON_CPU_FIELDS] = fallback;
	count[MON_DISPATCH_KEEP_LAST - MON_CPU_FIELDS] = keep_last;
	add_record(f, MON_COUNTS_OF, -1, count, sizeof(count));
	f->at_ns += 100 * MS;
}

TEST(rates_last_from_the_fifth_interval_on)
{
	for (unsigned int n = 4; n <= 5; n++) {
		struct feed f = begin();
		const struct mon_summary *s;
		uint64_t count = 0;

		add_counts(&f, count, 0);
		for (unsigned int i = 0; i < n; i++)
			add_counts(&f, count += 21, 0);
		for (unsigned int i = 0; i < 5; i++)
			add_counts(&f, count, 5 * i);
		s = derive(&f, 5);
		CHECK(s->fallback.any);
		CHECK(s->fallback.value == (n == 5 ? 210 : 0));
		/* The first of those had no increase. */
		CHECK(s->keep_last.value == 0);
		done(&f);
	}
}

/* Counters are read once more when the workers stop, which may be at once after
 * a sample. */
TEST(a_moment_has_no_rate)
{
	for (unsigned int ms = 49; ms <= 50; ms++) {
		struct feed f = begin();

		add_counts(&f, 0, 0);
		add_counts(&f, 10, 0);
		f.at_ns -= (100 - ms) * MS;
		add_counts(&f, 20, 0);
		CHECK(derive(&f, 1)->fallback.value == (ms < 50 ? 100 : 200));
		done(&f);
	}
}

TEST(what_schedulers_counted_is_added_up)
{
	struct feed f = begin();
	static const uint64_t counts[] = { 10, 25, 40, 0, 7, 9, 0 };

	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++)
		add_counts(&f, counts[i], 0);
	derive(&f, 1);
	/* The first had 10 before, and the second begins anew. */
	CHECK_INT(mon_increase_over(&f.series, 0, 6, MON_SELECT_CPU_FALLBACK),
		  39);
	CHECK_INT(mon_increase_over(&f.series, 1, 2, MON_SELECT_CPU_FALLBACK),
		  15);
	CHECK_INT(mon_increase_over(&f.series, 3, 3, MON_SELECT_CPU_FALLBACK),
		  0);
	done(&f);
}

TEST(another_scheduler_counts_anew)
{
	struct feed f = begin();

	add_counts(&f, 1000, 0);
	add_counts(&f, 30, 0);
	CHECK(derive(&f, 1)->fallback.value == 300);
	done(&f);
}

TEST(a_record_that_is_older_ends_the_series)
{
	struct feed f = begin();
	struct why why = { .text = "" };

	add(&f, 1, 1, 0);
	f.at_ns -= 101 * MS;
	add(&f, 1, 1, 0);
	CHECK_INT(mon_series_read(f.bytes.text, f.bytes.len, &f.series, &why),
		  -EBADMSG);
	CHECK_INT(f.series.samples, 1);
	done(&f);
}

TEST(no_sample_at_all_is_no_value)
{
	struct feed f = begin();

	CHECK_INT(derive(&f, 5)->samples, 0);
	CHECK(!f.summary.imbalance.any);
	CHECK(!mon_is_doubted(&f.summary));
	done(&f);
}
