/* SPDX-License-Identifier: GPL-2.0-or-later */
/* turns.h - the turns of the virtual CPUs, under the virtual clock. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "tools/lib/spec/cpuset.h"
#include "vmm/guest/watch.h"

/* Do the CPUs take turns on one thread of the host? */
bool turns_are_taken(void);

/* Does this machine count instructions? Known before the job is. */
bool turns_are_counted(void);

/*
 * How long a CPU of @cpus may take from the word that wakes it up to its first
 * task: a millisecond, and where CPUs take turns as long as two turns of all.
 */
uint64_t turns_wake_ns(unsigned int cpus);

/**
 * turns_measure() - how evenly do the CPUs run?
 * @no_ports: why ports_init() failed, or NULL
 *
 * Sends the "calibration" frame. Before the job is known, so that clones have
 * the answer of their template; ports_ready() stops the timer again.
 *
 * Return: 0 or -errno and @reterr_why.
 */
int turns_measure(struct watch *w, const struct machine *m,
		  const struct why *no_ports, struct why *reterr_why);

/**
 * turns_begin() - bound the turns from now on, under the virtual clock
 *
 * @seed decides at which phase. Started anew for the job, since a timer that
 * ticks while a machine is saved would tick at another phase in its clones.
 */
void turns_begin(uint64_t seed);
