/* SPDX-License-Identifier: GPL-2.0-or-later */
/* checks.h - the checks a run is judged by, in three layers. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tools/lib/spec/conf.h"

enum check_kind {
	CHECK_NOT_STARVED, /* yes/no: every worker made progress */
	CHECK_ISOLATION,   /* yes/no: no worker ran outside its cpuset */
	CHECK_MAX_SPREAD,  /* percent: off-CPU share, worst minus best of a line
			    */
	CHECK_MAX_GAP,	   /* time: longest time a worker did not run on */
	CHECK_KINDS,
};

enum check_layer { LAYER_DEFAULT, LAYER_SCHED, LAYER_TEST };

/**
 * struct check_value - one check's setting
 * @set:   somebody set it in this layer
 * @off:   explicitly "no" (yes/no checks) or "none" (limits)
 * @limit: percent for CHECK_MAX_SPREAD, nanoseconds for CHECK_MAX_GAP, 1 for
 *	   a yes/no check that is on
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

/* Static facts of a check: its key in files, "yesno" or "percent" or "time". */
struct check_info {
	const char *key;
	enum { CHECK_YESNO, CHECK_PERCENT, CHECK_TIME } type;
	bool timing; /* means something only if the guest's CPUs really ran */
	const char *help;
};
extern const struct check_info check_info[CHECK_KINDS];

/* Read one entry of a [check] section into @c. Complaints go to @d. */
void checks_read_entry(const struct conf_entry *e, struct diag *d,
		       struct checks *c);

/**
 * checks_merge() - defaults < scheduler < test, value by value
 * @sched, @test: NULL is a layer that sets nothing
 *
 * Defaults: not-starved yes, isolation no, max-spread 15 %, max-gap 2000 ms.
 */
void checks_merge(const struct checks *sched, const struct checks *test,
		  struct checks *ret);
