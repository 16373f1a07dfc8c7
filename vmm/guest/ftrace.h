/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ftrace.h - who ran where and when, as the kernel writes it down itself.
 *
 * The kernel's own event tracing (tracefs) keeps scheduling events in memory
 * while the test runs; they are read and sent when it is over. Nothing of this
 * is touched when no trace is asked for.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "tools/lib/spec/cpuset.h"
#include "tools/lib/why.h"
#include "vmm/guest/watch.h"

struct crew;

/**
 * struct ftrace - a trace that is kept
 * @dir:     folder of tracefs
 * @begin_ns, @begun: since when it is kept
 */
struct ftrace {
	struct channel *channel;
	cpu_set_t cpus;
	int dir;
	uint64_t buffer_kib, begin_ns;
	bool begun;
};

/**
 * ftrace_begin() - events are kept from here on, and @w knows
 * @buffer_kib: for each CPU; when it is full the oldest events go. 0: no trace,
 *		nothing is done
 *
 * Return: 0; -ENOSYS when this kernel traces no scheduling, -ENOSPC when it has
 * no room, -errno; and @reterr_why.
 */
int ftrace_begin(struct ftrace *t, struct watch *w, const cpu_set_t *cpus,
		 uint64_t buffer_kib, struct why *reterr_why);

/* Workers were forked: tell which processes they are. */
void ftrace_crew(struct ftrace *t, const struct crew *crew);

/* Keep no more, send all there is, and a frame that tells of it; once. */
void ftrace_end(struct ftrace *t);
