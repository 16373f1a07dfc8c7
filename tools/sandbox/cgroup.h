/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cgroup.h - a cgroup v2 with a cpuset, made for one command. */
#pragma once

#include <limits.h>
#include <sched.h>
#include <stdbool.h>
#include <sys/types.h>

#include "tools/lib/why.h"

/**
 * enum place_kind - why there is no cpuset cgroup
 *
 * The words for them are part of the interface: place_kind_name().
 */
enum place_kind {
	PLACE_MADE,
	PLACE_NO_CGROUP2,
	PLACE_NO_CPUSET,
	PLACE_SUBTREE_REFUSED,
	PLACE_PERMISSION_DENIED,
	PLACE_REFUSED,
	PLACE_DIFFERS,
};

const char *place_kind_name(enum place_kind kind);

/**
 * struct cgroup_position - where this process is
 * @mount:   path of the cgroup2 mount, "/sys/fs/cgroup" as a rule
 * @path:    of our cgroup below it, without a slash at either end; "" is the
 *	     top of what is mounted
 *
 * cgroup_position_done() releases it.
 */
struct cgroup_position {
	char *mount;
	char *path;
};

/**
 * cgroup_position_parse() - find the cgroup2 mount and our place in it
 * @mountinfo: text of /proc/self/mountinfo
 * @cgroup:    text of /proc/self/cgroup
 * @ret:       written only on success
 *
 * Return: 0, -ENOENT with @reterr_why set when no cgroup2 is mounted or we are
 * not below the mounted part; -ENOMEM.
 *
 * Source: cgroups(7), proc(5).
 */
int cgroup_position_parse(const char *mountinfo, const char *cgroup,
			  struct cgroup_position *ret, struct why *reterr_why);
/* The same, from /proc. */
int cgroup_position_read(struct cgroup_position *ret, struct why *reterr_why);
void cgroup_position_done(struct cgroup_position *p);

/**
 * struct place - a cgroup that we made
 * @parent: descriptor of the folder that it is in
 * @fd:     its own descriptor
 * @name:   in @parent; holds the pid and the start time of who made it, so that
 *	    others can tell whether he lives
 */
struct place {
	int parent, fd;
	char name[NAME_MAX + 1];
};

#define PLACE_EMPTY                                                            \
	{                                                                      \
		.parent = -1, .fd = -1                                         \
	}

/**
 * place_make() - make a cgroup with @cpus and @mems, and check what came out
 * @where: our own position
 * @mems:  may be empty: any
 * @ret:   place_remove() ends it; written only with PLACE_MADE
 *
 * Where cgroup v2 allows one: under the root when we are in the root; beside
 * us, in our parent; else as a threaded child of our own group, since a group
 * with processes cannot have a plain child with controllers.
 *
 * Return: PLACE_MADE, or the kind with @reterr_why set; then nothing is left.
 */
enum place_kind place_make(const struct cgroup_position *where,
			   const cpu_set_t *cpus, const cpu_set_t *mems,
			   struct place *ret, struct why *reterr_why);

/* Move process @pid into @p. Return: PLACE_MADE, or the kind. */
enum place_kind place_move(const struct place *p, pid_t pid,
			   struct why *reterr_why);

/**
 * place_remove() - kill what is left in it, and remove it
 *
 * Return: 0, or -errno when it had to stay; the next sandbox sweeps it.
 */
int place_remove(struct place *p);

/**
 * place_sweep() - remove groups in @parent whose makers are dead
 *
 * Those of another PID namespace, whose makers we cannot see, stay.
 *
 * Return: how many could not be removed.
 */
unsigned int place_sweep(int parent);

/* Write the name for a cgroup of ours. Return: 0 or -errno. */
int place_name(char *ret, size_t room);
