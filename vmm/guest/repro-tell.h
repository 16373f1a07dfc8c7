/* SPDX-License-Identifier: GPL-2.0-or-later */
/* repro-tell.h - how a function is watched, from who attached to who tells. */
#pragma once

#include "vmm/guest/repro.h"

/**
 * struct repro_told - one function of the plan
 * @entry, @end: its begin and its end are watched
 * @by:      "fentry" or "kprobe"
 * @program: the BPF program's own name, where it is one
 * @why:     what is not watched, for which reason; "" if all is, or if the
 *	     scheduler has no such program, of which nothing is said
 */
struct repro_told {
	uint32_t function;
	bool entry, end;
	char by[8], program[128];
	struct why why;
};

/* Send the frame for it. */
void repro_tell(struct repro *r, const struct repro_told *told);

/* Keep @fd, which may be a -errno, until the machine ends. */
void repro_keep(struct repro *r, int fd);
