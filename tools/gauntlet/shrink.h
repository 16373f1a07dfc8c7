/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * shrink.h - a variant that fails, made smaller while it fails the same way
 * (private to "ktstr-gauntlet shrink").
 */
#pragma once

#include <jansson.h>

#include "tools/gauntlet/request.h"
#include "tools/lib/spec/profile.h"

/* Machines that are started in all, the first of which only repeats. */
#define SHRINK_RUNS_MAX 20

/**
 * struct shrunk - one size of the variant
 * @on:  flags, as of struct profile
 * @cap: workers of each kind of work, at most; 0: as the test says
 * @duration_ns: of the test
 */
struct shrunk {
	struct topology topology;
	bool *on;
	unsigned int cap;
	uint64_t duration_ns;
};

/* What a failure is known by; @checks are those that failed. */
struct failure {
	char *verdict, *class;
	char **checks;
};

/**
 * struct shrink - the work on one variant
 * @base:   the words of "ktstr-vm run" with its options, to be changed
 * @lock:   what stands before them
 * @sched:  meaningful if @has_sched
 * @text:   of the test, as it is in its file
 * @first, @best: as it was, and the smallest that failed the same way so far
 * @runs:   machines so far
 * @tried:  their sizes, as texts
 */
struct shrink {
	const struct request *req;
	char *name, *preset;
	char **base, **lock, **program, **tried;
	struct sched sched;
	bool has_sched, is_virtual;
	struct test test;
	char *test_path, *text;
	struct failure failure;
	struct shrunk first, best;
	unsigned int runs;
};

/* shrink-run.c */

/* Read the result of @folder; dies with EX_USAGE when there is nothing to
 * shrink. */
void shrink_read(struct shrink *s, const char *folder);
/* Run it in the size of @now, and say what became of it. Return: it failed the
 * same way. */
bool shrink_run(struct shrink *s, const struct shrunk *now, const char *what);
/* The command that runs the smallest; its test is written to the folder. */
char *shrink_command(const struct shrink *s);
char *shrink_profile(const struct shrink *s, const bool *on);

/* shrink-search.c: try what is smaller, until nothing is or the runs are over.
 */
void shrink_search(struct shrink *s);

/* shrink-text.c */

/* The test's text in the size of @now, or NULL when that is no test. */
char *shrink_text(const struct shrink *s, const struct shrunk *now);
/* The most workers of any kind of work. */
unsigned int shrink_workers(const struct shrink *s);
/* Is it a test that can run there? */
bool shrink_fits(const struct shrink *s, const struct shrunk *now);

struct shrunk shrunk_copy(const struct shrink *s, const struct shrunk *from);
void shrunk_done(struct shrunk *s);
