/* SPDX-License-Identifier: GPL-2.0-or-later */
/* crew.h - a crew of workers in a unit test, on the host itself. */
#pragma once

#include "tests/unit/t.h"
#include "vmm/guest/clock.h"
#include "vmm/guest/crew.h"

#define WORKERS 8

static struct channel channel;
static struct watch watch;
static struct machine machine;
static struct worker worker[WORKERS];
static struct worker *member[WORKERS];
static uint64_t rng;
static struct crew crew;

/* @n workers that are to do @work. */
static inline void prepare(const struct work *work, size_t n)
{
	static char region[1 << 20] __attribute__((aligned(WIRE_PAGE)));

	channel = (struct channel){ 0 };
	channel_begin(&channel, (struct wire_channel *)region, sizeof(region));
	CHECK_INT(watch_init(&watch, &channel), 0);
	sched_getaffinity(0, sizeof(machine.all), &machine.all);
	crew = (struct crew){ .watch = &watch,
			      .machine = &machine,
			      .member = member,
			      .count = n,
			      .random = &rng,
			      .jitter_ns = NS_PER_MS };
	for (size_t i = 0; i < n; i++) {
		worker[i] = (struct worker){ .work = work };
		member[i] = &worker[i];
	}
	CHECK_INT(crew_prepare(worker, n, 2), 0);
	crew_team_up(worker, n);
}

/* The same, waiting for their start. */
static inline void spawn(const struct work *work, size_t n)
{
	struct why why;

	prepare(work, n);
	CHECK_INT(crew_spawn(&crew, &why), 0);
}

static inline void run_for(uint64_t ns)
{
	crew_start(&crew);
	watch_until(&watch, clock_now_ns() + ns, NULL, NULL);
	crew_stop(&crew);
}

static inline void free_all(void)
{
	crew_free(worker, crew.count);
}
