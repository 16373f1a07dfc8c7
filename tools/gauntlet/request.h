/* SPDX-License-Identifier: GPL-2.0-or-later */
/* request.h - what the command line of ktstr-gauntlet asks for. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tools/gauntlet/level.h"
#include "tools/lib/msg.h"
#include "tools/lib/spec/restrict.h"

/* --kernel LABEL[=FOLDER] */
struct kernel {
	char *label;
	const char *entry; /* NULL when only the label was given */
};

/**
 * struct request - the options of all subcommands
 *
 * Texts are argv's, lists are NULL-terminated or NULL.
 * @clock: clocks in order, or NULL when none was given: ask a variant, not this
 * @seeds: seeds in order, likewise
 * @limit: 0 for none
 * @level: of profiles; never LEVEL_FULL, which is all of them
 * @kernel: kernels in order; one of the label "kernel" when none was given
 * @inputs: of record, see inputs.h
 * @progress: file of progress.h, or NULL
 * @expect: seconds that the run will take, 0 when not known
 * @launch: see launch.h
 * @no_repro: failures are not run again and watched
 * @trace:  runs write traces: "yes", or KiB for each CPU; NULL: they do not
 * @only:   a file with the names of the variants to plan, "-", or NULL: all
 * @all:    plan also what is up to date; report all rows
 * @reasons: say why each variant has to run
 * @command: what stands behind "--", or NULL
 */
struct request {
	char **sched, **preset, **topology, **profile, **tag, **clock;
	struct kernel *kernel;
	size_t kernel_count;
	struct seeds seeds;
	size_t limit;
	enum level level;
	const char *format, *variants, *out, *init, *identity, *why;
	const char *vm_command, *lock_command;
	const char *inputs, *progress, *launch, *only, *trace;
	double expect;
	bool json, scenarios, count, all, reasons, no_repro;
	char **operand, **command;
	size_t operand_count;
};

/* A subcommand; @run returns the program's exit code. */
struct command {
	const char *name;
	int (*run)(const struct request *req);
	const char *operands; /* for the complaint; NULL: takes none */
	size_t operands_min, operands_max;
	const char *options; /* letters of options.c */
};

extern const struct command command_table[];

/* A subcommand with options of its own. @argv without the subcommand's name;
 * the exit code. */
struct command_apart {
	const char *name;
	int (*run)(int argc, char **argv);
};

extern const struct command_apart command_apart_table[];
extern const char help_text[];

/* Read the options; ends the program for --help, --version and mistakes. */
const struct command *options_read(int argc, char **argv, struct request *ret);
void options_done(struct request *req);

int command_check(const struct request *req);
int command_list(const struct request *req);
int command_show(const struct request *req);
int command_plan(const struct request *req);
int command_record(const struct request *req);
int command_try(const struct request *req);
int command_report(const struct request *req);
int command_shrink(const struct request *req);

/* @pointer, or the end of the program: memory ran out. */
static inline void *must(void *pointer)
{
	if (!pointer)
		die(EX_BROKEN, "out of memory");
	return pointer;
}
