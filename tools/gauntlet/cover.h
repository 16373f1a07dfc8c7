/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cover.h - the few variants that show most of what there is to see. */
#pragma once

#include "tools/gauntlet/select-features.h"

/* More different values than these have no pairs. */
#define COVER_VALUES_MAX 16384

enum cover_goal {
	COVER_FEATURES, /* each feature once */
	COVER_VALUES,	/* each value of a covering array once */
	COVER_PAIRS,	/* each pair of values that any variant has */
};

/**
 * struct cover - what the variants that are chosen have between them
 * @has:   by feature
 * @pairs_known: cover_count_pairs() was called
 * @pairs: how many there are, @pairs_had of them chosen
 */
struct cover {
	const struct features *f;
	struct choices *c;
	bool *has;
	bool pairs_known;
	uint8_t *pair_is, *pair_has; /* a bit for each pair */
	uint64_t pairs, pairs_had;
	uint32_t *buffer;
};

void cover_begin(const struct features *f, struct choices *c,
		 struct cover *ret);
void cover_done(struct cover *cover);

/* Count what pairs there are. -E2BIG: of more than COVER_VALUES_MAX values. */
int cover_count_pairs(struct cover *cover);

/**
 * cover_reach() - choose variants until @goal is reached
 * @left_s: seconds that may be spent, counted down; or NULL: as few variants as
 *	    possible, and among equals the one of the smallest @model_s
 *
 * Greedy: each time the variant with the most that is new, for each second if
 * @left_s is given; the first by name among equals. For COVER_PAIRS, pairs must
 * have been counted.
 *
 * For coverage under a budget see S. Khuller, A. Moss, J. Naor, "The budgeted
 * maximum coverage problem", 1999; only what may still be the best is counted
 * anew, see M. Minoux, "Accelerated greedy algorithms", 1978.
 */
void cover_reach(struct cover *cover, enum cover_goal goal, double *left_s);

/* Choose as many of the others as @left_s allows: the shortest first. */
void cover_fill(struct cover *cover, double *left_s);

/* Is feature @n one that @goal asks for? */
bool cover_wants(const struct cover *cover, enum cover_goal goal, uint32_t n);
