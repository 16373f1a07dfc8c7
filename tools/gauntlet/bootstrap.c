/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/gauntlet/bootstrap.h"

#include <stdint.h>
#include <stdlib.h>

#define RESAMPLES 2000
/* 2.5 % of them lie outside at each end. */
#define OUTSIDE (RESAMPLES / 40)

/* splitmix64 (S. Vigna, public domain): any seed gives a good stream. */
static uint64_t draw(uint64_t *state)
{
	uint64_t z = (*state += 0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return z ^ (z >> 31);
}

static double mean_of_resample(const double *value, size_t count,
			       uint64_t *state)
{
	double sum = 0;

	for (size_t i = 0; i < count; i++)
		sum += value[draw(state) % count];
	return sum / (double)count;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

void bootstrap_difference(const double *a, size_t a_count, const double *b,
			  size_t b_count, double *ret_low, double *ret_high)
{
	double difference[RESAMPLES];
	uint64_t state = 1;

	for (size_t i = 0; i < RESAMPLES; i++) {
		double of_a = mean_of_resample(a, a_count, &state);

		difference[i] = mean_of_resample(b, b_count, &state) - of_a;
	}
	qsort(difference, RESAMPLES, sizeof(*difference), by_value);
	*ret_low = difference[OUTSIDE];
	*ret_high = difference[RESAMPLES - 1 - OUTSIDE];
}
