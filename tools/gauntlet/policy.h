/* SPDX-License-Identifier: GPL-2.0-or-later */
/* policy.h - gates that a project sets itself. */
#pragma once

#include "tools/gauntlet/metrics.h"
#include "tools/lib/why.h"

/* A project may write what it likes, but not more than this. */
#define POLICY_BYTES_MAX (1024 * 1024)

/**
 * struct policy - part of a metric's value from which a difference counts
 * @part: of all metrics, or below 0: each has its own
 * @own:  NULL-terminated by a name of NULL, or NULL: these have another
 *
 * Begin with { .part = -1 }.
 */
struct policy {
	double part;
	struct policy_own {
		char *name;
		double part;
	} * own;
};

/**
 * policy_parse() - read {"default_percent": 10, "per_metric_percent": {...}}
 * @name:  of the file, for the complaint
 * @known: whose names may stand there, beside "payload/PAYLOAD/METRIC"
 *
 * Both keys may be left out, others may not be there. Percent are numbers from
 * 0 on.
 *
 * Return: 0, or -EINVAL and @reterr_why has the place.
 */
int policy_parse(const char *text, size_t len, const char *name,
		 const struct metrics *known, struct policy *ret,
		 struct why *reterr_why);

/* The part that counts for @metric. */
double policy_part(const struct policy *p, const struct metric *metric);
void policy_done(struct policy *p);
