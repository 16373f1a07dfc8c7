/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cover.h - the few variants that show most of what there is to see. */
#pragma once

#include "tools/gauntlet/select-features.h"

/* More different values than these have no pairs, or no triples. */
#define COVER_VALUES_MAX	16384
#define COVER_TRIPLE_VALUES_MAX 768

enum cover_goal {
	COVER_FEATURES, /* each feature once */
	COVER_VALUES,	/* each value of a covering array once */
	COVER_PAIRS,	/* each pair of values that any variant has */
	COVER_TRIPLES,	/* each three of them */
};

/**
 * struct tuples - pairs or triples of values
 * @known: cover_count() was called
 * @is:    a bit for each that any variant has, so many as @count
 * @has:   a bit for each that the variants chosen have, @had of them
 */
struct tuples {
	bool known;
	uint8_t *is, *has;
	uint64_t count, had;
};

/**
 * struct cover - what the variants that are chosen have between them
 * @has:   by feature
 * @tuples: of two and of three values
 */
struct cover {
	const struct features *f;
	struct choices *c;
	bool *has;
	struct tuples tuples[2];
	uint32_t *buffer;
};

void cover_begin(const struct features *f, struct choices *c,
		 struct cover *ret);
void cover_done(struct cover *cover);

/**
 * cover_count() - count what pairs or triples there are
 * @goal: COVER_PAIRS or COVER_TRIPLES
 *
 * Return: 0, or -E2BIG for more than COVER_VALUES_MAX values, for triples
 * COVER_TRIPLE_VALUES_MAX.
 */
int cover_count(struct cover *cover, enum cover_goal goal);

/**
 * cover_reach() - choose variants until @goal is reached
 * @left_s: seconds that may be spent, counted down; or NULL: as few variants as
 *	    possible, and among equals the one of the smallest @model_s
 *
 * Greedy: each time the variant with the most that is new, for each second if
 * @left_s is given; the first by name among equals. Pairs and triples must have
 * been counted.
 *
 * For coverage under a budget see S. Khuller, A. Moss, J. Naor, "The budgeted
 * maximum coverage problem", 1999; only what may still be the best is counted
 * anew, see M. Minoux, "Accelerated greedy algorithms", 1978.
 */
void cover_reach(struct cover *cover, enum cover_goal goal, double *left_s);

/* Choose as many of the others as @left_s allows: the shortest first. */
void cover_fill(struct cover *cover, double *left_s);

/* The pairs or the triples. */
static inline struct tuples *cover_tuples(struct cover *cover,
					  enum cover_goal goal)
{
	return &cover->tuples[goal == COVER_TRIPLES];
}

/* Is feature @n one that @goal asks for? */
bool cover_wants(const struct cover *cover, enum cover_goal goal, uint32_t n);
