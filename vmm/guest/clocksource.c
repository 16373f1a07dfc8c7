/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmm/guest/clocksource.h"

#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <time.h>

#include "tools/lib/cleanup.h"
#include "tools/lib/file.h"
#include "vmm/guest/clock.h"

#define CURRENT                                                                \
	"/sys/devices/system/clocksource/clocksource0/current_clocksource"
#define WAIT_NS (3 * NS_PER_SEC)

static bool is_early(void)
{
	auto_free char *name = NULL;

	return file_read_at(AT_FDCWD, CURRENT, /* max */ 64, &name) >= 0 &&
	       strcmp(name, "tsc-early\n") == 0;
}

void clocksource_wait(void)
{
	uint64_t deadline = clock_now_ns() + WAIT_NS;
	const struct timespec pause = { .tv_nsec = 20 * NS_PER_MS };

	while (is_early() && clock_now_ns() < deadline)
		(void)clock_nanosleep(CLOCK_MONOTONIC, 0, &pause, NULL);
}
