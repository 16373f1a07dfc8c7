/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * uses.h - who uses which CPUs: one file, a byte for each fact.
 *
 * The locks are those of open file descriptions: one descriptor stands for any
 * number of CPUs, lasts as long as somebody has it open, and shows in
 * /proc/locks of every PID namespace, where flock(2) locks of others do not.
 */
#pragma once

#include <sched.h>
#include <stdint.h>

#include "tools/lib/holders.h"
#include "tools/lock/plan.h"

/* Name of the file in the lock folder. */
#define USES_FILE "cpu-use.lock"

/**
 * enum uses_part - where the bytes are
 * @USES_CPU:    plus n: CPU n is used; read locks
 * @USES_WINDOW: plus n: CPU n is in a window; a write lock
 * @USES_ALONE:  plus n: LLC n is held exclusively; a write lock
 */
enum uses_part {
	USES_CPU = 0,
	USES_WINDOW = CPU_SETSIZE,
	USES_ALONE = 2 * CPU_SETSIZE,
	USES_END = 3 * CPU_SETSIZE,
};

/**
 * struct uses - the file's locks
 * @users:    reservations on each CPU
 * @windowed: CPUs of windows
 * @alone:    ids of LLCs that are held exclusively
 */
struct uses {
	unsigned int users[CPU_SETSIZE];
	cpu_set_t windowed, alone;
};

/* Collect the lines of @table on the file @id. */
void uses_read(const struct lock_table *table, const struct lock_id *id,
	       struct uses *ret);

/**
 * uses_take() - say what @plan uses
 * @folder: of lock files
 * @reterr_cpu: a CPU that another window has; with -EWOULDBLOCK
 *
 * Return: the descriptor to keep, or with @reterr_why set
 * * -EWOULDBLOCK - another one has a window there, or an LLC
 * * -errno       - the file cannot be opened; for windows and exclusive LLCs
 *		    it must be writable
 */
int uses_take(int folder, const struct plan *plan, int *reterr_cpu,
	      struct why *reterr_why);

/**
 * uses_wait() - until nobody has @byte, at most @wait_ns
 *
 * Return: 0, -EWOULDBLOCK, or -errno with @reterr_why set.
 */
int uses_wait(int folder, unsigned int byte, uint64_t wait_ns,
	      struct why *reterr_why);

/**
 * struct uses_holder - a process, and a lock of its descriptor on the file
 */
struct uses_holder {
	pid_t pid;
	uint64_t first, last;
};

/**
 * uses_holders() - processes with locks on the file @fd, as /proc tells
 * @ret: by pid; the caller frees it
 *
 * Only processes whose descriptors we may look at. Return: how many.
 */
size_t uses_holders(int fd, struct uses_holder **ret);
