/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * stops.h - watch functions of a machine through QEMU's gdb stub.
 *
 * Under the virtual clock a stop takes none of the guest's time, so what is
 * watched is the same run. It takes the host's, so functions are watched in
 * windows of the guest's time only: before the first of them the machine stops
 * once in each jiffy, which tells the time. A scheduler's programs are found
 * where it is loaded: the kernel has a pointer to each in its struct
 * sched_ext_ops, to code that is called as any function is.
 */
#pragma once

#include "vmm/gdb/stub.h"
#include "vmm/machine.h"
#include "vmm/repro/places.h"
#include "vmm/repro/plan.h"

#define REPRO_STOPS_MAX	  20000
#define REPRO_WINDOWS_MAX 2
#define REPRO_CPUS_MAX	  512

/* From when to when functions are watched, ns of the guest's CLOCK_MONOTONIC.
 */
struct repro_window {
	uint64_t from_ns, to_ns;
};

/**
 * struct repro_passage - a CPU that goes past a breakpoint
 * @thread: its name in the stub, while it does a step; else ""
 * @pc, @sp: where it stood; the step may have been an interrupt's: when that
 *	returns the CPU stands there again, and it is the same call. 0: no such
 * @offset: of the CPU's part of variables that each has
 */
struct repro_passage {
	char thread[32];
	uint64_t pc, sp, offset;
};

/**
 * struct repro_stops - a machine that is watched
 * @plan, @places: of its kernel
 * @window:     @windows of them, in order
 * @connection: for machine_config.debug
 * @at:         where functions begin; of programs 0 while they are not loaded
 * @is_set:     a breakpoint is there
 * @ticks, @loads: a breakpoint is at @places.jiffy, at @places.load
 * @cpu:        each CPU's way past a breakpoint
 * @record:     @count of them, in the order of time
 * @stops:      of the machine so far: @jiffies of them told the time alone;
 *		@again came back from an interrupt
 * @triggered:  the scheduler has failed: nothing is watched any more
 * @full:       there were too many stops: the trigger alone is watched
 * @first_ns, @last_ns: the first and the last record's time
 * @seconds:    of the host's time that stops took
 * @error, @why: what ended the watching early, or 0
 */
struct repro_stops {
	const struct repro_plan *plan;
	struct repro_places places;
	struct repro_window window[REPRO_WINDOWS_MAX];
	unsigned int windows;
	struct machine_debug connection;
	struct gdb_remote remote;
	uint64_t at[REPRO_FUNCTIONS_MAX];
	bool is_set[REPRO_FUNCTIONS_MAX], ticks, loads, triggered, full;
	struct repro_passage cpu[REPRO_CPUS_MAX];
	struct repro_record *record;
	size_t count, room;
	unsigned int stops, jiffies, again;
	double seconds;
	int error;
	struct why why;
};

/**
 * repro_stops_begin() - before the machine starts
 * @plan:   outlives the watcher
 * @ret:    repro_stops_done() frees it, also after an error
 *
 * The windows are the caller's to set. The watcher never gives a machine up
 * with an error: it ends it, and @ret->error says why.
 *
 * Return: 0 or -errno.
 */
int repro_stops_begin(struct repro_stops *ret, const struct repro_plan *plan,
		      const struct repro_places *places,
		      struct why *reterr_why);
void repro_stops_done(struct repro_stops *s);
