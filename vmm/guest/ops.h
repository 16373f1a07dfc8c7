/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ops.h - what a step does to cgroups and workers that are there. */
#pragma once

#include "tools/lib/str.h"
#include "vmm/guest/scenario.h"

/**
 * scenario_op() - do one op of a step, with its event
 *
 * Return: 0 or -errno and @reterr_why.
 */
int scenario_op(struct scenario *s, const struct op *op,
		struct why *reterr_why);

/* Each does one kind; @in_force: what is so afterwards, for the event. */
typedef int op_run(struct scenario *s, const struct op *op,
		   struct str *in_force, struct why *reterr_why);

/* ops-cpus.c */
op_run op_set_cpuset, op_clear_cpuset, op_swap_cpusets, op_set_affinity,
	op_hotplug;
/* ops-groups.c */
op_run op_add_cgroup, op_stop_cgroup, op_remove_cgroup, op_move_tasks, op_spawn,
	op_spawn_host, op_freezer;
/* levers.c */
op_run op_map;
/* dumps.c */
op_run op_dump;
/* payload.c */
op_run op_payload;
/* ops-limits.c */
op_run op_set_weight, op_set_max, op_set_uclamp, op_set_nice, op_set_policy;

/* The workers that run in what @name means itself. Return: 0 or -errno. */
int ops_crew(struct scenario *s, const char *name, struct crew *ret,
	     struct why *reterr_why);

/* Around a change of the CPUs that some may use: cut their segments. One that
 * is frozen has none. */
void ops_close_segments(struct crew *c);
void ops_open_segments(struct scenario *s, struct crew *c);

/* Is @g in a freezer that is closed? */
bool ops_is_frozen(const struct scenario *s, const struct group *g);
/* Open that of @g. */
int ops_thaw(struct scenario *s, struct group *g, struct why *reterr_why);
/* Take those CPUs on line or off. */
int ops_set_online(struct scenario *s, const cpu_set_t *cpus, bool on,
		   struct why *reterr_why);
