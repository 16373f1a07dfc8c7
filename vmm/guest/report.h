/* SPDX-License-Identifier: GPL-2.0-or-later */
/* report.h - a worker's report as a frame. */
#pragma once

#include "tools/lib/str.h"
#include "vmm/guest/crew.h"

/* The "worker" frame's payload, open for channel_send(). @w is over. */
void report_frame(const struct worker *w, struct str *out);
