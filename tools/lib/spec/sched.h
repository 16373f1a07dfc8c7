/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sched.h - a scheduler declaration, as a .sched file gives it. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "tools/lib/spec/checks.h"
#include "tools/lib/spec/conf.h"
#include "tools/lib/spec/switching.h"
#include "tools/lib/spec/topology.h"
#include "tools/lib/spec/tuning.h"

/* An option of the scheduler that can be on or off. */
struct sched_flag {
	char *name;	 /* kebab-case */
	char **args;	 /* words, may be NULL */
	char **requires; /* names of other flags, may be NULL */
	struct switching enable, disable; /* of a scheduler without binary */
	struct place at;
};

/* Limits of the presets that a test has where it says none; 0 where the
 * declaration says none, too. */
struct sched_limits {
	unsigned int min_nodes, max_nodes, min_llcs, max_llcs, min_cpus,
		max_cpus;
	bool has_smt, requires_smt;
};

/**
 * struct sched - a scheduler declaration
 * @name:   the file's name without folder and ".sched"
 * @binary: path, as written; relative to the folder where make runs; NULL: the
 *	    scheduler is in the kernel, and @enable switches it on
 * @args:   always passed, before the flags'
 * @topology: default machine of its tests; @has_topology tells if declared
 * @check:  middle layer of the checks
 * @limits: of its tests
 * @tuning: of the guest, before the tests' own
 * @config_file, @config_option: a file that the scheduler gets, and the option
 *	    before it, NULL for none
 * @cgroup_parent, @cgroup_option: the same for a cgroup of the guest, an
 *	    absolute path, in which the cgroups of the tests are
 */
struct sched {
	char *name, *binary;
	char **args;
	bool has_topology;
	struct topology topology;
	struct sched_flag *flag;
	size_t flag_count;
	struct checks check;
	struct sched_limits limits;
	struct tuning tuning;
	struct switching enable, disable;
	char *config_file, *config_option, *cgroup_parent, *cgroup_option;
	struct place at_config_file;
	struct conf conf; /* owns the text that places point into */
};

/**
 * sched_parse() - read a declaration
 * @path, @text: the file
 * @ret: always written; sched_done() frees it. Not to be used if @d->count > 0.
 *
 * Return: 0 or -ENOMEM.
 */
int sched_parse(const char *path, const char *text, struct diag *d,
		struct sched *ret);
void sched_done(struct sched *s);

/* Where @s's config file is in the guest. */
void sched_config_guest(const struct sched *s, struct str *ret);

/* Complain about files and programs of @s, other than its binary, that this
 * host does not have. */
void sched_check_files(const struct sched *s, struct diag *d);

/* The flag of that name, or NULL. */
const struct sched_flag *sched_flag_find(const struct sched *s,
					 const char *name);
