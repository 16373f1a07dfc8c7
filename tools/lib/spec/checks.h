/* SPDX-License-Identifier: GPL-2.0-or-later */
/* checks.h - the checks a run is judged by, in three layers. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tools/lib/spec/conf.h"

enum check_kind {
	CHECK_NOT_STARVED,	 /* every worker made progress */
	CHECK_ISOLATION,	 /* no worker ran outside its cpuset */
	CHECK_MAX_SPREAD,	 /* off-CPU share, worst minus best of a line */
	CHECK_MAX_GAP,		 /* longest time a worker did not run on */
	CHECK_MAX_THROUGHPUT_CV, /* work per CPU second, among a line */
	CHECK_MIN_WORK_RATE,	 /* work per CPU second, lowest worker */
	CHECK_MIN_ITERATION_RATE,  /* turns per second, lowest worker */
	CHECK_MAX_P99_WAKE,	   /* 99th percentile of wake latencies */
	CHECK_MAX_WAKE_CV,	   /* how much wake latencies differ */
	CHECK_MAX_MIGRATION_RATIO, /* migrations per turn */
	CHECK_MIN_PAGE_LOCALITY,   /* pages on the nodes of allowed CPUs */
	CHECK_MAX_CROSS_NODE,	   /* pages moved between nodes, per page */
	CHECK_MAX_SLOW_TIER,	   /* pages elsewhere, per page */
	CHECK_MAX_RUN_DELAY,	   /* mean wait for a CPU before a run */
	CHECK_NONE_REJECTED,	   /* the scheduler took all tasks */
	CHECK_MAX_STANDSTILL,	   /* no work done, seen from outside */
	CHECK_MAX_IDLE_WAIT,	   /* a CPU idle while a worker waits */
	CHECK_MAX_WEIGHT_ERROR,	   /* shares against cpu.weight */
	CHECK_MIN_CPUS_USED,	   /* CPUs used, of those that could be */
	CHECK_TAKES_ALL,	   /* the scheduler took ordinary tasks, too */
	CHECK_MAX_LLC_MIGRATION,   /* migrations to another LLC, per turn */
	CHECK_MIN_RUN_TIME,	   /* mean run of one that wants to go on */
	CHECK_MAX_CORE_SHARING,	   /* a core for two while another is idle */
	CHECK_MAX_IMBALANCE,	   /* tasks of CPUs, most over fewest */
	CHECK_MAX_DSQ_DEPTH,	   /* tasks in a local queue of sched_ext */
	CHECK_FAIL_ON_STALL,	   /* a CPU's clock stands still */
	CHECK_MAX_FALLBACK_RATE,   /* CPUs picked for want of a choice */
	CHECK_MAX_KEEP_LAST_RATE,  /* tasks kept for want of another */
	CHECK_SUSTAINED_SAMPLES,   /* how long those five have to last */
	CHECK_KINDS,
};

enum check_layer { LAYER_DEFAULT, LAYER_SCHED, LAYER_TEST };

/**
 * struct check_value - one check's setting
 * @set:   somebody set it in this layer
 * @off:   explicitly "no" (yes/no checks) or "none" (limits)
 * @limit: in the unit of the check's type: percent, nanoseconds, the number; 1
 *	   for a yes/no check that is on
 * @layer: who set it, once merged
 */
struct check_value {
	bool set, off;
	double limit;
	enum check_layer layer;
};

struct checks {
	struct check_value value[CHECK_KINDS];
};

/**
 * struct check_info - static facts of a check
 * @key:    in files
 * @timing: means something only if the guest's CPUs really ran
 * @least:  the limit is a floor, not a ceiling
 * @help:   what is measured, for people
 * @monitor: it is told by samples of the kernel's run queues
 * @setting: no check, but a number that other checks need
 */
struct check_info {
	const char *key;
	enum { CHECK_YESNO, CHECK_PERCENT, CHECK_TIME, CHECK_NUMBER } type;
	bool timing, least;
	const char *help;
	bool monitor, setting;
};
extern const struct check_info check_info[CHECK_KINDS];

/* Is any check on that the monitor tells of? */
bool checks_want_monitor(const struct checks *c);

/* Read one entry of a [check] section into @c. Complaints go to @d. */
void checks_read_entry(const struct conf_entry *e, struct diag *d,
		       struct checks *c);

/**
 * checks_merge() - defaults < scheduler < test, value by value
 * @sched, @test: NULL is a layer that sets nothing
 *
 * Defaults: not-starved and none-rejected yes, isolation no, max-spread 15 %,
 * max-gap 2000 ms, sustained-samples 5; all others are off.
 */
void checks_merge(const struct checks *sched, const struct checks *test,
		  struct checks *ret);
