/* SPDX-License-Identifier: GPL-2.0-or-later */
/* outside.h - a guest's memory, read out of the process that is its machine. */
#pragma once

#include <sys/types.h>

#include "vmm/mon/space.h"
#include "vmm/qmp.h"

#define MON_RANGES_MAX 64

/* RAM of the guest from @pa on, @len bytes; @at: where QEMU has it. */
struct mon_range {
	uint64_t pa, len, at;
};

/**
 * struct mon_outside - a machine that is read
 * @pid: of QEMU
 */
struct mon_outside {
	pid_t pid;
	struct mon_range range[MON_RANGES_MAX];
	unsigned int ranges;
};

/**
 * mon_outside_parse() - the guest's RAM in QEMU's words
 * @tree: what "info mtree -f" prints
 * @ret:  without @at, which is not told there
 *
 * Only what is backed by our own objects "ram0" and so on.
 *
 * Return: how many; 0: there is no view of the name "memory".
 */
unsigned int mon_outside_parse(const char *tree,
			       struct mon_range ret[MON_RANGES_MAX]);

/**
 * mon_outside_find() - ask QEMU where the guest's RAM is in it
 * @q: of a machine that stands still
 *
 * Return: 0; -ENOTSUP: this QEMU does not say; as qmp_command().
 */
int mon_outside_find(struct mon_outside *ret, struct qmp *q, pid_t pid,
		     struct why *reterr_why);

/* For mon_memory.read, with a struct mon_outside: one call for up to 1024
 * pieces. Return also -EPERM, where this host does not let us read, and -ESRCH
 * when the machine has ended. */
int mon_outside_read(void *outside, const struct mon_piece *piece,
		     size_t count);
