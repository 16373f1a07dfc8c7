/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tcg.h - the functions of QEMU's module for TCG that gate.c stands before: one
 * CPU's turn, how long it is, the timers behind it, and that all leave theirs.
 *
 * accel/tcg/tcg-accel-ops.c, -icount.c and -rr.c of QEMU 7.2.
 */
#pragma once

#include "vmm/gate/stop.h"
#include "vmm/gate/turn.h"
#include "vmm/gate/wait.h"

OURS int tcg_cpus_exec(void *cpu);
/* From 8.1 on it has a second number. */
OURS void icount_prepare_for_run(void *cpu, int64_t budget);
OURS void icount_process_data(void *cpu);
OURS void icount_handle_deadline(void);
OURS void rr_kick_vcpu_thread(void *cpu);

int tcg_cpus_exec(void *cpu)
{
	static int (*exec)(void *cpu);

	if (!exec)
		stop_find("tcg_cpus_exec", &exec, sizeof(exec));
	if (turn.over) {
		turn.over = false;
		return TURN_EXCP_INTERRUPT;
	}
	int r = exec(cpu);
	stop.at_break = r == STOP_EXCP_DEBUG;
	return r;
}

void icount_prepare_for_run(void *cpu, int64_t budget)
{
	static void (*prepare)(void *cpu, int64_t budget);

	if (!prepare) {
		stop_find("icount_prepare_for_run", &prepare, sizeof(prepare));
		if (stop.on)
			turn_watch();
	}
	turn_begins(cpu);
	if (!turn.over)
		prepare(cpu, budget);
}

void icount_process_data(void *cpu)
{
	static void (*process)(void *cpu);

	if (!process)
		stop_find("icount_process_data", &process, sizeof(process));
	process(cpu);
	if (stop.at_break)
		turn_is_cut(cpu);
}

/* The timers behind a turn that was cut run when it is over. */
void icount_handle_deadline(void)
{
	static void (*handle)(void);

	if (!handle)
		stop_find("icount_handle_deadline", &handle, sizeof(handle));
	if (!turn.cut)
		handle();
}

/*
 * All CPUs are told, whichever is meant, and each remembers it until its next
 * turn. So nobody may be told before a turn that was cut goes on.
 */
void rr_kick_vcpu_thread(void *cpu)
{
	static void (*kick)(void *cpu);

	if (!kick)
		stop_find("rr_kick_vcpu_thread", &kick, sizeof(kick));
	if (role == ROLE_MAIN ? !atomic_load(&stop.quiet) : !turn.cut)
		kick(cpu);
}
