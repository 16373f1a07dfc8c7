/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * stub.h - a machine under QEMU's gdb stub: breakpoints, registers, memory.
 *
 * Under the virtual clock a stop takes none of the guest's time, and with the
 * gate (vmm/gate/stop.h) the run goes on as if there had been none.
 */
#pragma once

#include "vmm/gdb/remote.h"

/* x86-64, in the order of gdb's "g" packet. */
enum gdb_register {
	GDB_RAX,
	GDB_RBX,
	GDB_RCX,
	GDB_RDX,
	GDB_RSI,
	GDB_RDI,
	GDB_RBP,
	GDB_RSP,
	GDB_R8,
	GDB_R9,
	GDB_RIP = 16,
	GDB_REGISTERS
};

/**
 * struct gdb_stop - where a machine stands
 * @signal: 5: at a breakpoint, or after a step
 * @thread: the CPU's name in the stub's words, "" if it does not say
 * @ended:  the machine is no more
 */
struct gdb_stop {
	unsigned int signal;
	char thread[32];
	bool ended;
};

/**
 * gdb_begin() - speak to the stub of a machine that stands
 *
 * A step of one CPU is one that takes interrupts and time, as if the CPU ran.
 *
 * Return: as gdb_remote_ask(); -ENOTSUP: this stub cannot do what we need.
 */
int gdb_begin(struct gdb_remote *g, struct why *reterr_why);

/* Set or remove a breakpoint. Return: as gdb_remote_ask(). */
int gdb_break(struct gdb_remote *g, uint64_t at, bool set,
	      struct why *reterr_why);

/* All CPUs go on, as by "cont". */
int gdb_continue(struct gdb_remote *g, struct why *reterr_why);
/**
 * gdb_go() - all CPUs go on, some by one instruction
 * @step: names of CPUs, as in gdb_stop.thread, @count of them
 *
 * What a CPU does may be an interrupt instead. Its stop comes as any other, and
 * stops of other CPUs may come before.
 */
int gdb_go(struct gdb_remote *g, const char *const *step, size_t count,
	   struct why *reterr_why);

/* What the packet that was received says: -EBADMSG: it is no stop. */
int gdb_read_stop(const struct gdb_remote *g, struct gdb_stop *ret,
		  struct why *reterr_why);

/* Registers of the CPU that stopped. */
int gdb_registers(struct gdb_remote *g, const struct gdb_stop *s,
		  uint64_t ret[GDB_REGISTERS], struct why *reterr_why);

/* Read the guest's memory at virtual address @at, as the CPU that stopped sees
 * it. Return: 0; -EFAULT: nothing is mapped there; as gdb_remote_ask(). */
int gdb_memory(struct gdb_remote *g, uint64_t at, void *ret, size_t len,
	       struct why *reterr_why);

/**
 * gdb_monitor() - what QEMU's monitor for people says to @command
 * @ret: appended
 *
 * It is carried out while the machine stands: the guest does not notice one
 * that only looks.
 *
 * Return: as gdb_remote_ask(); -ENOTSUP: there is no such monitor.
 */
int gdb_monitor(struct gdb_remote *g, const char *command, struct str *ret,
		struct why *reterr_why);
