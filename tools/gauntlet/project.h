/* SPDX-License-Identifier: GPL-2.0-or-later */
/* project.h - the declarations and tests of one request, read and checked. */
#pragma once

#include "tools/gauntlet/request.h"
#include "tools/lib/spec/sched.h"
#include "tools/lib/spec/test.h"

/**
 * struct sched_file - a declaration with its text
 * @path:    NULL: the kernel's own scheduler, "none"
 * @implied: "none" that nobody gave, but a test names
 */
struct sched_file {
	const char *path;
	char *text;
	struct sched sched; /* if @path */
	bool implied;
};

struct test_file {
	const char *path;
	char *text;
	struct test test;
};

/**
 * struct project - all files of one request
 * @sched: declarations in the order given; then "none", where a test asks for
 *	   it or there is no declaration at all
 * @d:     complaints; use the rest only if there are none
 */
struct project {
	struct sched_file *sched;
	size_t sched_count;
	struct test_file *test;
	size_t test_count;
	struct diag d;
};

/**
 * project_read() - read files
 * @schedulers, @tests: paths, NULL-terminated or NULL
 * @alone: tests may name schedulers that are not given
 *
 * Ends the program (EX_USAGE) for a file that cannot be read.
 */
void project_read(char *const *schedulers, char *const *tests, bool alone,
		  struct project *ret);

/* Print the complaints and end the program, if there are any. */
void project_stop_on_complaints(const struct project *p);
void project_done(struct project *p);

/* Does @t run on @s? A test that names no scheduler runs on all declared. */
bool project_runs_on(const struct test *t, const struct sched_file *s);

/* The declaration, or NULL for "none"; and the name of either. */
const struct sched *sched_file_declaration(const struct sched_file *s);
const char *sched_file_name(const struct sched_file *s);

/* The machine that @t has on @s by itself. */
struct topology project_own_topology(const struct test *t,
				     const struct sched *s);

/* Complain if the machine that @t has on @s by itself is too small for it. */
void project_check_own_machine(struct project *p, const struct test *t,
			       const struct sched *s);

/* Complain if @t cannot run on @s, whatever the machine: flags, arguments. */
void project_check_pair(struct project *p, const struct test *t,
			const struct sched *s);
