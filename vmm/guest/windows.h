/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * windows.h - what is seen of workers from outside, at regular times.
 *
 * A worker's own report tells of what it noticed when it ran. Two things are
 * only seen from outside: that it gets nothing done for a while, and that it
 * waits for a CPU while one that it may use is idle.
 *
 * A look costs a few loads for each worker. The kernel is asked only about
 * workers that have not run since the look before; of waits that are shorter
 * than that it is asked about WINDOWS_ASKED of them, once in a second.
 */
#pragma once

#include <sched.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "vmm/guest/shared-cores.h"
#include "vmm/guest/windows-idle.h"
#include "vmm/guest/worker.h"

#define WINDOWS_NS	(100 * UINT64_C(1000000))    /* between two looks */
#define WINDOWS_LOOKS	10			     /* in a second */
#define WINDOWS_SPAN_NS (WINDOWS_LOOKS * WINDOWS_NS) /* of sums */
/* Short tests are left alone: what begins costs as much as ten more looks. */
#define WINDOWS_FIRST 3	 /* look at which the first span begins */
#define WINDOWS_ASKED 32 /* one costs 15000 instructions */

struct worker;

/**
 * struct worker_span - one worker from the begin of a span of sums on
 * @begun: it is judged when the span ends; @known: by how it ran and waited,
 *too
 * @epoch, @frozen_ns: of its segments, and its frozen time: a worker that was
 *	   frozen, or whose CPUs changed, is not judged
 * @pending_ns: it may have waited for so long when the span began; the kernel
 *	   adds a wait to the sum when it ends
 * @sched: it had run and waited so much
 * @now, @answered, @asked_at: the same at that look, if the kernel told
 * @waits_ns: it may have waited for so long just before it was asked: a wait
 *	   that ended in between would count as one of the span
 * @sum:   the span's, when it ends
 * @cpu, @migrations: where it was, and how often it had moved
 */
struct worker_span {
	bool begun, known, answered;
	uint64_t epoch, frozen_ns, pending_ns, waits_ns, asked_at;
	struct worker_sched sched, now;
	struct short_waits sum;
	unsigned int cpu;
	uint64_t migrations;
};

/**
 * struct worker_cores - one worker, where a test asks for shared cores: from
 * the begin of a short span on
 * @begun: where it was and what it had run then are known
 * @epoch, @frozen_ns, @migrations: as in struct worker_span: who was frozen, or
 *	   moved, is not judged
 * @cpu, @sched: where it was, and what it had run
 * @sharer: what it ran in the span, when that ends, and what it shared in this
 *	   second
 */
struct worker_cores {
	bool begun;
	uint64_t epoch, frozen_ns, migrations;
	unsigned int cpu;
	struct worker_sched sched;
	struct core_sharer sharer;
};

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
 * @idle_wait_of_ns: it was seen by sums of a span that lasted so long; 0: it
 *was one wait
 * @has_siblings: there are cores with several threads, and they were looked at
 * @core_shared_ns: the longest time, in one second, that it shared a core with
 *	 another worker while another core, which one of the two could use, was
 *	 idle. Where nobody asks, only one that did not move in it is seen.
 * @core_shared_cpu, @core_idle_cpu: the lowest CPU of each; valid if not 0
 */
struct worker_window {
	uint64_t units, since_ns, standstill_ns;
	bool was_away, waits;
	uint64_t from_ns, idle_wait_ns, idle_wait_at_ns, idle_wait_of_ns;
	struct worker_sched sched;
	cpu_set_t allowed;
	uint64_t *idle;
	int idle_wait_cpu;
	bool has_siblings;
	uint64_t core_shared_ns;
	unsigned int core_shared_cpu, core_idle_cpu;
	struct worker_span span;
	struct worker_cores cores;
};

/**
 * struct windows_cores - the looks at cores that workers share
 * @wanted: the test has a limit
 * @begun:  a span has, at @from_ns, when CPUs had been @idle, in ticks
 * @look:   number of this look, from 1
 * @next:   the first worker that the kernel is asked about in the next second
 */
struct windows_cores {
	bool wanted, begun;
	uint64_t from_ns, *idle, look;
	size_t next;
};

/**
 * struct windows - the looks of one scenario
 * @worker, @count: at whom
 * @limited: has the worker's cgroup, or one above, a limit of CPU time, or had
 *	 it one? It may wait by the test's will then.
 * @cpus:    one more than the highest number of a CPU
 * @core, @core_count: CPUs of the cores; none: nobody asks
 * @times:   what the kernel tells of CPUs' idle times
 * @idle, @before: idle time of CPUs in ticks, by number, at this look and the
 *	 one before, if @has_idle and @had_idle
 * @looked_ns: when the look before was
 * @wake_ns: how long a CPU that is idle may take to wake up
 * @span_ns: when the span of sums began; 0: none has
 * @span_idle: idle times of then, in ticks
 * @look:    number of this look at sums, from 1
 * @next:    the first worker that the kernel is asked about in the next span
 * @sum: room for one pointer for each worker
 * @cores: who shared a core
 */
struct windows {
	struct worker *worker;
	size_t count;
	bool (*limited)(const struct worker *w, const void *arg);
	const void *limited_arg;
	unsigned int cpus;
	const cpu_set_t *core;
	unsigned int core_count;
	struct idle_times times;
	uint64_t *idle, *before;
	bool has_idle, had_idle;
	uint64_t looked_ns, wake_ns, span_ns;
	uint64_t *span_idle, look;
	size_t next;
	struct short_waits **sum;
	struct windows_cores cores;
};

/* Memory for looks at @count workers on CPUs below @cpus. Return: 0 or -ENOMEM;
 * windows_free() is needed in each case. */
int windows_prepare(struct windows *s, struct worker *worker, size_t count,
		    unsigned int cpus);
void windows_free(struct windows *s);

/* One look. */
void windows_look(struct windows *s);

/* The last look: the span ends, however long it was. */
void windows_end(struct windows *s);

/* Read the idle times of now, once for each look. False: they cannot be read.
 */
bool windows_see_idle(struct windows *s);

/* A look at the sums: a span begins, or ends, at last at the @last look. */
void windows_sum_up(struct windows *s, bool last);

/* A look at cores that workers share, where that is wanted. */
void windows_see_cores(struct windows *s, bool last);

/* Does a scheduler decide, now, when and where @w runs? */
bool windows_judge(const struct windows *s, const struct worker *w);

/* What @w has run and waited so far. */
bool windows_read_sched(const struct worker *w, struct worker_sched *ret);
