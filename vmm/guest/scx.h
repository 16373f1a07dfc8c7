/* SPDX-License-Identifier: GPL-2.0-or-later */
/* scx.h - what the kernel says about sched_ext, /sys/kernel/sched_ext. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define SCX_ROOT      "/sys/kernel/sched_ext"
#define SCX_TEXT_SIZE 128 /* of a scheduler's name and of a state */

/**
 * struct scx - one look
 * @present: the kernel has sched_ext
 * @state:   "disabled", "enabling", "enabled", "disabling", ...
 * @ops:     the scheduler's name, "" while there is none
 * @counted: the kernel counts, which @enable_seq says
 * @enable_seq: how many schedulers were enabled since boot
 * @switch_all: all tasks are its own, not only those of policy SCHED_EXT
 */
struct scx {
	bool present;
	char state[SCX_TEXT_SIZE], ops[SCX_TEXT_SIZE];
	bool counted;
	uint64_t enable_seq;
	bool switch_all;
};

/* @root: SCX_ROOT but in our tests. */
void scx_read(const char *root, struct scx *ret);

/* Tasks that this scheduler did not take; 0 where the kernel does not tell. */
uint64_t scx_rejected(const char *root);

/* How often the kernel began to bypass this scheduler. Return: 0, or -ENOENT
 * where the kernel does not count it (before 6.14) or none is loaded. */
int scx_bypasses(const char *root, uint64_t *ret);

/* A scheduler is loaded and in charge. */
bool scx_is_attached(const struct scx *s);

/*
 * As scx_is_attached(), and the kernel is done with it: @switch_all and
 * @enable_seq are set last, after "enabled" (scx_ops_enable() of Linux 6.12).
 * @before: from before it was loaded.
 */
bool scx_is_settled(const struct scx *s, const struct scx *before);
