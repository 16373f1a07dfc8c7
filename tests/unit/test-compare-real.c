/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Under the real clock a difference may be chance. */
#include "tests/unit/results.h"
#include "tools/gauntlet/bootstrap.h"

/* @count runs on each side, around two means, as far from them as @noise. */
static void write_runs(unsigned int count, double a, double b, double noise)
{
	for (unsigned int i = 0; i < count; i++) {
		double off = noise * ((double)(i % 5) - 2) / 2;

		write_number("a", "real", i + 1, "max_gap_ms", a + off);
		write_number("b", "real", i + 100, "max_gap_ms", b - off);
	}
}

static enum change change_of_runs(unsigned int count, double a, double b,
				  double noise)
{
	struct comparison c;
	enum change change;

	enter_folder();
	write_runs(count, a, b, noise);
	compare_folders(&c);
	change = change_of(&c, "worst_gap_ms");
	compare_done(&c);
	leave_folder();
	return change;
}

TEST(a_difference_beyond_chance_counts)
{
	CHECK_INT(change_of_runs(5, 500, 1100, 50), CHANGE_WORSE);
	CHECK_INT(change_of_runs(5, 1100, 500, 50), CHANGE_BETTER);
}

TEST(below_the_gates_nothing_is_said)
{
	CHECK_INT(change_of_runs(5, 500, 990, 1), CHANGE_NONE);
}

TEST(one_that_may_be_chance_is_told_as_noise)
{
	CHECK_INT(change_of_runs(5, 1000, 1600, 3000), CHANGE_NOISE);
}

TEST(too_few_runs_are_said_to_be)
{
	CHECK_INT(change_of_runs(4, 500, 1100, 1), CHANGE_TOO_FEW);
	CHECK_INT(change_of_runs(1, 500, 1100, 0), CHANGE_TOO_FEW);
	CHECK_INT(change_of_runs(1, 500, 990, 0), CHANGE_NONE);
}

TEST(the_interval_is_the_same_each_time)
{
	static const double a[] = { 1, 2, 3, 4, 5 }, b[] = { 3, 5, 4, 6, 8 };
	double low[2], high[2];

	for (int i = 0; i < 2; i++)
		bootstrap_difference(a, 5, b, 5, &low[i], &high[i]);
	CHECK(low[0] == low[1] && high[0] == high[1]);
	/* The means are 3 and 5.2; each resample's is within the data. */
	CHECK(low[0] > -2 && low[0] < 2.2 && high[0] > 2.2 && high[0] < 7);
}

TEST(the_interval_of_equal_numbers_is_a_point)
{
	static const double a[] = { 2, 2, 2 }, b[] = { 5, 5, 5, 5 };
	double low, high;

	bootstrap_difference(a, 3, b, 4, &low, &high);
	CHECK(low == 3 && high == 3);
}

/* Of many samples of one distribution, 95 % or a little less of the intervals
 * hold the true difference: with 10 values the percentile interval is known to
 * be somewhat short. */
TEST(the_interval_covers_the_truth_as_often_as_it_says)
{
	unsigned int covered = 0, seed = 1;

	for (int round = 0; round < 300; round++) {
		double a[10], b[10], low, high;

		for (int i = 0; i < 10; i++) {
			a[i] = b[i] = 0;
			/* Nearly normal: a sum of twelve. */
			for (int k = 0; k < 12; k++) {
				a[i] += rand_r(&seed) / (double)RAND_MAX;
				b[i] += rand_r(&seed) / (double)RAND_MAX;
			}
			b[i] += 1;
		}
		bootstrap_difference(a, 10, b, 10, &low, &high);
		covered += low <= 1 && high >= 1;
	}
	CHECK(covered > 300 * 0.85 && covered < 300 * 0.99);
}
