/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * afterwards.h - do tasks that a scheduler has run on when it is unloaded?
 *
 * Some begin under the scheduler, outlive it, and must get work done after
 * that. They sleep most of the time, so that they do not keep the scheduler's
 * program from its end.
 */
#pragma once

#include "vmm/guest/crew.h"

#define AFTERWARDS_TASKS_MAX 8
#define AFTERWARDS_LIMIT_NS  (1000 * UINT64_C(1000000))

struct afterwards {
	struct work work;
	struct worker worker[AFTERWARDS_TASKS_MAX];
	struct worker *member[AFTERWARDS_TASKS_MAX];
	uint64_t units[AFTERWARDS_TASKS_MAX];
	uint64_t random;
	struct crew crew;
	bool running;
};

/**
 * afterwards_begin() - start the tasks, one for each CPU of @m, but no more
 * than AFTERWARDS_TASKS_MAX
 * @ext: they take policy SCHED_EXT
 *
 * If they cannot be started nothing is looked at, and no frame is sent.
 */
void afterwards_begin(struct afterwards *a, struct watch *w,
		      const struct machine *m, bool ext);

/* The scheduler is unloaded. Waits until each has done something since, or for
 * the limit, sends "afterwards" with tasks, stuck, limit_ns, and ends them. */
void afterwards_end(struct afterwards *a);
