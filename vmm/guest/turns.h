/* SPDX-License-Identifier: GPL-2.0-or-later */
/* turns.h - keep virtual CPUs alive beside programs that never pause. */
#pragma once

#include <sched.h>

#include "tools/lib/why.h"

/**
 * turns_protect() - give each CPU a timer of the kernel's own, every 500 us
 *
 * Under -icount a CPU that only spins can take each turn of its neighbour (see
 * doc/architecture.md). A timer that the spinning CPU's kernel sets anew is
 * what makes QEMU go on to the next. Measured with two CPUs, the first spinning
 * without a pause: the second slept 1 s instead of 10 ms; with this 24 ms. Our
 * own workers pause and do without, since it costs evenness (36 permille
 * between equal CPUs instead of 5).
 *
 * The timers are perf events that count nothing; they live as long as init.
 *
 * Return: 0 or -errno and @reterr_why.
 */
int turns_protect(const cpu_set_t *cpus, struct why *reterr_why);
