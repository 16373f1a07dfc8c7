/* SPDX-License-Identifier: GPL-2.0-or-later */
/* feeder.h - the process that keeps the watchdog device from biting. */
#pragma once

#include <stdatomic.h>
#include <stdint.h>
#include <sys/types.h>

#include "tools/lib/why.h"

/**
 * feeder_start() - feed the watchdog every 500 ms of the guest's time
 * @ret_heartbeat: the caller stores the time there while it is alive
 *
 * A process of its own, of the highest real-time priority: init may wait in the
 * kernel for threads which a bad scheduler starves, until sched_ext's own
 * watchdog (30 s) ends that scheduler, and that story must still be told. So
 * the device bites when no real-time task runs for PORTS_WATCHDOG_SECONDS (the
 * guest is dead), or when init showed no life for FEEDER_PATIENCE_NS.
 *
 * Return: 0 or -errno and @reterr_why.
 */
int feeder_start(pid_t *ret_pid, _Atomic uint64_t **ret_heartbeat,
		 struct why *reterr_why);

#define FEEDER_PATIENCE_NS (60 * UINT64_C(1000000000))
