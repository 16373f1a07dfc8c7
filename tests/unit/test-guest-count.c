/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>

#include "tests/unit/t.h"
#include "vmm/guest/histogram.h"
#include "vmm/guest/segment.h"

static struct histogram h;

TEST(an_empty_histogram_says_0)
{
	CHECK_INT(histogram_at(&h, 500), 0);
	CHECK_INT(histogram_at(&h, 1000), 0);
}

TEST(small_values_are_exact)
{
	for (uint64_t v = 0; v < 64; v++) {
		struct histogram one = { 0 };

		histogram_add(&one, v);
		CHECK_INT(histogram_at(&one, 1000), v);
		CHECK_INT(one.max_ns, v);
	}
}

TEST(a_value_is_read_back_at_most_a_32nd_too_low)
{
	for (uint64_t v = 1; v < UINT64_C(1) << 40; v = v * 3 + 1) {
		struct histogram one = { 0 };
		uint64_t got;

		histogram_add(&one, v);
		got = histogram_at(&one, 500);
		CHECK(got <= v);
		CHECK(v - got <= v / 32);
	}
}

TEST(floors_rise_from_bucket_to_bucket)
{
	for (unsigned int i = 1; i < HISTOGRAM_BUCKETS; i++)
		CHECK(histogram_floor(i) > histogram_floor(i - 1));
}

TEST(huge_values_share_the_last_bucket)
{
	histogram_add(&h, UINT64_MAX);
	histogram_add(&h, UINT64_C(1) << 50);
	CHECK_INT(h.bucket[HISTOGRAM_BUCKETS - 1], 2);
	CHECK(h.max_ns == UINT64_MAX);
}

TEST(percentiles_are_those_of_the_sorted_values)
{
	for (uint64_t v = 1; v <= 1000; v++)
		histogram_add(&h, v % 16);
	CHECK_INT(h.count, 1000);
	CHECK_INT(histogram_at(&h, 500), 7);
	CHECK_INT(histogram_at(&h, 990), 15);
	CHECK_INT(histogram_at(&h, 1), 0);
}

static struct segments *new_segments(uint32_t max)
{
	struct segments *s = calloc(1, sizeof(*s) + max * sizeof(cpu_set_t));

	s->max = max;
	atomic_store(&s->epoch, 1);
	return s;
}

static void look(struct segments *s, unsigned int cpu)
{
	segment_end(s, segment_begin(s), cpu);
}

TEST(a_look_counts_in_the_segment_that_is_open)
{
	struct segments *s = new_segments(2);

	CHECK_INT(segment_open(s), 0);
	look(s, 3);
	segment_close(s);
	CHECK_INT(segment_open(s), 1);
	look(s, 5);
	CHECK(CPU_ISSET(3, &s->used[0]) && CPU_COUNT(&s->used[0]) == 1);
	CHECK(CPU_ISSET(5, &s->used[1]) && CPU_COUNT(&s->used[1]) == 1);
	free(s);
}

TEST(a_look_between_two_segments_counts_in_none)
{
	struct segments *s = new_segments(2);

	look(s, 1);
	segment_open(s);
	segment_close(s);
	look(s, 2);
	segment_open(s);
	CHECK_INT(CPU_COUNT(&s->used[0]), 0);
	CHECK_INT(CPU_COUNT(&s->used[1]), 0);
	free(s);
}

TEST(a_look_during_a_change_counts_in_none)
{
	struct segments *s = new_segments(2);
	uint64_t epoch;

	segment_open(s);
	epoch = segment_begin(s);
	segment_close(s);
	segment_end(s, epoch, 1); /* closed meanwhile */
	epoch = segment_begin(s);
	segment_open(s);
	segment_end(s, epoch, 2); /* opened meanwhile */
	epoch = segment_begin(s);
	segment_close(s);
	segment_open(s); /* there is no third: stays closed */
	segment_end(s, epoch, 4);
	CHECK_INT(CPU_COUNT(&s->used[0]), 0);
	CHECK_INT(CPU_COUNT(&s->used[1]), 0);
	free(s);
}

TEST(there_are_no_more_segments_than_room)
{
	struct segments *s = new_segments(1);

	CHECK_INT(segment_open(s), 0);
	CHECK_INT(segment_open(s), 0); /* open already */
	segment_close(s);
	segment_close(s);
	CHECK_INT(segment_open(s), -ENOSPC);
	look(s, 1);
	CHECK_INT(CPU_COUNT(&s->used[0]), 0);
	free(s);
}

TEST(a_segment_goes_on_after_others)
{
	struct segments *s = new_segments(2);
	uint64_t epoch;

	CHECK_INT(segment_current(s), -1);
	segment_open(s);
	look(s, 1);
	epoch = segment_begin(s);
	segment_close(s);
	segment_open(s);
	look(s, 2);
	CHECK_INT(segment_current(s), 1);
	segment_close(s);
	segment_reopen(s, 0);
	CHECK_INT(segment_current(s), 0);
	look(s, 3);
	segment_end(s, epoch, 7); /* it was closed meanwhile */
	segment_close(s);
	CHECK(CPU_ISSET(1, &s->used[0]) && CPU_ISSET(3, &s->used[0]));
	CHECK_INT(CPU_COUNT(&s->used[0]), 2);
	CHECK_INT(CPU_COUNT(&s->used[1]), 1);
	CHECK_INT(segment_open(s), -ENOSPC);
	free(s);
}
