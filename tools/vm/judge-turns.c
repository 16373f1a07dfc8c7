/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/vm/judge-turns.h"

#include <inttypes.h>
#include <stdio.h>

#include "tools/vm/judge.h"
#include "vmm/facts.h"

/* Units a second of the slowest CPU. */
static int64_t slowest(const json_t *calibration)
{
	const json_t *list =
		json_object_get(calibration, "units_per_s_per_cpu");
	int64_t least = INT64_MAX;

	for (size_t i = 0; i < json_array_size(list); i++) {
		int64_t units = json_integer_value(json_array_get(list, i));

		least = units < least ? units : least;
	}
	return least;
}

bool judge_turns_doubted(const json_t *c, unsigned int cpus,
			 char why[JUDGE_TURNS_TEXT_SIZE])
{
	int64_t gap = facts_int(c, "max_gap_ns"), speed = slowest(c);
	int64_t spread = facts_int(c, "spread_permille");
	size_t size = JUDGE_TURNS_TEXT_SIZE;

	if (!json_is_true(json_object_get(c, "ran")))
		snprintf(why, size, "the calibration did not run");
	else if (cpus > CALIBRATION_CPUS_MAX)
		snprintf(why, size,
			 "calibration: where CPUs take turns on one thread the "
			 "times of machines of up to %d CPUs are judged, this "
			 "one has %u",
			 CALIBRATION_CPUS_MAX, cpus);
	else if (speed < CALIBRATION_UNITS_MIN)
		snprintf(why, size,
			 "calibration: a CPU does %.2f million units a second; "
			 "below %.0f its kernel needs a fifth of its time "
			 "for itself; a smaller --shift makes CPUs faster",
			 (double)speed / 1e6, CALIBRATION_UNITS_MIN / 1e6);
	else if (gap > CALIBRATION_GAP_NS)
		snprintf(why, size,
			 "calibration: a CPU that nobody wanted paused for "
			 "%.1f ms; the limit is %d ms",
			 (double)gap / 1e6, CALIBRATION_GAP_NS / 1000000);
	else if (spread > CALIBRATION_SPREAD_PERMILLE)
		snprintf(why, size,
			 "calibration: equal CPUs differ by %.1f %%, %.1f are "
			 "the limit",
			 (double)spread / 10,
			 CALIBRATION_SPREAD_PERMILLE / 10.0);
	else
		return false;
	return true;
}
