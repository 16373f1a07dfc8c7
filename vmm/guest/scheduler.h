/* SPDX-License-Identifier: GPL-2.0-or-later */
/* scheduler.h - load the scheduler under test, watch it, unload it. */
#pragma once

#include "tools/lib/spec/cpuset.h"
#include "vmm/guest/child.h"
#include "vmm/guest/job.h"
#include "vmm/guest/scx.h"
#include "vmm/guest/watch.h"

/* Least life of a scheduler; from SIGINT to its end; to "disabled". */
#define SCHEDULER_LIVES_NS  (1000 * UINT64_C(1000000))
#define SCHEDULER_END_NS    (5000 * UINT64_C(1000000))
#define SCHEDULER_UNLOAD_NS (2000 * UINT64_C(1000000))

/**
 * struct scheduler - the one under test
 * @child:    its process
 * @attached: what the kernel said when it was in charge
 * @told:     a frame said that it ended or lost its charge
 */
struct scheduler {
	struct watch *watch;
	struct child child;
	struct scx attached;
	bool told;
};

/**
 * scheduler_start() - load it and wait until it is in charge
 *
 * Sends "started", then "attached", "not-attached" or "exited". From "attached"
 * on the watch tells when it is lost.
 *
 * Return: 0, 1 when it did not attach (a frame said why), -ENOSYS when this
 * kernel loads no schedulers, or -errno; and @reterr_why.
 */
int scheduler_start(struct scheduler *s, struct watch *w, const struct job *job,
		    struct why *reterr_why);

/**
 * scheduler_stop() - is it still in charge? then end it and see it unloaded
 *
 * Where it is, tasks that it had are seen to run on without it.
 *
 * Sends "stopped" with status, killed, unload_ok, or what it sent before;
 * rejected and bypasses are those up to its end.
 */
void scheduler_stop(struct scheduler *s, const struct machine *m);
