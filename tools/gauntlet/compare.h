/* SPDX-License-Identifier: GPL-2.0-or-later */
/* compare.h - two sets of results, pair by pair and metric by metric. */
#pragma once

#include <stdbool.h>

#include "tools/gauntlet/policy.h"
#include "tools/gauntlet/samples.h"
#include "tools/lib/str.h"

/* What became of one metric of a pair. */
enum change {
	CHANGE_NONE,
	CHANGE_SMALL,	/* virtual clock: real, and below the gates */
	CHANGE_OPEN,	/* beyond the gates, nobody knows what is better */
	CHANGE_NOISE,	/* real clock: beyond the gates, and may be chance */
	CHANGE_TOO_FEW, /* real clock: beyond the gates, of too few runs */
	CHANGE_NEW,	/* B has it, and no run of A */
	CHANGE_GONE,	/* A has it, and no run of B */
	CHANGE_BETTER,
	CHANGE_WORSE,
	CHANGES,
};
extern const char *const change_names[CHANGES];

/**
 * struct difference - a metric that is not the same on both sides
 * @a, @b: means of the runs that have it, NAN where none has
 * @runs_a, @runs_b: so many
 * @low, @high: of b - a, see bootstrap.h; if @has_interval
 */
struct difference {
	size_t metric;
	enum change change;
	double a, b, low, high;
	size_t runs_a, runs_b;
	bool has_interval;
};

enum outcome {
	OUTCOME_SAME,	   /* all passed; no metric differs */
	OUTCOME_COMPARED,  /* all passed; see the differences */
	OUTCOME_BROKE,	   /* passed, and does not any more */
	OUTCOME_FIXED,	   /* passes now */
	OUTCOME_UNDECIDED, /* passed, and could not be judged */
	OUTCOME_FAILING,   /* one of both did not pass before, nor now */
	OUTCOME_MACHINE,   /* the test's own machine is another one */
	OUTCOMES,
};
extern const char *const outcome_names[OUTCOMES];

/**
 * struct pair - the runs of one variant on both sides
 * @a, @b: by seed; under the virtual clock of the same seeds on both sides
 * @passed_a, @passed_b: so many of them
 * @broken: the first of @b that shows OUTCOME_BROKE
 * @is_virtual: under the virtual clock: what differs is real
 * @difference: of OUTCOME_COMPARED, in the order of metrics
 */
struct pair {
	const struct sample **a, **b;
	size_t count_a, count_b, passed_a, passed_b;
	bool is_virtual;
	enum outcome outcome;
	const struct sample *broken;
	struct difference *difference;
	size_t difference_count;
};

/* Runs of one side. */
struct alone {
	const struct sample **item;
	size_t count;
};

/**
 * struct comparison - all of it
 * @sliced: what A and B are meant to differ in; no part of a pair
 * @by_seed: each seed is a pair of its own
 * @varies: parts of a name that are not the same in all pairs, and the test
 * @only_a, @only_b: runs without a partner
 */
struct comparison {
	struct metrics metrics;
	struct policy policy;
	struct samples a, b;
	bool sliced[DIMS], by_seed, varies[PARTS];
	struct pair *pair;
	size_t pair_count;
	struct alone only_a, only_b;
};

/**
 * compare_pair() - find the pairs
 *
 * Of a side's runs those with the same key are one member of a pair, whatever
 * their seed; with @by_seed a second one of the same seed is refused. Under the
 * virtual clock seeds that one side alone has are left out, and counted.
 *
 * Return: 0, or -EINVAL (@reterr_why is set).
 */
int compare_pair(struct comparison *c, struct why *reterr_why);

/* Judge each pair: fill in outcome and differences. */
void compare_judge(struct comparison *c);
void compare_done(struct comparison *c);

/**
 * struct comparison_tally - how many of what
 * @change: differences of metrics
 */
struct comparison_tally {
	size_t outcome[OUTCOMES], change[CHANGES];
};
void compare_count(const struct comparison *c, struct comparison_tally *ret);

/* "scheduler (12), qemu (3)": what went into both sides and was not the same,
 * with the number of pairs; nothing for none. */
void compare_inputs(const struct comparison *c, struct str *out);

/**
 * struct host_difference - something that was not the same of both hosts
 * @name: as doc/results.md has it below host or host.system
 * @a, @b: its values
 * @pairs: so many pairs had just these
 * @is_decisive: one of them ran under the real clock, whose figures it changes
 */
struct host_difference {
	char *name, *a, *b;
	size_t pairs;
	bool is_decisive;
};
struct host_differences {
	struct host_difference *item;
	size_t count;
};

/* What ran A and B, as far as it differs within a pair. */
void compare_hosts(const struct comparison *c, struct host_differences *ret);
void host_differences_done(struct host_differences *d);

/* Append why figures of A and B cannot be compared as they are. Return: false:
 * they can, nothing was appended. */
bool host_differences_note(const struct host_differences *d, struct str *out);

/* The pair's test, and whatever else is not the same in all pairs. */
void compare_label(const struct comparison *c, const struct pair *p,
		   struct str *out);

/* @all: each difference, however many. */
void compare_print(const struct comparison *c,
		   const struct host_differences *hosts, bool all);
void compare_print_json(const struct comparison *c,
			const struct host_differences *hosts);
