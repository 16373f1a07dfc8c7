/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * windows.h - what is seen of workers from outside, at regular times.
 *
 * A worker's own report tells of what it noticed when it ran. Two things are
 * only seen from outside: that it gets nothing done for a while, and that it
 * waits for a CPU while one that it may use is idle.
 *
 * A look costs a few loads for each worker. The kernel is asked only about
 * workers that have not run since the look before.
 */
#pragma once

#include <sched.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "vmm/guest/worker.h"

#define WINDOWS_NS (100 * UINT64_C(1000000)) /* between two looks */

struct worker;

/**
 * struct worker_window - what was seen of one worker
 * @units, @since_ns: work done, and since when no more
 * @was_away: it did not want to run at the look before
 * @standstill_ns: the longest time without work done though it wanted to run;
 *	 up to two windows too short
 *
 * @waits: it waits for a CPU since @from_ns, all the time: then it had had
 *	 @sched of CPU time and slices, could use @allowed, and CPUs had been
 *	 idle for @idle ticks
 * @idle_wait_ns: the longest time that a CPU was idle during such a wait; up
 *	 to two windows and a tick too short
 * @idle_wait_cpu, @idle_wait_at_ns: which, and when that was seen; -1: none
 */
struct worker_window {
	uint64_t units, since_ns, standstill_ns;
	bool was_away, waits;
	uint64_t from_ns, idle_wait_ns, idle_wait_at_ns;
	struct worker_sched sched;
	cpu_set_t allowed;
	uint64_t *idle;
	int idle_wait_cpu;
};

/**
 * struct windows - the looks of one scenario
 * @worker, @count: at whom
 * @limited: has the worker's cgroup, or one above, a limit of CPU time? It may
 *	 wait by the test's will then.
 * @cpus:    one more than the highest number of a CPU
 * @idle, @before: idle time of CPUs in ticks, by number, at this look and the
 *	 one before, if @has_idle and @had_idle
 * @looked_ns: when the look before was
 */
struct windows {
	struct worker *worker;
	size_t count;
	bool (*limited)(const struct worker *w, const void *arg);
	const void *limited_arg;
	unsigned int cpus;
	uint64_t *idle, *before;
	bool has_idle, had_idle;
	uint64_t looked_ns;
};

/* Memory for looks at @count workers on CPUs below @cpus. Return: 0 or -ENOMEM;
 * windows_free() is needed in each case. */
int windows_prepare(struct windows *s, struct worker *worker, size_t count,
		    unsigned int cpus);
void windows_free(struct windows *s);

/* One look. */
void windows_look(struct windows *s);

/* Idle times of CPUs below @cpus from the text of /proc/stat, in ticks; one
 * that is off line keeps what @ret has. */
void windows_read_idle(const char *stat, unsigned int cpus, uint64_t *ret);
