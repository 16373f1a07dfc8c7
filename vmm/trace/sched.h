/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sched.h - a trace taken apart: what the scheduler of each CPU did, in the
 * order of time. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tools/lib/why.h"
#include "vmm/trace/stream.h"

#define TRACE_CPUS_MAX	 1024
#define TRACE_COMM	 16
#define TRACE_EVENTS_MAX 2000000

enum trace_kind {
	TRACE_SWITCH,  /* @pid goes, @other comes */
	TRACE_WAKEUP,  /* @pid is woken by @other, and will be on @to */
	TRACE_MIGRATE, /* @pid moves from @from to @to */
	TRACE_LOST,    /* before this time events were lost; so many, or 0 */
};

/**
 * struct trace_event - one thing that happened
 * @at_ns:  of the guest's CLOCK_MONOTONIC
 * @number: which event of the stream
 * @cpu:    on which CPU
 * @state:  of the task that goes: R S D T t X Z P I, or "+": it could run on
 * @pid, @prio, @comm, @other, @other_prio, @other_comm: by @kind; 0 is idle
 * @count:  of TRACE_LOST
 *
 * Of a wakeup only @other's number is known. Priorities are the kernel's: 120
 * is nice 0, below 100 are real-time tasks.
 */
struct trace_event {
	uint64_t at_ns;
	uint32_t number;
	uint16_t cpu;
	uint8_t kind;
	char state;
	int32_t pid, prio, other, other_prio;
	int32_t from, to;
	uint64_t count;
	char comm[TRACE_COMM], other_comm[TRACE_COMM];
};

/**
 * struct trace_cpu - what there is of one CPU
 * @events: that were read; 0: nothing is known of it
 * @first_ns, @last_ns: of these
 */
struct trace_cpu {
	uint64_t first_ns, last_ns, events;
};

/**
 * struct trace - all events, of all CPUs
 * @cpus:     one more than the highest number of a CPU
 * @left_out: events that were too many: the oldest of CPUs that had most, with
 *	a TRACE_LOST behind them
 * @others:   events of no kind that is known
 */
struct trace {
	struct trace_event *event;
	size_t count, room;
	unsigned int cpus;
	struct trace_cpu cpu[TRACE_CPUS_MAX];
	uint64_t left_out, others;
};

/**
 * trace_read() - take a stream apart
 * @ret: always fit for trace_done()
 *
 * Return: 0; -EBADMSG with what is wrong or cut, what came before it is in
 * @ret; -ENOMEM.
 */
int trace_read(const void *data, size_t len, struct trace *ret,
	       struct why *reterr_why);

/* The same with another number than TRACE_EVENTS_MAX. */
int trace_read_most(const void *data, size_t len, uint64_t most,
		    struct trace *ret, struct why *reterr_why);
void trace_done(struct trace *t);
