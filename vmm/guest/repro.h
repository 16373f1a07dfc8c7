/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * repro.h - BPF programs of ours watch the functions of a plan.
 *
 * In a run that plays a failure again, under the real clock. Kernel functions
 * are watched from before the scheduler is loaded. Its own programs are watched
 * from when its program hands them to the kernel, which the process that
 * follows it (trace.h) sees: before the kernel calls any of them. What cannot
 * be watched is told, and is no failure.
 */
#pragma once

#include <sys/types.h>

#include "vmm/guest/repro-ops.h"
#include "vmm/guest/watch.h"
#include "vmm/repro/plan-text.h"

struct repro_bpf;

/* The functions of a plan may be attached once for each scheduler that is
 * loaded: some load another one when their first was refused. */
#define REPRO_LINKS_MAX (8 * REPRO_FUNCTIONS_MAX)

/* A program is verified anew for each function, while the scheduler's waits:
 * 10 ms each, measured under TCG, 80 on a busy host. */
#define REPRO_ATTACH_NS (20 * UINT64_C(1000000000))

/**
 * struct repro - the plan, and who watches
 * @begun: all of this is there; else nothing is
 * @bpf:   programs and maps
 * @ops:   by which a map of the scheduler's programs is known
 * @link, @link_count: attachments, descriptors: they end with them
 * @tell, @hear: a socket; the process that follows the scheduler's program
 *	   sends what it attached
 * @is_told: bit N: a frame told that function N is watched, or why not; or
 *	   there is none
 */
struct repro {
	bool begun;
	struct channel *channel;
	struct repro_watch plan;
	struct repro_bpf *bpf;
	struct repro_ops ops;
	int link[REPRO_LINKS_MAX];
	unsigned int link_count;
	int tell, hear;
	uint64_t is_told;
};

/**
 * repro_begin() - load what watches, and attach it to kernel functions
 * @plan: text of repro_plan_write(); NULL: nothing is to be watched
 *
 * Sends "watched" or "not-watched" for each of them.
 *
 * Return: 0, also where this kernel cannot do that; or -errno and @reterr_why:
 * the plan cannot be read, or the channel not be written to.
 */
int repro_begin(struct repro *r, struct watch *w, const char *plan,
		struct why *reterr_why);

/* In the process that follows the scheduler's program: @pid is about to call
 * bpf(BPF_MAP_UPDATE_ELEM) with the argument at @attr_at. */
void repro_look(const struct repro *r, pid_t pid, uint64_t attr_at);

/* In init: what that process attached is ours from here on; sends frames as
 * repro_begin() does. */
void repro_hear(struct repro *r);

/* Nothing is recorded any more, and all records are sent. */
void repro_end(struct repro *r);
