/* SPDX-License-Identifier: GPL-2.0-or-later */
/* engine.h - what the engine itself takes of the CPUs that it tests. */
#pragma once

#include "vmm/guest/watch.h"

/**
 * struct engine_use - a time, and the CPU time of the engine by then
 *
 * The engine is this process and the watchdog's feeder; workers and programs of
 * the job are not of it.
 */
struct engine_use {
	uint64_t at_ns, cpu_ns;
};

struct engine_use engine_use(const struct watch *w);

/* Send the "engine" frame: its use from @since until now. */
int engine_send(struct watch *w, const struct engine_use *since);
