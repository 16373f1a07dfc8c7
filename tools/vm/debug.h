/* SPDX-License-Identifier: GPL-2.0-or-later */
/* debug.h - a person looks at a variant where it fails, with gdb. */
#pragma once

#include <sys/types.h>

#include "tools/vm/request.h"
#include "vmm/gdb/stub.h"
#include "vmm/machine.h"

/**
 * struct debug - gdb and the machine that it looks at
 * @gdb, @vmlinux: paths
 * @at, @function: where the machine stops for it
 * @seats:   between CPUs, see vmm/seats.h
 * @connection: for machine_config.debug
 * @remote:     until gdb has our end of the socket
 * @pid:        of gdb; 0: it has not begun
 * @pid_fd:     to wait for its end; -1
 */
struct debug {
	char *gdb, *vmlinux;
	uint64_t at;
	const char *function;
	bool seats;
	struct machine_debug connection;
	struct gdb_remote remote;
	pid_t pid;
	int pid_fd;
};

/**
 * debug_begin() - all that can be wrong before a machine runs
 * @c: gets its debug
 *
 * Dies with EX_USAGE under the real clock, where a stop takes time of the
 * guest, and for a function that the kernel has not; with EX_SKIP without gdb,
 * vmlinux or the gate.
 */
void debug_begin(struct debug *d, const struct request *req,
		 struct machine_config *c);

/* The machine has ended: wait for gdb's end. Return: the exit code. */
int debug_end(struct debug *d);
