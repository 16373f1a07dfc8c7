/* SPDX-License-Identifier: GPL-2.0-or-later */
/* profile-search.h - profiles whose names match a pattern: are there any, and
 * how many? */
#pragma once

#include "tools/gauntlet/pattern.h"
#include "tools/lib/memo.h"
#include "tools/lib/spec/flag-graph.h"

/**
 * struct profile_search - questions about one flag space and its patterns
 * @is_count: count the profiles; else only whether there is one, which is known
 *	      at the first
 * @memo: answers, by all that they depend on
 */
struct profile_search {
	const struct sched *s;
	const struct flag_space *f;
	const struct pattern *pattern;
	char *const *globs;
	bool is_count;
	struct memo memo;
};

/**
 * profile_search() - how many profiles begin like this?
 * @level: flags from this number on are decided
 * @high:  which of them are on; all that they require there is
 * @state: what the patterns read of their names
 * @ret:   how many ways there are to decide the flags below @level; if not
 *	   @is_count, then 1 for any
 *
 * Return: 0; -E2BIG when it takes more than 2^15 cases. Ends the program when
 * memory runs out.
 */
int profile_search(struct profile_search *q, size_t level, flag_set high,
		   const uint64_t *state, wide *ret);

/* The flags below @level that are on, and off, whatever is chosen. */
flag_set profile_forced(const struct flag_space *f, size_t level,
			flag_set high);
flag_set profile_barred(const struct flag_space *f, size_t level,
			flag_set high);

/* @to: @from, and the name of flag @index read. @high: flags on behind it. */
void profile_read(const struct profile_search *q, size_t index, flag_set high,
		  const uint64_t *from, uint64_t *to);
