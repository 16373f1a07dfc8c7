/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plan.h - which functions are watched, and what of their arguments is kept.
 *
 * Made by the host from a kernel's BTF (libbpf): for each function its
 * arguments, and for those that point to a structure the pieces of it that are
 * worth keeping. What record.h has in numbers has its words here.
 */
#pragma once

#include <stdbool.h>

#include "tools/lib/str.h"
#include "tools/lib/why.h"
#include "vmm/repro/plan-text.h"

struct btf;

/**
 * struct repro_value - what a number in a record is
 * @name: of an argument, or of a piece as "p->scx.slice"
 * @type: its number in BTF; 0: not known
 * @form: how it is told where the type alone does not say
 */
struct repro_value {
	char name[56];
	uint32_t type;
	enum repro_form {
		FORM_TYPE,
		FORM_DSQ,	/* a dispatch queue's number */
		FORM_CPUMASK,	/* bits, one for each CPU */
		FORM_ENQ_FLAGS, /* SCX_ENQ_* */
		FORM_DEQ_FLAGS,
		FORM_WAKE_FLAGS,
		FORM_TASK_FLAGS, /* SCX_TASK_* */
		FORM_TEXT,
	} form;
};

/**
 * struct repro_named - the words of a function
 * @name: of the kernel's symbol; of a scheduler's program "ops.enqueue"
 * @source: file and line, or ""
 * @is_member: it is a program of the scheduler: @member bytes behind the begin
 *	of struct sched_ext_ops
 * @in_chain: the first run's backtrace has it
 * @task: the first argument that points to a task, or REPRO_NONE
 * @arg, @piece: as in struct repro_function
 */
struct repro_named {
	char name[64], source[96];
	bool is_member, in_chain;
	uint32_t member, task, result_type;
	struct repro_value arg[REPRO_ARGS], piece[REPRO_PIECES_MAX];
};

/**
 * struct repro_plan - @count functions
 * @btf:     of the kernel; owned
 * @cpus:    of the machine
 * @trigger: which function is called when a scheduler fails; its argument
 *	     @trigger_kind is the enum scx_exit_kind
 * @pid_at:  bytes from the begin of struct task_struct
 * @left_out: a line for each function that is wanted and that this kernel has
 *	     not, or for which there is no room
 */
struct repro_plan {
	struct btf *btf;
	unsigned int cpus, count, trigger, trigger_kind;
	uint32_t pid_at;
	struct repro_function function[REPRO_FUNCTIONS_MAX];
	struct repro_named named[REPRO_FUNCTIONS_MAX];
	struct str left_out;
};

/**
 * repro_plan_begin() - a plan without functions
 * @vmlinux: of the kernel, with symbols and BTF
 * @cpus:    of the machine
 * @ret:     repro_plan_done() frees it, also after an error
 *
 * Return: 0; -ENOTSUP: it has no BTF, or that has no tasks.
 */
int repro_plan_begin(struct repro_plan *ret, const char *vmlinux,
		     unsigned int cpus, struct why *reterr_why);

/* The same with types that are there already; @btf is owned from now on. */
int repro_plan_begin_types(struct repro_plan *ret, struct btf *btf,
			   unsigned int cpus, struct why *reterr_why);
void repro_plan_done(struct repro_plan *p);

/**
 * repro_plan_add() - watch a function of the kernel
 * @at: where it begins
 *
 * One that is there already is not added again. BTF may not have it, as for one
 * whose arguments the compiler has changed: then none are kept.
 *
 * Return: its number, or -ENOSPC: @p->left_out tells of it.
 */
int repro_plan_add(struct repro_plan *p, const char *name, uint64_t at);

/* The same for who notes a scheduler's error: @p->trigger. */
int repro_plan_add_trigger(struct repro_plan *p, const char *name, uint64_t at);

/**
 * repro_plan_add_ops() - watch the scheduler's programs
 * @context: their arguments are in an array, see struct repro_function
 *
 * All functions of struct sched_ext_ops but those that only print. Where they
 * begin is known when a scheduler is loaded.
 *
 * Return: how many; 0: this kernel has no such structure.
 */
unsigned int repro_plan_add_ops(struct repro_plan *p, bool context);

/* The number of a function, or -1. */
int repro_plan_find(const struct repro_plan *p, const char *name);

/* As plan-text.h has it. */
void repro_plan_write(const struct repro_plan *p, struct str *out);
