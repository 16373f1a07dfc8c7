/* SPDX-License-Identifier: GPL-2.0-or-later */
/* trace-tasks.h - rows of a trace: who is on each CPU, and each task. */
#pragma once

#include <jansson.h>

#include "tools/vm/trace-out.h"
#include "vmm/trace/sched.h"

/**
 * struct trace_tally - what was seen on the way
 * @switches, @wakeups, @migrations: events
 * @odd: a task went that was not there: events are missing, and nobody said so
 * @holes: places where the kernel said that events are missing
 * @rowless: tasks that have no row, there are so many
 */
struct trace_tally {
	uint64_t switches, wakeups, migrations, odd, holes, rowless;
};

/**
 * trace_tasks_write() - rows of CPUs, of workers, of other tasks
 * @tasks: frames "task": which process is which worker
 * @begin_ns, @end_ns: in between events were kept
 *
 * Return: 0 or -ENOMEM.
 */
int trace_tasks_write(struct trace_out *o, const struct trace *t,
		      const json_t *tasks, uint64_t begin_ns, uint64_t end_ns,
		      struct trace_tally *ret);
