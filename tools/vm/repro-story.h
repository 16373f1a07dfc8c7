/* SPDX-License-Identifier: GPL-2.0-or-later */
/* repro-story.h - two runs of a variant whose scheduler failed, compared and
 * told. */
#pragma once

#include "tools/vm/judge-exit.h"
#include "vmm/repro/plan.h"

enum repro_status { REPRO_SAME, REPRO_OTHER, REPRO_PASSED, REPRO_NOT_RUN };

/**
 * struct repro_run - one of the two
 * @facts, @class, @exit: what it sent, and why the kernel took the scheduler
 * out
 */
struct repro_run {
	const struct facts *facts;
	const char *class;
	struct sched_exit exit;
};

/**
 * struct repro_task - who failed
 * @name: "NAME[PID]", or "" if nobody is known
 */
struct repro_task {
	char name[48];
	uint32_t pid;
};

/**
 * struct repro_story - all that is told
 * @plan, @record: what was watched, and @count records of it in order of time
 * @lost:  records that there was no room for
 * @first, @second: the two runs
 * @status, @why: how the second compares, and the first difference
 * @how:   who watched, a line
 * @way:   the first run's backtrace with source lines; or why there are none
 * @trigger: the record of the failure, or NULL
 */
struct repro_story {
	const struct repro_plan *plan;
	const struct repro_record *record;
	size_t count;
	uint64_t lost;
	struct repro_run first, second;
	enum repro_status status;
	char why[400], how[200];
	struct str way;
	const struct repro_record *trigger;
	struct repro_task task;
};

/* "same", "other", ... */
const char *repro_status_name(enum repro_status s);

void repro_read_run(const struct facts *f, const char *class,
		    struct repro_run *ret);

/* When the kernel said that it took the scheduler out, ns of its log. */
uint64_t repro_exit_ns(const struct repro_run *r);

/* Message @i behind the words of the failure, where its backtrace is; "" behind
 * the last. */
const char *repro_line_behind(const struct repro_run *r, size_t i);

/**
 * repro_compare() - is the second run the first one?
 * @exact: under the virtual clock: the same words at the same nanosecond, from
 *	   the same functions. Else numbers may differ, and so may times and the
 *	   way
 *
 * Sets @s->status and @s->why.
 */
void repro_compare(struct repro_story *s, bool exact);

/* Who failed: the task that the kernel's message names, else the one that ran
 * when it was noted. Sets @s->trigger and @s->task. */
void repro_find_task(struct repro_story *s);

/* How long a task had waited when it was found, ns; 0: this is no stall. */
uint64_t repro_waited_ns(const struct repro_run *r);
