/* SPDX-License-Identifier: GPL-2.0-or-later */
/* child.h - processes of ours and how they ended; orphans are reaped too. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "tools/lib/str.h"

/**
 * struct child - one process
 * @pid:    0 while there is none; never used once @ended
 * @ended, @status, @cpu_ns: set by children_reap(), as of wait4(2)
 */
struct child {
	pid_t pid;
	bool ended;
	int status;
	uint64_t cpu_ns;
	struct child *next;
};

struct children {
	struct child *first;
};

/* Watch over @c, which must stay where it is until it ended. */
void children_add(struct children *all, struct child *c, pid_t pid);

/* @c is about to go away, whether it ended or not. */
void children_forget(struct children *all, struct child *c);

/* Reap all that has ended, without waiting. */
void children_reap(struct children *all);

/* Append "exit 3" or "signal 11 (Segmentation fault)". */
void child_status_text(int status, struct str *out);
