/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plan-text.h - a plan as text, for who watches inside of the guest.
 *
 *	pid-at OFFSET
 *	function NAME AT ARGS CONTEXT RETURNS MEMBER TASK
 *	piece ARG AT SIZE HOP
 *	trigger NUMBER KIND
 *
 * Functions in the order of their numbers, each with its pieces behind it;
 * numbers are decimal, MEMBER, TASK and HOP "-" where there is none. pid-at is
 * the first line, the trigger's the last.
 */
#pragma once

#include "tools/lib/why.h"
#include "vmm/repro/record.h"

#define REPRO_NONE 0xffffffffu

/**
 * struct repro_watch - what repro_plan_read() has read
 * @trigger_kind: which argument of the trigger is the enum scx_exit_kind
 * @pid_at: bytes from the begin of struct task_struct
 * @member: of the scheduler's programs: bytes from the begin of struct
 *	sched_ext_ops; of others REPRO_NONE
 * @task:   the first argument that points to a task, or REPRO_NONE
 */
struct repro_watch {
	unsigned int count, trigger, trigger_kind;
	uint32_t pid_at;
	struct repro_function function[REPRO_FUNCTIONS_MAX];
	char name[REPRO_FUNCTIONS_MAX][64];
	uint32_t member[REPRO_FUNCTIONS_MAX], task[REPRO_FUNCTIONS_MAX];
};

/* Return: 0, or -EINVAL with the line that is wrong, or with what is missing.
 */
int repro_plan_read(const char *text, struct repro_watch *ret,
		    struct why *reterr_why);
