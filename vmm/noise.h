/* SPDX-License-Identifier: GPL-2.0-or-later */
/* noise.h - how much the host withheld from the CPUs of a guest. */
#pragma once

#include <stdint.h>
#include <sys/types.h>

#define NOISE_INTERVAL_S 0.2

/**
 * struct noise - sums over QEMU's CPU threads, as last seen
 * @run_ns:  time on a CPU of the host
 * @wait_ns: time that they were runnable and waited for one
 * @worst_wait_ns: the thread that waited longest
 *
 * Source: Linux Documentation/scheduler/sched-stats.rst, /proc/PID/schedstat.
 */
struct noise {
	uint64_t run_ns, wait_ns, worst_wait_ns;
};

/* Read the threads named "CPU n/..." of @pid; keeps the old values when the
 * process is gone, or the kernel has no schedstat. */
void noise_sample(struct noise *n, pid_t pid);
