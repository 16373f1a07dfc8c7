/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fit.h - a test that is followed on one machine (private to its checks). */
#pragma once

#include "tools/lib/spec/cpuset.h"
#include "tools/lib/spec/test-parts.h"

/* One cgroup, or one copy: CPUs that it was given, and those in force. */
struct fit_group {
	const struct cgroup_def *def;
	unsigned int copy, copies;
	bool exists, has_cpuset;
	cpu_set_t cpuset, cpus;
};

/**
 * struct fit - the test at one point
 * @group:   all cgroups that the test ever has, parents before children
 * @online:  CPUs that are on line
 * @workers: in all, so far
 */
struct fit {
	const struct test *t;
	struct machine m;
	struct amount_machine numbers;
	char shape[TOPOLOGY_TEXT_SIZE];
	struct fit_group *group;
	size_t count;
	cpu_set_t online;
	unsigned int workers;
	struct diag *d;
};

/* The next from *@at on that @name means, existing or not, or NULL; *@at moves
 * on. */
struct fit_group *fit_find(const struct fit *f, const char *name, size_t *at);

/* The CPUs that @spec means for @g, which may be NULL; false: a complaint. */
bool fit_cpuset(const struct fit *f, const struct cpuset_spec *spec,
		const struct fit_group *g, const struct place *at,
		cpu_set_t *ret);

/* Work out who has which CPUs; where an op or section at @at about @cause takes
 * the last ones from a cgroup, complain. @cause is NULL for CPUs that come and
 * go. */
void fit_refresh(struct fit *f, const struct fit_group *cause,
		 const struct place *at);

/* @g is made. False: there were complaints. */
bool fit_make(struct fit *f, struct fit_group *g);

/* Workers begin in @g (NULL: in no cgroup). False: there were complaints. */
bool fit_work(struct fit *f, const struct work *w, const struct fit_group *g);

void fit_affinity(const struct fit *f, const struct affinity *a,
		  const struct fit_group *g, const struct place *at);

/* Follow one op. */
void fit_op(struct fit *f, const struct op *op);
