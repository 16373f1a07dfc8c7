/* SPDX-License-Identifier: GPL-2.0-or-later */
/* steal.h - what the guest itself knows of time that its host withheld. */
#pragma once

#include <stdint.h>

#include "tools/lib/str.h"

/* The sum over all CPUs since the boot, in steps of 10 ms; 0 where nobody tells
 * the guest (TCG). Source: proc(5), /proc/stat, "steal". */
uint64_t steal_ns(void);

/* The frame "steal": what was withheld since @begin_ns. */
void steal_frame(uint64_t begin_ns, struct str *out);
