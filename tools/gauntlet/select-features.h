/* SPDX-License-Identifier: GPL-2.0-or-later */
/* select-features.h - what a variant has, so that others need not show it. */
#pragma once

#include "tools/gauntlet/select.h"

/**
 * enum feature_kind - from names alone, but for the last four
 *
 * FEATURE_NODES to FEATURE_SMT stand for a machine; its own name does so where
 * its topology is not known.
 */
enum feature_kind {
	FEATURE_KERNEL,
	FEATURE_SCHEDULER,
	FEATURE_TEST,
	FEATURE_PRESET,
	FEATURE_NODES,
	FEATURE_LLCS,
	FEATURE_CPUS,
	FEATURE_SMT,
	FEATURE_FLAG,
	FEATURE_CLOCK,
	FEATURE_SEED,
	FEATURE_TAG,
	FEATURE_WORK,
	FEATURE_OP,
	FEATURE_TRAIT,
	FEATURE_KINDS,
};

/**
 * struct feature - one thing that a variant can have
 * @is_value: a value of a covering array: neither a seed nor a preset's name
 *	      nor what a test has by itself
 * @pair:     a number among those that take part in pairs, or NAME_NONE: all
 *	      variants have it, or it is no value
 */
struct feature {
	enum feature_kind kind;
	bool is_value;
	uint32_t pair, users;
};

/* Numbers of features, side by side. */
struct feature_list {
	uint32_t *item;
	size_t count;
};

/**
 * struct features - all features, and who has which
 * @names: "flag qmap.llc on", by number
 * @of_word: of a word as kernel, scheduler, test, clock or seed; by part
 * @of_machine, @of_flags: by choice.machine, choice.flags
 * @most:  features of one variant, at most
 */
struct features {
	const struct choices *c;
	struct name_table names;
	struct feature *item;
	size_t room, pair_count, most;
	struct feature_list *of_word[VARIANT_PARTS], *of_machine, *of_flags;
};

/* Of all choices that are still in. */
void features_find(const struct choices *c, struct features *ret);
void features_done(struct features *f);

/* The features of @v, at most f->most; returns their number. */
size_t features_of(const struct features *f, const struct choice *v,
		   uint32_t *ret);
