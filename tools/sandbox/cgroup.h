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
 * @fd:     its own descriptor, with a flock for as long as the maker lives
 * @passed_on: it was we who passed the parent's cpuset on
 * @passed_cpu: and its controller cpu
 * @name:   in @parent; holds the pid and the start time of who made it, so that
 *	    others can tell whether he lives
 */
struct place {
	int parent, fd;
	bool passed_on, passed_cpu;
	char name[NAME_MAX + 1];
};

#define PLACE_EMPTY                                                            \
	{                                                                      \
		.parent = -1, .fd = -1                                         \
	}

/**
 * struct place_want - what is asked for
 * @cpus: not empty
 * @mems: may be empty: any
 * @pid:  process to move there
 */
struct place_want {
	cpu_set_t cpus, mems;
	pid_t pid;
};

/**
 * place_make() - make a cgroup, check what came out, and move a process there
 * @where: our own position
 * @ret:   place_remove() ends it; written only with PLACE_MADE
 *
 * Where cgroup v2 allows one: under the root when we are in the root; beside
 * us, in our parent; else as a threaded child of our own group, since a group
 * with processes cannot have a plain child with controllers. Groups of dead
 * makers are swept in all these places.
 *
 * Return: PLACE_MADE, or the kind with @reterr_why set; then nothing is left.
 */
enum place_kind place_make(const struct cgroup_position *where,
			   const struct place_want *want, struct place *ret,
			   struct why *reterr_why);

/* Is still in effect what was asked for? Return: PLACE_MADE or PLACE_DIFFERS
 * and @reterr_why. */
enum place_kind place_check(const struct place *p,
			    const struct place_want *want,
			    struct why *reterr_why);

/**
 * place_lock() - keep others from making, sweeping and removing in a folder
 *
 * flock(fd, LOCK_UN), or close(fd), ends it. Return: false when it cannot be
 * had within a second: whoever holds it hangs, or means us ill.
 */
bool place_lock(int fd);

/**
 * place_remove() - kill what is left in it and below, and remove all that
 *
 * Return: 0, or -errno when it had to stay; the next sandbox sweeps it.
 */
int place_remove(struct place *p);

/**
 * place_sweep() - remove groups in @parent whose makers are dead
 *
 * A maker in our PID namespace is known by pid and start time; one in another,
 * which we may not see, by the flock that he keeps. Only under place_lock():
 * who has made a group and not yet locked it holds that.
 *
 * Return: how many could not be removed.
 */
unsigned int place_sweep(int parent);

/* Write the name for a cgroup of ours. Return: 0 or -errno. */
int place_name(char *ret, size_t room);
