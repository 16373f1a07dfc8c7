/* SPDX-License-Identifier: GPL-2.0-or-later */
/* steps.h - the steps of a test compared, by what its workers did and the
 * monitor saw in each. */
#pragma once

#include <jansson.h>

#include "vmm/facts.h"
#include "vmm/mon/layout.h"

/* A step is worse, or better, than the one before if one of these changed by
 * more. */
#define STEPS_IMBALANCE	 0.5
#define STEPS_DSQ	 3.0
#define STEPS_RATE	 10.0 /* a second */
#define STEPS_THROUGHPUT 0.3  /* of what it was */

/**
 * steps_json() - from the first step on, one object each
 * @l: what the monitor read, or NULL
 * @outside: it read by another clock than that of the steps
 *
 * {name, from_ns, to_ns, samples, mean_nr_running, mean_imbalance,
 * max_imbalance, mean_dsq_depth, max_dsq_depth, fallback_rate, keep_last_rate,
 * iterations_rate, change, changed}: numbers are null without a sample that has
 * the steps' clock, rates where the kernel counts none; iterations_rate is of
 * all workers, null if the guest did not come to the end of the step; change is
 * what became of the step before, worse, better, mixed or even, null for the
 * first and where nothing can be compared, and changed names what did.
 *
 * Return: null without steps.
 * json_decref() it.
 */
json_t *steps_json(const struct facts *f, const struct mon_layout *l,
		   bool outside);

/* One line each, with -v. */
void steps_tell(const json_t *steps);
