/* SPDX-License-Identifier: GPL-2.0-or-later */
/* group.h - one cgroup of the test: its definition, CPUs and state. */
#pragma once

#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "tools/lib/spec/cpuset.h"
#include "tools/lib/why.h"

#define GROUP_WEIGHT	100 /* of one that has none */
#define GROUP_NAME_SIZE 160 /* with the number of a copy */

/**
 * struct group - one cgroup, or one copy of it
 * @def:  what the test says
 * @copy, @copies: which copy, of how many; 0 of 1
 * @name: its path, with the number of the copy
 * @has_cpuset, @cpuset: CPUs that it was given, if any
 * @cpus: CPUs that are in force for it, as the kernel says
 * @exists: made and not removed
 * @settled: it is as its section says, or as ops made it since then
 * @limited, @was_limited: its CPU time has a limit, or had one since it was
 *made
 * @weight, @restless: its share of CPUs, 0 while it was never made, and whether
 *	 that, the limit or the freezer changed meanwhile
 * @frozen: its own freezer was closed
 * @fresh: its workers have not begun yet
 *
 * A cgroup holds children or processes, never both: cgroup v2 wants it where
 * controllers are passed on, and the language of tests refuses the rest.
 */
struct group {
	const struct cgroup_def *def;
	unsigned int copy, copies;
	char name[GROUP_NAME_SIZE];
	bool has_cpuset, exists, limited, was_limited, settled, restless;
	bool frozen, fresh;
	unsigned int weight;
	cpu_set_t cpuset, cpus;
};

/* Is @g the cgroup @top, or below it? */
bool group_is_below(const struct group *g, const struct group *top);
/* Is @g, or what it is in, the one that @name means in an op? */
bool group_is_named(const struct group *g, const char *name);

/* All of these return 0 or -errno and @reterr_why. */

/* Make it, with all that its section says. @online: CPUs that are on line. */
int group_make(struct group *g, const struct machine *m,
	       const cpu_set_t *online, struct why *reterr_why);
int group_remove(struct group *g, struct why *reterr_why);
/* @g has no children now, but may have had: let it hold processes. */
int group_open(const struct group *g, struct why *reterr_why);
int group_attach(const struct group *g, pid_t pid, struct why *reterr_why);

/* Give it those CPUs, NULL for all of its parent's. */
int group_set_cpus(struct group *g, const cpu_set_t *cpus,
		   const cpu_set_t *online, struct why *reterr_why);
/* Ask the kernel again which CPUs are in force; -ERANGE if it allows CPUs
 * outside of those that were given, unless none of these is on line. */
int group_refresh(struct group *g, const cpu_set_t *online,
		  struct why *reterr_why);

/* What the kernel says afterwards is appended to @in_force, unless NULL. */
int group_set_weight(struct group *g, unsigned int weight, struct str *in_force,
		     struct why *reterr_why);
int group_set_max(struct group *g, const struct cpu_max *max,
		  struct str *in_force, struct why *reterr_why);
/* -ENOSYS: the kernel has no such thing. */
int group_set_uclamp(const struct group *g, const struct uclamp *u,
		     struct str *in_force, struct why *reterr_why);
int group_set_mems(const struct group *g, const cpu_set_t *nodes,
		   struct why *reterr_why);

/* Close or open its freezer; who is in it follows a moment later. */
int group_freeze(struct group *g, bool freeze, struct why *reterr_why);
/* Have all followed? Yes, when that cannot be read. */
bool group_is_frozen(const struct group *g);
