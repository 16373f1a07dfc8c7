/* SPDX-License-Identifier: GPL-2.0-or-later */
/* feeder.h - the process that keeps the watchdog device from biting. */
#pragma once

#include <stdatomic.h>
#include <stdint.h>
#include <sys/types.h>

#include "tools/lib/why.h"

/**
 * struct feeder_page - what the feeder knows of init, in memory they share
 * @heartbeat: when init was last seen alive
 * @late_at:   when its phase is late; 0: never
 * @phase, @limit_ns: for the message about it
 *
 * All times of CLOCK_MONOTONIC.
 */
struct feeder_page {
	_Atomic uint64_t heartbeat, late_at, limit_ns;
	_Atomic unsigned int phase;
};

/**
 * feeder_start() - feed the watchdog every 500 ms of the guest's time
 * @cpus: of the machine
 * @patience_s: how long the device waits for food
 * @ret:  the caller stores the time there while it is alive
 *
 * A process of its own, of the highest real-time priority: init may wait in the
 * kernel for threads which a bad scheduler starves, until sched_ext's own
 * watchdog (30 s) ends that scheduler, and that story must still be told. So
 * the device bites when no real-time task runs for @patience_s (the guest is
 * dead), or when init showed no life for FEEDER_PATIENCE_NS, or did
 * not end a phase FEEDER_GRACE_NS after its limit; CONSOLE_LATE is then on the
 * console.
 *
 * It visits each CPU once in FEEDER_ROUND_NS, so that one CPU that is dead, its
 * interrupts off, is enough.
 *
 * Return: 0 or -errno and @reterr_why.
 */
int feeder_start(unsigned int cpus, unsigned int patience_s, pid_t *ret_pid,
		 struct feeder_page **ret, struct why *reterr_why);

#define FEEDER_PATIENCE_NS (60 * UINT64_C(1000000000))
#define FEEDER_GRACE_NS	   (5 * UINT64_C(1000000000))
#define FEEDER_ROUND_NS	   (4 * UINT64_C(1000000000))
