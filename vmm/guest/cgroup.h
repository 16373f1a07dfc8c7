/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cgroup.h - the cgroups of a scenario, all below /sys/fs/cgroup/ktstr. */
#pragma once

#include <sched.h>
#include <stdbool.h>
#include <sys/types.h>

#include "tools/lib/why.h"

/* All return 0 or -errno with @reterr_why. @name is a path below our root. */

/* Our root is to be in @folder, which stays the caller's, and which holds no
 * process and has the controllers; without it, in /sys/fs/cgroup. */
void cgroup_set_above(const char *folder);
/* Our root is to be @path, "/a/b", below what is above; make it and what is
 * between, with the controllers that cgroup_init() would pass on. */
int cgroup_set_root(const char *path, bool with_cpu, struct why *reterr_why);
/* Make our root, with the controllers cpuset and, if @with_cpu, cpu for what is
 * below it. */
int cgroup_init(bool with_cpu, struct why *reterr_why);

/* A file of @name as text without its last newline; the caller frees it. */
int cgroup_write(const char *name, const char *file, const char *text,
		 struct why *reterr_why);
int cgroup_read(const char *name, const char *file, char **ret,
		struct why *reterr_why);

/* Make @name; what is above it is made, too, and passes the controllers on. */
int cgroup_make(const char *name, struct why *reterr_why);

/* Let children of @name use the controllers, or stop that, so that @name may
 * hold processes (only when there are no children). */
int cgroup_pass_on(const char *name, bool on, struct why *reterr_why);

/* Remove it; 0 if it is not there. It must be empty. */
int cgroup_remove(const char *name, struct why *reterr_why);

/* @pid becomes a member. */
/* A descriptor of its folder, which the caller closes, or -errno. */
int cgroup_open(const char *name);

int cgroup_attach(const char *name, pid_t pid, struct why *reterr_why);

/* The CPUs that are in force for it. */
int cgroup_get_cpus(const char *name, cpu_set_t *ret, struct why *reterr_why);

/* Give it CPUs of its own; NULL: all of its parent's. */
int cgroup_set_cpus(const char *name, const cpu_set_t *cpus,
		    struct why *reterr_why);
