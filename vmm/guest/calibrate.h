/* SPDX-License-Identifier: GPL-2.0-or-later */
/* calibrate.h - how evenly do this machine's CPUs run? */
#pragma once

#include "tools/lib/spec/cpuset.h"
#include "vmm/guest/watch.h"

/*
 * 100 ms for each CPU, at least 400: so each has 800 turns, of which some are
 * cut short by other timers and some go to the kernel. Wider machines, whose
 * timing nobody judges, only show what they are like.
 */
#define CALIBRATE_EACH_NS  (100 * UINT64_C(1000000))
#define CALIBRATE_LEAST_NS (400 * UINT64_C(1000000))
#define CALIBRATE_CPUS_MAX 32

/**
 * calibrate() - one pinned spinning worker on each CPU, nothing else
 * @turn_timer: what bounds the turns of the virtual CPUs, for the frame
 *
 * Where nothing competes, every gap and every difference is the machine's own:
 * timing checks cannot be finer than that. Sends the "calibration" frame.
 *
 * Return: 0 or -errno and @reterr_why.
 */
int calibrate(struct watch *w, const struct machine *m, const char *turn_timer,
	      struct why *reterr_why);

/* The frame of a machine that was not calibrated. */
void calibrate_skipped(struct watch *w, const char *turn_timer);
