/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmm/repro/chain.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "vmm/symbols.h"

#define DUMP_PREFIX "sched_ext_dump:"
#define BPF_PREFIX  "bpf_prog_"

/* kernel/sched/ext.c of Linux 6.16 and of 6.12. */
const char *const repro_triggers[] = { "scx_vexit", "scx_ops_exit_kind", NULL };

static const char *const quiet[] = {
	"schedule",
	"__schedule",
	"preempt_schedule_irq",
	"preempt_schedule_common",
	"schedule_idle",
	"do_syscall_64",
	"do_idle",
	"cpu_startup_entry",
	"start_secondary",
	"kthread",
	"kthread_worker_fn",
	"worker_thread",
	"process_one_work",
	"ret_from_fork",
	"ret_from_fork_asm",
	"secondary_startup_64_no_verify",
	"scx_exit",
	"scx_vexit",
	"scx_ops_exit_kind",
	"scx_error_irq_workfn",
	"scx_ops_error_irq_workfn",
	"dump_stack",
	"dump_stack_lvl",
	"stack_trace_save",
	"bpf_prog_test_run",
	NULL,
};

/* Beginnings of such. */
static const char *const quiet_beginnings[] = {
	"_raw_spin_",	    "asm_",
	"entry_",	    "sysvec_",
	"__bpf_prog_enter", "__bpf_prog_exit",
	"bpf_trampoline_",  NULL,
};

/* Who calls a scheduler's program: kernel/sched/ext.c of Linux 6.12 and, where
 * the name is another, of later ones. */
static const struct {
	const char *op, *name[3];
} callers[] = {
	{ "ops.select_cpu", { "select_task_rq_scx" } },
	{ "ops.enqueue", { "do_enqueue_task" } },
	{ "ops.dequeue", { "dequeue_task_scx" } },
	{ "ops.dispatch", { "balance_one", "scx_dispatch_sched" } },
	{ "ops.running", { "set_next_task_scx" } },
	{ "ops.stopping", { "put_prev_task_scx" } },
	{ "ops.tick", { "task_tick_scx" } },
	{ "ops.set_cpumask", { "set_cpus_allowed_scx" } },
	{ "ops.init_task", { "scx_ops_init_task", "scx_init_task" } },
	{ "ops.enable", { "scx_ops_enable_task", "scx_enable_task" } },
};

static bool is_quiet(const char *name)
{
	for (const char *const *q = quiet; *q; q++) {
		if (strcmp(name, *q) == 0)
			return true;
	}
	for (const char *const *q = quiet_beginnings; *q; q++) {
		if (strncmp(name, *q, strlen(*q)) == 0)
			return true;
	}
	return false;
}

/* "bpf_prog_6f1c2a3b4d5e6f70_NAME" to NAME, in place. */
static void cut_hash(char *name)
{
	const char *at = name + strlen(BPF_PREFIX);
	size_t digits = strspn(at, "0123456789abcdef");

	if (strncmp(name, BPF_PREFIX, strlen(BPF_PREFIX)) == 0 &&
	    digits == 16 && at[digits] == '_' && at[digits + 1])
		memmove(name, at + digits + 1, strlen(at + digits + 1) + 1);
}

bool repro_chain_line(const char *line, char ret[REPRO_NAME_MAX])
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789_.";
	const char *dump = strstr(line, DUMP_PREFIX), *name;
	size_t len;

	name = dump ? dump + strlen(DUMP_PREFIX) : line;
	name += strspn(name, " \t");
	len = strspn(name, letters);
	if (len == 0 || len >= REPRO_NAME_MAX ||
	    strncmp(name + len, "+0x", 3) != 0 ||
	    strncmp(name + len, "+0x0/", 5) == 0)
		return false;
	memcpy(ret, name, len);
	ret[len] = '\0';
	if (is_quiet(ret))
		return false;
	cut_hash(ret);
	return true;
}

/* Is @name a program that the plan has as "ops.MEMBER"? Schedulers call their
 * programs something_MEMBER or MEMBER. */
static bool is_program(struct repro_plan *p, const char *name)
{
	size_t len = strlen(name), best_len = 0;
	int best = -1;

	for (unsigned int i = 0; i < p->count; i++) {
		const char *member = p->named[i].name + strlen("ops.");
		size_t n = strlen(member);

		if (!p->named[i].is_member || n > len || n <= best_len ||
		    strcmp(name + len - n, member) != 0 ||
		    (n < len && name[len - n - 1] != '_'))
			continue;
		best = (int)i;
		best_len = n;
	}
	if (best >= 0)
		p->named[best].in_chain = true;
	return best >= 0;
}

static void add_called(struct repro_plan *p, const char *vmlinux,
		       const char *name)
{
	const char *const names[] = { name, NULL };
	const char *found;
	uint64_t at;
	int i = -ENOENT;

	if (symbols_find(vmlinux, names, &at, &found, NULL) == 0)
		i = repro_plan_add(p, name, at);
	else if (!is_program(p, name))
		str_addf(&p->left_out, "%s: no function of the kernel\n", name);
	if (i >= 0)
		p->named[i].in_chain = true;
}

static void add_callers(struct repro_plan *p, const char *vmlinux)
{
	for (size_t i = 0; i < sizeof(callers) / sizeof(callers[0]); i++) {
		const char *found;
		uint64_t at;

		if (repro_plan_find(p, callers[i].op) < 0)
			continue;
		if (symbols_find(vmlinux, callers[i].name, &at, &found, NULL) ==
		    0)
			(void)repro_plan_add(p, found, at);
		else
			str_addf(&p->left_out,
				 "%s: this kernel has no such function by "
				 "itself\n",
				 callers[i].name[0]);
	}
}

int repro_chain_add(struct repro_plan *p, const char *vmlinux,
		    const char (*name)[REPRO_NAME_MAX], size_t count,
		    struct why *reterr_why)
{
	const char *trigger;
	uint64_t at;
	int r = symbols_find(vmlinux, repro_triggers, &at, &trigger,
			     reterr_why);

	if (r == 0)
		r = repro_plan_add_trigger(p, trigger, at);
	if (r < 0)
		return r;
	for (size_t i = 0; i < count; i++)
		add_called(p, vmlinux, name[i]);
	add_callers(p, vmlinux);
	return 0;
}
