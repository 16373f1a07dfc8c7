/* SPDX-License-Identifier: GPL-2.0-or-later */
/* payload.h - "[payload NAME]": a program whose numbers are judged. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tools/lib/spec/work.h"

#define PAYLOADS_MAX	    8
#define PAYLOAD_NAME_MAX    40
#define PAYLOAD_METRICS_MAX 64
#define PAYLOAD_PATTERN_MAX 256
#define PAYLOAD_GROUPS_MAX  9
#define PAYLOAD_PLUS_MAX    4
/* Of each of its two streams, in bytes; the rest is dropped, and counted. */
#define PAYLOAD_OUTPUT_BYTES (256 * 1024)

enum payload_output {
	PAYLOAD_EXIT_CODE, /* nothing of what it prints matters */
	PAYLOAD_JSON,
	PAYLOAD_REGEX,
	PAYLOAD_OUTPUTS,
};

enum payload_better { BETTER_UNKNOWN, BETTER_LOWER, BETTER_HIGHER };

/**
 * struct payload_metric - "metric =": one number of the output
 * @name:  of JSON the dotted path to it, "jobs.0.read.iops"
 * @match: of PAYLOAD_REGEX, a POSIX extended expression without counted
 *	   repeats and back-references, whose time can be exponential, and with
 *	   at most PAYLOAD_PLUS_MAX '+' within each other; else NULL
 * @group: its parenthesis that holds the number; 0: all of the match
 * @min, @max: bounds, both of them good; valid if @has_min, @has_max
 * @unit:  for reports; NULL: none
 */
struct payload_metric {
	char *name, *match, *unit;
	unsigned int group;
	bool has_min, has_max;
	double min, max;
	enum payload_better better;
	struct place at;
};

/* "file =": one that the program reads. */
struct payload_file {
	char *path;
	struct place at;
};

/**
 * struct payload - "[payload NAME]"
 * @run:    its program, as that of a worker of type exec
 * @file:   files of the host; where there are some, it runs in the folder that
 *	     has them
 * @status: that it must exit with, unless it is killed by an op
 * @timeout_ns: since its start
 * @cgroup: where it runs; NULL: in no cgroup of the test
 * @by_op:  started by "run-payload" and not with the test
 *
 * It runs once. What is not waited for or killed by an op is waited for at the
 * end of the last step.
 */
struct payload {
	char *name;
	struct work run;
	enum payload_output output;
	struct payload_metric *metric;
	size_t metric_count;
	struct payload_file *file;
	size_t file_count;
	unsigned int status;
	uint64_t timeout_ns;
	char *cgroup;
	bool by_op;
	struct place at;
};

void payload_done(struct payload *p);

/* The folder of its files in the guest, and one of them in there. */
void payload_folder(const struct payload *p, struct str *ret);
void payload_file_guest(const struct payload *p, size_t index, struct str *ret);

extern const char *const payload_output_names[PAYLOAD_OUTPUTS + 1];
/* "" for BETTER_UNKNOWN. */
extern const char *const payload_better_names[];
