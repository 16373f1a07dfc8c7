/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * repro-slots.h - memory that init has with its BPF programs: what to watch,
 * and what was seen.
 *
 * A failure is at the end, so the newest records stay. A ring buffer of BPF
 * would keep the oldest, unless somebody reads all the time, who would be one
 * more task under the scheduler. So records lie in two arrays: one for all, in
 * the order of their numbers, and one with the newest few of each task. Of a
 * stall the calls that matter came seconds before it, and others since.
 */
#pragma once

#include "vmm/repro/record.h"

/* Powers of two. A task has those slots that the low bits of its pid say. */
#define REPRO_SLOTS	 8192
#define REPRO_TASKS	 512
#define REPRO_TASK_SLOTS 32

#define REPRO_NO_ARG 0xffffffffU

/**
 * struct repro_slot - a record, and whether it is whole
 * @begin, @end: its number, from 1, set before and after the rest; they differ
 *	  while it is written, or where two CPUs wrote at once
 * @slack: pieces may end here as far as the verifier knows
 */
struct repro_slot {
	struct repro_record record;
	uint64_t begin, end;
	uint8_t slack[48];
};

/**
 * struct repro_target - a function of the plan
 * @task: which argument is a task, or REPRO_NO_ARG
 * @exit_kind: of the trigger, which argument is enum scx_exit_kind; else
 *	  REPRO_NO_ARG
 */
struct repro_target {
	struct repro_function function;
	uint32_t task, exit_kind;
};

/**
 * struct repro_control - one for all programs
 * @next:    how many records were begun
 * @pid_at:  where a task's pid is in struct task_struct
 * @stopped: nothing is recorded any more
 * @triggered: the failure is what stopped it
 * @count:   for each group of task slots, how many records were begun
 */
struct repro_control {
	uint64_t next;
	uint32_t pid_at, stopped, triggered, unused;
	uint32_t count[REPRO_TASKS];
};
