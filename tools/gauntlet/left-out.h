/* SPDX-License-Identifier: GPL-2.0-or-later */
/* left-out.h - notes on what is left out: each kind a few times, then counted.
 */
#pragma once

#include <stddef.h>

#include "tools/lib/msg.h"

enum left_out_kind {
	LEFT_OUT_MACHINES,
	LEFT_OUT_PROFILES,
	LEFT_OUT_CLOCKS,
	LEFT_OUT_SEEDS,
	LEFT_OUT_KINDS,
};

/* Tests of which something is left out; all zero at first. */
struct left_out {
	size_t count[LEFT_OUT_KINDS];
};

/* Note one more test, if not too many were noted; all of them with -v. */
void left_out_add(struct left_out *l, enum left_out_kind kind, const char *fmt,
		  ...) KTSTR_PRINTF(3, 4);

/* Note how many more there are. */
void left_out_end(const struct left_out *l);
