/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the monitor saw, as a result tells it: what makes no sense and what
 * nobody knows is left out of it. */
#include <limits.h>
#include <time.h>

#include "tests/unit/t.h"
#include "tools/vm/outside.h"
#include "tools/vm/result-monitor.h"

#define MS UINT64_C(1000000)

/* A sample of one CPU. */
static void add(struct facts *f, uint64_t at_ns, uint64_t clock,
		unsigned int tasks)
{
	struct mon_head h = { .kind = MON_SAMPLE,
			      .cpus = 1,
			      .own = -1,
			      .len = sizeof(struct mon_cpu),
			      .at_ns = at_ns };
	struct mon_cpu cpu = { .nr_running = (uint16_t)tasks,
			       .state = MON_CPU_IS | MON_CPU_ONLINE,
			       .clock = clock };

	str_add_bytes(&f->series, &h, sizeof(h));
	str_add_bytes(&f->series, &cpu, sizeof(cpu));
}

static const json_t *at(const json_t *o, const char *list, size_t i)
{
	return json_array_get(json_object_get(o, list), i);
}

TEST(rows_are_of_plausible_samples)
{
	struct mon_layout l = { 0 };
	struct checks c = { 0 };
	struct facts f = { 0 };
	json_t *o;

	add(&f, 100 * MS, 50 * MS, 1);
	add(&f, 200 * MS, 49 * MS, 9);
	add(&f, 300 * MS, 51 * MS, 2);
	o = result_monitor(&f, &c, &l, false);
	CHECK_INT(facts_int(o, "implausible"), 1);
	CHECK_INT(facts_int(at(o, "timeline", 0), "samples"), 1);
	CHECK_INT(facts_int(at(o, "timeline", 1), "samples"), 0);
	CHECK_INT(facts_int(at(o, "timeline", 2), "samples"), 1);
	CHECK(json_real_value(json_object_get(at(o, "timeline", 1),
					      "max_imbalance")) < 9);
	json_decref(o);
	str_done(&f.series);
}

/* The frame comes at the end, which a machine that died did not have. */
TEST(what_a_machine_did_not_tell_is_null)
{
	static const char *const keys[] = { "cpu_ns", "wall_ns", "percent",
					    "once_ns", "bytes" };
	struct mon_layout l = { 0 };
	struct checks c = { 0 };
	struct facts f = { 0 };
	json_t *o, *cost;

	add(&f, 100 * MS, 50 * MS, 1);
	o = result_monitor(&f, &c, &l, false);
	CHECK_INT(facts_int(o, "samples"), 1);
	CHECK(json_is_null(json_object_get(o, "period_ns")));
	cost = json_object_get(o, "cost");
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		CHECK(json_is_null(json_object_get(cost, keys[i])));
	json_decref(o);
	f.monitor = json_pack("{si si si}", "period_ns", 5, "cpu_ns", 1,
			      "wall_ns", 100);
	o = result_monitor(&f, &c, &l, false);
	CHECK_INT(facts_int(o, "period_ns"), 5);
	CHECK(json_real_value(json_object_get(json_object_get(o, "cost"),
					      "percent")) == 1);
	json_decref(o);
	json_decref(f.monitor);
	str_done(&f.series);
}

static void add_counts(struct facts *f, uint64_t at_ns, uint64_t fallback)
{
	uint64_t count[MON_COUNTS] = { 0 };
	struct mon_head h = { .kind = MON_COUNTS_OF,
			      .cpus = 1,
			      .own = -1,
			      .len = sizeof(count),
			      .at_ns = at_ns };

	count[MON_SELECT_CPU_FALLBACK - MON_CPU_FIELDS] = fallback;
	str_add_bytes(&f->series, &h, sizeof(h));
	str_add_bytes(&f->series, count, sizeof(count));
}

/* A scheduler that was taken out has none any more when the workers stop. */
TEST(events_of_a_scheduler_that_left_are_told)
{
	struct mon_layout l = { .has[MON_EVENT_STATS] = true };
	struct checks c = { 0 };
	struct facts f = { 0 };
	json_t *o;

	l.field[MON_SELECT_CPU_FALLBACK].len = 8;
	add_counts(&f, 100 * MS, 10);
	add_counts(&f, 200 * MS, 25);
	add_counts(&f, 300 * MS, 0);
	o = result_monitor(&f, &c, &l, false);
	CHECK_INT(facts_int(at(o, "counters", 0), "increase"), 15);
	CHECK(json_real_value(json_object_get(at(o, "counters", 0),
					      "per_second")) == 75);
	json_decref(o);
	str_done(&f.series);
}

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 * MS + (uint64_t)t.tv_nsec;
}

static int read_nothing(void *arg, const struct mon_piece *piece, size_t count)
{
	(void)arg;
	(void)piece;
	return count ? -1 : 0;
}

TEST(from_outside_the_time_is_from_the_first_look_to_the_last)
{
	struct mon_layout l = { 0 };
	struct machine_config config = { 0 };
	struct facts f = { .event = json_array() };
	struct outside o;
	uint64_t wall_ns;

	json_array_append_new(f.event, json_pack("{ss}", "what", "start"));
	json_array_append_new(f.event, json_pack("{ss}", "what", "stop"));
	outside_begin(&o, &l, &config, &f);
	/* As after a first look at a machine without anything in it. */
	o.reach.read = read_nothing;
	o.reader.layout = &l;
	o.reader.space.memory = &o.reach;
	o.begun = true;
	o.begin_ns = now_ns() - 50 * MS;
	CHECK(outside_tick(&o) != INT_MAX);
	CHECK(o.ended);
	CHECK_INT(o.error, 0);
	outside_end(&o);
	wall_ns = (uint64_t)facts_int(f.monitor, "wall_ns");
	CHECK(wall_ns >= 50 * MS);
	CHECK(wall_ns <= now_ns() - o.begin_ns);
	json_decref(f.monitor);
	json_decref(f.event);
	str_done(&f.series);
}
