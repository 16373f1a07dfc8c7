/* SPDX-License-Identifier: GPL-2.0-or-later */
/* select.h - variants by name alone, of which some are chosen. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tools/gauntlet/level.h"
#include "tools/gauntlet/name-table.h"
#include "tools/gauntlet/project.h"
#include "tools/gauntlet/result.h"
#include "tools/lib/str.h"
#include "tools/lib/variant-name.h"

/**
 * struct select_request - the command line of select and of shard
 *
 * Texts are argv's, lists are NULL-terminated or NULL.
 * @budget_s: 0: none
 * @shard, @shards: 1 to @shards; 0 for select
 */
struct select_request {
	char **match, **results, **sched, **test;
	bool failed;
	enum level level;
	double budget_s;
	unsigned int shard, shards;
};

/**
 * struct choice - one line of standard input
 * @line:    the variant's name; what stands behind a blank is kept for output
 * @name_len: bytes of the name in it
 * @part:    numbers in choices.words
 * @machine, @flags: numbers in choices.machines, .profiles
 * @rank:    place by name, lowest first
 * @model_s: seconds that it takes by its test and machine
 * @seconds: the same, corrected by what was learned
 * @has_result, @verdict: of its last result, if times_read() was called
 */
struct choice {
	const char *line;
	uint32_t name_len, part[VARIANT_PARTS], machine, flags, rank;
	double model_s, seconds;
	bool has_result, learned, in, chosen;
	enum verdict verdict;
};

/**
 * struct choices - all lines, in their order
 * @text:     owns the lines
 * @words:    the names' parts
 * @machines: pairs of words: (preset, NAME_NONE), or for a test's own machine
 *	      (test, scheduler)
 * @machine_of: by machine; @llcs is 0 where the topology is not known
 * @profiles: pairs of words (scheduler, profile)
 * @project:  the files that were given
 * @test_of:  by word: the test of that name or NULL
 */
struct choices {
	struct choice *item;
	size_t count;
	char *text;
	struct name_table words, machines, profiles;
	struct topology *machine_of;
	const struct test **test_of;
	struct project project;
};

/* Read the command line of select, or of shard if @is_shard; ends the program
 * for --help, --version and mistakes. */
void select_options(int argc, char **argv, bool is_shard,
		    struct select_request *ret);
void select_options_done(struct select_request *req);

/* Read standard input, and the files of @req; ends the program (EX_USAGE) for
 * a line that is no variant, or one that is there twice. */
void choices_read(const struct select_request *req, struct choices *ret);
void choices_done(struct choices *c);

/* The part of a name, as text. */
static inline const char *choice_part(const struct choices *c,
				      const struct choice *v,
				      enum variant_part part)
{
	return name_table_text(&c->words, v->part[part]);
}

/* "select" and "shard" with all their arguments; each returns the exit code. */
int select_main(int argc, char **argv);
int shard_main(int argc, char **argv);
