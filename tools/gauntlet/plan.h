/* SPDX-License-Identifier: GPL-2.0-or-later */
/* plan.h - the rules of a make fragment that runs variants. */
#pragma once

#include "tools/gauntlet/identity.h"
#include "tools/gauntlet/variant.h"
#include "tools/lib/str.h"

/**
 * struct plan - what all rules have in common
 * @vm, @lock: words of --vm-command and --lock-command
 * @machines:  those that have a target for their template, by all that differs
 * @templates: rules of these targets
 */
struct plan {
	const struct request *req;
	char **vm, **lock, **machines;
	struct str templates;
};

/**
 * struct plan_job - a variant that has to run
 * @inputs:    of identity_of()
 * @expected:  seconds that it will take
 * @has_stamp: its stamp is there, but it has to run all the same
 */
struct plan_job {
	const struct variant *variant;
	const struct str *inputs;
	char identity[IDENTITY_SIZE];
	double expected;
	bool has_stamp;
};

/**
 * plan_rule() - the rule that runs a variant
 * @out: gets it; @p gets the rule of its machine's template, if that is new
 *
 * Ends the program (EX_USAGE) for what make cannot hold.
 */
void plan_rule(struct plan *p, const struct plan_job *job, struct str *out);
