/* SPDX-License-Identifier: GPL-2.0-or-later */
/* group.h - one cgroup of the test: its definition, CPUs and state. */
#pragma once

#include <sched.h>
#include <stdbool.h>
#include <sys/types.h>

#include "tools/lib/spec/cpuset.h"
#include "tools/lib/why.h"

/**
 * struct group - one cgroup
 * @def:  what the test says
 * @has_cpuset, @cpuset: CPUs that it was given, if any
 * @cpus: CPUs that are in force for it, as the kernel says
 * @exists: made and not removed
 *
 * A cgroup holds children or processes, never both: cgroup v2 wants it where
 * controllers are passed on, and the language of tests refuses the rest.
 */
struct group {
	const struct cgroup_def *def;
	bool has_cpuset, exists;
	cpu_set_t cpuset, cpus;
};

/* Is @g the cgroup @top, or below it? */
bool group_is_below(const struct group *g, const struct group *top);

/* All of these return 0 or -errno and @reterr_why. */

int group_make(struct group *g, const struct machine *m,
	       struct why *reterr_why);
int group_remove(struct group *g, struct why *reterr_why);
/* @g has no children now, but may have had: let it hold processes. */
int group_open(const struct group *g, struct why *reterr_why);
int group_attach(const struct group *g, pid_t pid, struct why *reterr_why);

/* Give it those CPUs, NULL for all of its parent's. */
int group_set_cpus(struct group *g, const cpu_set_t *cpus,
		   struct why *reterr_why);
/* Ask the kernel again which CPUs are in force; -ERANGE if it allows CPUs
 * outside of those that were given. */
int group_refresh(struct group *g, struct why *reterr_why);
