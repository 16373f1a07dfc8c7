/* SPDX-License-Identifier: GPL-2.0-or-later */
/* result.h - result.json of one variant, read with distrust. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "tools/lib/str.h"

#define RESULT_SCHEMA_VERSION 1

enum verdict {
	VERDICT_PASS,
	VERDICT_FAIL,
	VERDICT_INCONCLUSIVE,
	VERDICT_SKIP,
	VERDICT_ERROR,
	VERDICTS,
};
extern const char *const verdict_names[VERDICTS];

/* The parts of a variant's name, in order. */
enum part {
	PART_KERNEL,
	PART_SCHEDULER,
	PART_TEST,
	PART_PRESET,
	PART_PROFILE,
	PART_CLOCK,
	PART_SEED,
	PARTS,
};

/**
 * struct result - what is known of a variant
 * @name:    one clean line, as all texts here
 * @part:    the name's parts; all "-" but the test, where it has others
 * @reason:  NULL-terminated or NULL
 * @seconds: time of all phases, or below 0 when unknown
 * @repro:   the report of a failure that was watched, and how it compares; NULL
 *	     if there is none
 * @rerun:   a command that runs it again, with $KTSTR_RERUN_PATH put in front
 *of PATH, where that is set; or NULL or ""
 * @path:    of result.json; result_load() reads it again. NULL when there is
 *	     none of this variant: thousands of whole results need gigabytes
 */
struct result {
	char *name, *part[PARTS];
	enum verdict verdict;
	char *class, **reason, *rerun, *repro;
	double seconds;
	char *path;
};

struct results {
	struct result *item;
	size_t count, tally[VERDICTS];
};

/* Gets each sound result, @index within struct results, while it is read. */
typedef void results_take(void *arg, size_t index, const json_t *o);

/**
 * results_read(), results_read_each() - the results below a folder
 * @folder:   RESULTS
 * @variants: a file with one "NAME [IDENTITY]" a line; or NULL for all
 *	      result.json files there are
 * @brief:    of a pass that a list names no more than a table tells is wanted:
 *	      where its stamp holds its result is not read, and @path is NULL
 * @take:     @arg goes with it
 *
 * A result that is missing, of another identity, not readable or not ours is
 * an error with the reason. Ends the program (EX_USAGE) when @folder or
 * @variants cannot be read.
 */
void results_read(const char *folder, const char *variants, bool brief,
		  struct results *ret);
void results_read_each(const char *folder, results_take *take, void *arg,
		       struct results *ret);
void results_done(struct results *r);

/* The whole object, json_decref() it; NULL when there is none (any more). */
json_t *result_load(const struct result *r);

/* The object in the file @path; or NULL and the reason, which the caller frees,
 * and errno: ENOENT when there is no file. json_decref() it. */
json_t *result_read(const char *path, char **reterr);
/* Of what result_read() gave. */
enum verdict result_verdict(const json_t *o);

/* The same; ends the program (EX_USAGE) when there is none. */
json_t *result_load_file(const char *path);

/* What stands before a command that a person is told: from a checkout our
 * programs are not in the shell's PATH. */
void result_add_path(struct str *line);

/**
 * result_identity() - is the result of this identity there, and what is it?
 * @path:    of result.json
 * @ret:     the verdict
 *
 * Return: 0, or -ENOENT when there is none that is sound and of @identity.
 */
int result_identity(const char *path, const char *identity, enum verdict *ret);

/**
 * result_brief() - what became of a variant the last time, whatever its inputs
 * @path: of result.json
 * @name: the variant's
 * @ret_seconds: below 0 when not known
 *
 * Return: 0; -ENOENT when there is none; -EINVAL when what is there is no sound
 * result of that variant.
 */
int result_brief(const char *path, const char *name, enum verdict *ret,
		 double *ret_seconds);
