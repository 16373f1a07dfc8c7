/* SPDX-License-Identifier: GPL-2.0-or-later */
/* repro-report.h - a failure that was watched, for people. */
#pragma once

#include "tools/lib/str.h"
#include "tools/vm/repro-story.h"

/* How much of the failing task's way is told, and lines of each log. */
#define REPRO_TOLD_MAX 300
#define REPRO_TAIL     40

/**
 * repro_report() - append the report
 *
 * How the second run compares, and what was watched; the failing task's calls
 * in the order of time; how often others were called, with source
 * lines where they are known; the backtrace with its own; the ends of the
 * scheduler's log, of sched_ext's dump and of the kernel's log.
 */
void repro_report(const struct repro_story *s, struct str *out);
