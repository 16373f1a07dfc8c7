/* SPDX-License-Identifier: GPL-2.0-or-later */
/* judge-monitor.h - checks that samples of the run queues tell of. */
#pragma once

#include "tools/vm/judge-measure.h"
#include "tools/vm/judge.h"
#include "vmm/mon/derive.h"

/**
 * struct monitored - what the monitor saw of a run
 * @doubt: why nothing of it counts, or ""
 * @sustained: samples in a row
 */
struct monitored {
	struct mon_series series;
	struct mon_summary summary;
	unsigned int sustained;
	char doubt[300];
};

/* Derive it from @f, by the merged @c. monitored_done() frees it. */
void monitored_begin(struct monitored *m, const struct facts *f,
		     const struct checks *c);
void monitored_done(struct monitored *m);

/* Measure one of these checks; @m->doubt is "". */
void judge_measure_monitor(const struct evidence *e, const struct monitored *m,
			   enum check_kind kind, double limit,
			   struct measured *ret);
