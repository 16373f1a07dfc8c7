/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sched.h - a scheduler declaration, as a .sched file gives it. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "tools/lib/spec/checks.h"
#include "tools/lib/spec/conf.h"
#include "tools/lib/spec/topology.h"

/* An option of the scheduler that can be on or off. */
struct sched_flag {
	char *name;	 /* kebab-case */
	char **args;	 /* words, may be NULL */
	char **requires; /* names of other flags, may be NULL */
	struct place at;
};

/**
 * struct sched - a scheduler declaration
 * @name:   the file's name without folder and ".sched"
 * @binary: path, as written; relative to the folder where make runs
 * @args:   always passed, before the flags'
 * @topology: default machine of its tests; @has_topology tells if declared
 * @check:  middle layer of the checks
 */
struct sched {
	char *name, *binary;
	char **args;
	bool has_topology;
	struct topology topology;
	struct sched_flag *flag;
	size_t flag_count;
	struct checks check;
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

/* The flag of that name, or NULL. */
const struct sched_flag *sched_flag_find(const struct sched *s,
					 const char *name);
