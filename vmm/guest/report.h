/* SPDX-License-Identifier: GPL-2.0-or-later */
/* report.h - a worker's report as a frame. */
#pragma once

#include "tools/lib/str.h"
#include "vmm/guest/crew.h"

struct group;

/* The "cgroup" frame's payload, the same, of one that was made. */
void report_group(const struct group *g, struct str *out);

/* The "worker" frame's payload, open for channel_send(). @w is over. */
void report_frame(const struct worker *w, struct str *out);
