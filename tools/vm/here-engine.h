/* SPDX-License-Identifier: GPL-2.0-or-later */
/* here-engine.h - the guest's engine, run as a process of the host. */
#pragma once

#include "tools/vm/launch.h"
#include "tools/vm/variant.h"

/**
 * struct here_job - what it is to do
 * @init:   path of ktstr-init
 * @cgroup: of struct here_guard
 * @ext:    plain workers are to be of policy SCHED_EXT
 */
struct here_job {
	const char *init, *cgroup;
	const struct variant *variant;
	uint64_t seed;
	bool ext;
	unsigned int timeout_s;
};

/* Run it and wait for it: @o->machine, channel and facts. It dies with us. */
void here_engine(const struct here_job *job, struct outcome *o);
