/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * verifier.h - "ktstr-gauntlet verifier": what the kernel's verifier said of
 * schedulers' programs, and what grew since a baseline.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "tools/gauntlet/result.h"

/* Of each program. */
enum size_of {
	SIZE_INSNS,    /* instructions that it has */
	SIZE_VERIFIED, /* that were gone through, each as often as it was */
	SIZE_STATES,   /* in all */
	SIZE_PEAK,     /* states kept at one time */
	SIZE_STACK,    /* bytes */
	SIZE_TIME,     /* microseconds of the guest */
	SIZES,
};
/* As bounds name them, and as result.json and baselines do. */
extern const char *const size_names[SIZES], *const size_keys[SIZES];

/* What tells programs apart, in order of the columns. */
enum of {
	OF_KERNEL,
	OF_SCHEDULER,
	OF_PRESET,
	OF_PROFILE,
	OF_PROGRAM,
	OFS,
};
extern const char *const of_keys[OFS];

/**
 * struct verified - one program
 * @of:   clean lines, owned
 * @size: below 0 where it is not known
 * @limit: of SIZE_VERIFIED, 0 where it is not known
 * @accepted, @error: or with which error it was refused
 * @type: of program
 * @folder: of its result, owned; NULL in a baseline
 * @log_at, @log_bytes: its part of verifier.log there
 * @base: the same in the baseline, or NULL
 * @grown: above its bound
 */
struct verified {
	char *of[OFS];
	bool accepted;
	char *error, *type;
	int64_t size[SIZES], limit;
	char *folder;
	int64_t log_at, log_bytes;
	const struct verified *base;
	bool grown[SIZES];
};

/* Something that stands in the way of an answer: a variant without numbers, a
 * kernel that is not in the baseline. */
struct trouble {
	char *name, *why;
};

/**
 * struct verifier - all of it
 * @item, @base_item: what there is, and what there was
 * @bound: percent by which each may grow; below 0: as it likes
 * @skipped: variants that this host could not run, beside @trouble
 */
struct verifier {
	struct verified *item, *base_item;
	size_t count, base_count;
	struct trouble *trouble;
	size_t trouble_count, skipped;
	double bound[SIZES];
	const char *baseline; /* the file, or NULL */
};

/* From results; @glob: programs of these names, NULL: all. */
void verifier_read(const char *folder, const char *variants, char *const *glob,
		   struct verifier *ret);
/* From @v->baseline. Ends the program when it is none of ours. */
void verifier_read_base(struct verifier *v);
void verifier_add_trouble(struct verifier *v, const char *name,
			  const char *why);
void verifier_done(struct verifier *v);

/* "10%", of verified instructions, or "SIZE=10%"; ends the program for anything
 * else. */
void verifier_bound(struct verifier *v, const char *text);
/* Compare with the baseline. */
void verifier_judge(struct verifier *v);
/* How many were refused; how many grew above a bound. */
size_t verifier_refused(const struct verifier *v);
size_t verifier_grown(const struct verifier *v);
/* Of the baseline, and not there any more: the next from @*at on, or NULL. */
const struct verified *verifier_gone(const struct verifier *v, size_t *at);

void verifier_print(const struct verifier *v);
/* Logs of them all; @whole: with what repeats. */
void verifier_print_logs(const struct verifier *v, bool whole);
/* @for_base: what a baseline keeps. json_decref() it. */
json_t *verifier_json(const struct verifier *v, bool for_base);

/* The part of verifier.log that is @p's; "" when it cannot be read. The caller
 * frees it. */
char *verifier_log(const struct verified *p);

int verifier_main(int argc, char **argv);
