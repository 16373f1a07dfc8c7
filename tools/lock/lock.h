/* SPDX-License-Identifier: GPL-2.0-or-later */
/* lock.h - what the parts of ktstr-lock share. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "tools/lib/holders.h"
#include "tools/lock/plan.h"
#include "tools/lock/uses.h"

/**
 * struct request - the command line and the environment
 * @kind:            what is to be reserved
 * @cap:             CPUs wanted, 0 when nobody said; of a window as well
 * @guest:           for PLAN_EXCLUSIVE
 * @bypass:          take no locks at all
 * @wait_ns:         how long to wait for a lock; 0 and LOCK_FILE_FOREVER too
 * @conflict_code:   exit status when a lock is busy for longer
 * @lacking_code:    exit status when the machine does not have so much
 * @folder:          of lock files, NULL for the system's
 * @folder_asked:    @folder is from the command line
 * @root:            folder that holds sys/ and proc/ of the machine
 * @recorded:        @root is not this machine
 * @source:          tree, or key, to lock
 * @die_with_parent: be killed when our parent ends
 * @json:            print JSON
 * @watch_ns:        print again that often, 0 to print once
 * @argv:            command to become, NULL when there is none
 */
struct request {
	enum plan_kind kind;
	unsigned int cap;
	struct topology guest;
	bool bypass;
	uint64_t wait_ns;
	int conflict_code, lacking_code;
	const char *folder;
	bool folder_asked;
	const char *root;
	bool recorded;
	const char *source;
	bool die_with_parent;
	bool json;
	uint64_t watch_ns;
	char **argv;
};

/**
 * struct view - a machine, what the caller may use of it, and its locks
 * @folder: descriptor of the lock folder, -1 when there is none yet
 * @path:   of that folder
 * @llc:    state of the lock of each of host.llc; the view owns it
 * @uses:   who uses which CPUs
 */
struct view {
	struct hosttopo host;
	cpu_set_t allowed, mems;
	int folder;
	char *path;
	struct llc_state *llc;
	struct uses uses;
};

/**
 * struct llc_name - name of an LLC's lock file
 */
struct llc_name {
	char text[32];
};
struct llc_name llc_name(unsigned int id);

/**
 * folder_open() - the folder of CPU and LLC locks
 * @req:      --lock-dir, if any
 * @create:   make it when it is not there
 * @ret_path: which one; the caller frees it; also set when it is not there
 *
 * Return: a descriptor, -ENOENT when it is not there and not to be made, or
 * -errno with @reterr_why set.
 */
int folder_open(const struct request *req, bool create, char **ret_path,
		struct why *reterr_why);

/**
 * allowed_read() - CPUs that we may run on, and nodes with memory for us
 *
 * sched_getaffinity(2), else Cpus_allowed_list; of a recorded machine
 * Cpus_allowed_list in proc/self/status, else all that are online.
 *
 * Return: 0, or -errno with @reterr_why set.
 */
int allowed_read(const struct request *req, cpu_set_t *ret_cpus,
		 cpu_set_t *ret_mems, struct why *reterr_why);

/**
 * view_read() - read host and allowed sets; no locks yet
 *
 * Return: 0; -ENODATA when sysfs does not tell CPUs or caches; -errno. Both
 * with @reterr_why set, and then view_done() is not needed.
 */
int view_read(const struct request *req, struct view *ret,
	      struct why *reterr_why);
/* Open v->folder, unless it is open. -ENOENT when it is not there, and not to
 * be made. */
int view_open_folder(const struct request *req, bool create, struct view *v,
		     struct why *reterr_why);
/* Read who holds what; without a folder that is nobody. Files that are missing
 * are nobody's as well. */
int view_read_locks(struct view *v, struct why *reterr_why);
void view_done(struct view *v);

/**
 * view_plan() - plan_make() for @req
 *
 * A number that this machine never has ends the program.
 */
int view_plan(const struct request *req, const struct view *v, struct plan *ret,
	      struct blocked *reterr_blocked, struct why *reterr_why);

/* Append who holds what is in the way, "LLC 0 ('...') is held by pid ...". */
void view_describe(const struct view *v, const struct blocked *blocked,
		   struct str *out);

/**
 * reserve() - take the locks of a plan, and wait for them as @req says
 *
 * The descriptors stay open and are inherited by what we become. A failure
 * ends the program.
 */
void reserve(const struct request *req, struct view *v, struct plan *ret);

/* The sub-commands. Each returns an exit code, or becomes its command. */
int do_cpus(const struct request *req);
int do_plan(const struct request *req);
int do_source(const struct request *req);
int do_build(const struct request *req);
int do_list(const struct request *req);

/* Set or unset KTSTR_CPUS, KTSTR_MEMS and KTSTR_JOBS; NULL unsets the first
 * two. */
void export_plan(const cpu_set_t *cpus, const cpu_set_t *mems,
		 unsigned int jobs);

/* Set or unset KTSTR_PINNING and KTSTR_SERVICE_CPU; NULL unsets them. */
void export_pinning(const struct plan *plan);

/* Print a plan, as variables or JSON; NULL: nothing is planned, and @cpus and
 * @jobs are all there is to tell. */
void print_plan(const struct request *req, const struct view *v,
		const struct plan *plan, const cpu_set_t *cpus,
		unsigned int jobs);

/* Append "4,5,12", the CPU of each vCPU. */
void pinning_format(struct str *out, const struct plan *plan);

/* Set @name; a failure ends the program. */
void export_variable(const char *name, const char *value);

/* Become req->argv. Never returns. */
noreturn void become(const struct request *req);

/**
 * become_jobs() - run req->argv with at most @cpus jobs
 *
 * Sets KTSTR_JOBS: @cpus, or fewer inside make's jobserver. Becomes the
 * command, unless tokens of the jobserver have to be held for it. Never
 * returns.
 */
noreturn void become_jobs(const struct request *req, unsigned int cpus);

/* Arrange to be killed when our parent ends; ends us if it has. */
void die_with_parent(pid_t parent);
