/* SPDX-License-Identifier: GPL-2.0-or-later */
/* noise.h - how much the host withheld from the CPUs of a guest. */
#pragma once

#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* Between two samples; what happens after the last one is not seen. */
#define NOISE_INTERVAL_S 0.1
/* QEMU has no more CPUs than this. */
#define NOISE_VCPUS_MAX 512

/**
 * struct noise_vcpu - one of QEMU's CPU threads
 * @run_ns:  time on a CPU of the host
 * @wait_ns: time that it was runnable and waited for one
 *
 * Source: Linux Documentation/scheduler/sched-stats.rst, /proc/PID/schedstat.
 */
struct noise_vcpu {
	pid_t tid;
	uint64_t run_ns, wait_ns;
};

/**
 * struct noise - from the start of the guest's work to the last sample
 * @count:  CPUs' threads that were seen; 0: the host does not tell
 * @one_thread: there is but one, for all of them
 * @wall_ns: length of that time
 * @steal_ns: of the host's CPU that lost most of it to a hypervisor below,
 *	    among those where the threads may run (proc(5), /proc/stat). -1: the
 *	    host does not tell
 * @pressure_ns: time in which something on the host waited for a CPU (Linux
 *	    Documentation/accounting/psi.rst). -1: the host does not tell
 *
 * @pause_ns: longest time between two samples: who takes them was stopped, and
 *	    the machine with it
 *
 * Start with all of it 0. What begins with "first_" is where counting began:
 * with the first sample, and again with the first one of a guest that is ready.
 */
struct noise {
	unsigned int count;
	struct noise_vcpu vcpu[NOISE_VCPUS_MAX], first_vcpu[NOISE_VCPUS_MAX];
	uint64_t wall_ns, first_wall_ns, pause_ns;
	int64_t steal_ns, pressure_ns, first_pressure_ns;
	uint64_t first_steal_ns[CPU_SETSIZE];
	cpu_set_t cpus;
	bool has_first, is_ready, one_thread;
};

/**
 * noise_sample() - read the threads "CPU n/..." or "ALL CPUs/..." of QEMU
 * @ready: its boot is over; what it waited before does not count
 *
 * Keeps the old values when the process is gone.
 */
void noise_sample(struct noise *n, pid_t pid, bool ready);

/* Sums over the guest's CPUs, and the one that waited longest (a guest without
 * any: 0). */
struct noise_sum {
	uint64_t run_ns, wait_ns, worst_wait_ns;
	unsigned int worst_vcpu;
};
struct noise_sum noise_sum(const struct noise *n);
