/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Counters of run queues, and of what a scheduler's events are wherever the
 * kernel has them. */
#include "tests/unit/mon-kernel.h"

static uint64_t count_of(const uint64_t *all, enum mon_field f)
{
	return all[f - MON_CPU_FIELDS];
}

/* Where the event counters of a CPU are, and one of them. */
static void add_events(struct kernel *k)
{
	k->layout.field[MON_SELECT_CPU_FALLBACK] = (struct mon_place){ 0, 8 };
	k->layout.field[MON_DISPATCH_KEEP_LAST] = (struct mon_place){ 8, 8 };
	for (unsigned int cpu = 0; cpu < 2; cpu++) {
		uint64_t at = AT_CPU + cpu * CPU_STEP + EVENTS;

		put(k, at, 7 + cpu, 8);
		put(k, at + 8, 70 + cpu, 8);
	}
}

static void check_events(struct kernel *k, uint64_t want)
{
	uint64_t all[MON_COUNTS];

	CHECK(mon_has_events(&k->layout));
	CHECK_INT(mon_reader_counts(&k->reader, all), 0);
	/* Of both CPUs. */
	CHECK_INT(count_of(all, MON_SELECT_CPU_FALLBACK), want ? 7 + 8 : 0);
	CHECK_INT(count_of(all, MON_DISPATCH_KEEP_LAST), want ? 70 + 71 : 0);
	CHECK_INT(count_of(all, MON_REENQ_IMMED), 0);
}

TEST(counters_of_run_queues)
{
	for (int mapped = 0; mapped < 2; mapped++) {
		struct kernel k;
		uint64_t all[MON_COUNTS];

		kernel_make(&k, 2);
		k.reach.at = mapped ? kernel_at : NULL;
		set(&k, rq_of(0), MON_TTWU_COUNT, 4);
		set(&k, rq_of(1), MON_TTWU_COUNT, 9);
		reader_begin(&k, 2);
		CHECK(!mon_has_events(&k.layout));
		CHECK_INT(mon_reader_counts(&k.reader, all), 0);
		CHECK_INT(count_of(all, MON_TTWU_COUNT), 13);
		CHECK_INT(count_of(all, MON_TTWU_LOCAL), 0);
		kernel_done(&k);
	}
}

TEST(events_in_a_variable_of_each_cpu)
{
	struct kernel k;

	kernel_make(&k, 2);
	add_events(&k);
	kernel_symbol(&k, MON_EVENT_STATS, EVENTS);
	reader_begin(&k, 2);
	check_events(&k, 1);
	kernel_done(&k);
}

/* It is looked up anew each time: the scheduler comes after the reader. */
TEST(events_of_the_scheduler_in_charge)
{
	struct kernel k;

	kernel_make(&k, 2);
	add_events(&k);
	kernel_symbol(&k, MON_SCX_ROOT, IMAGE + AT_ROOT);
	k.layout.field[MON_SCHED_EVENTS_CPU] = (struct mon_place){ 16, 8 };
	reader_begin(&k, 2);
	check_events(&k, 0);
	put(&k, AT_ROOT, DIRECT + AT_SCHED, 8);
	put(&k, AT_SCHED + 16, EVENTS, 8);
	check_events(&k, 1);
	put(&k, AT_ROOT, 0, 8);
	check_events(&k, 0);
	kernel_done(&k);
}

/* Another scheduler may get the memory of the one before. */
TEST(events_of_the_next_scheduler_are_looked_for_again)
{
	struct kernel k;
	unsigned int reads;

	kernel_make(&k, 2);
	k.reach.at = kernel_at;
	add_events(&k);
	kernel_symbol(&k, MON_SCX_ROOT, IMAGE + AT_ROOT);
	kernel_symbol(&k, MON_SCX_ENABLE_SEQ, IMAGE + AT_SEQ);
	k.layout.field[MON_SCHED_EVENTS_CPU] = (struct mon_place){ 16, 8 };
	put(&k, AT_ROOT, DIRECT + AT_SCHED, 8);
	put(&k, AT_SCHED + 16, EVENTS, 8);
	put(&k, AT_SEQ, 1, 8);
	reader_begin(&k, 2);
	check_events(&k, 1);
	CHECK_INT(k.reader.found.seq, 1);
	k.reads = 0;
	check_events(&k, 1);
	/* Root, its number and its events, and no CPU's. */
	CHECK_INT(k.reads, 3);
	reads = k.reads;
	put(&k, AT_SEQ, 2, 8);
	k.reader.events[1] = k.memory;
	check_events(&k, 1);
	CHECK_INT(k.reader.found.seq, 2);
	CHECK_INT(k.reads, 2 * reads);
	/* Out of reach: fetched in pieces, or not there at all. */
	put(&k, AT_ROOT, 0, 8);
	check_events(&k, 0);
	kernel_done(&k);
}

TEST(events_behind_the_schedulers_pcpu)
{
	struct kernel k;

	kernel_make(&k, 2);
	add_events(&k);
	kernel_symbol(&k, MON_SCX_ROOT, IMAGE + AT_ROOT);
	k.layout.field[MON_SCHED_PCPU] = (struct mon_place){ 24, 8 };
	k.layout.field[MON_PCPU_EVENTS] = (struct mon_place){ 32, 16 };
	reader_begin(&k, 2);
	check_events(&k, 0);
	put(&k, AT_ROOT, DIRECT + AT_SCHED, 8);
	put(&k, AT_SCHED + 24, EVENTS - 32, 8);
	check_events(&k, 1);
	kernel_done(&k);
}
