/* SPDX-License-Identifier: GPL-2.0-or-later */
/* stats-windows.h - what was seen of a cgroup's workers from outside. */
#pragma once

#include "vmm/facts.h"

/**
 * struct windows_seen - of a cgroup, or of all workers; see
 * vmm/guest/windows.h
 * @standstill_ns: longest time without work done of one that wanted to run
 * @idle_wait_ns, @idle_cpu: longest time that a CPU was idle while a worker
 *	 that may use it waited, and which; -1: none
 * @idle_of_ns: that is the sum of many waits in so long a time; 0: of one
 * @shared_ns: longest time of a second that a worker shared its core while
 *	 another was idle; -1 also where no core has two threads
 * @shared_cpu, @idle_core_cpu: the lowest CPUs of the two; -1: none
 *
 * The first two times are -1 where no worker was looked at: programs (exec)
 *count no work, and their processes are not known.
 */
struct windows_seen {
	double standstill_ns, idle_wait_ns, idle_of_ns;
	int idle_cpu;
	double shared_ns;
	int shared_cpu, idle_core_cpu;
};

/* Of the workers in @cgroup, or of all when it is NULL. */
void windows_seen_of(const struct facts *f, const char *cgroup,
		     struct windows_seen *ret);
