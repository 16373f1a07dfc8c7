/* SPDX-License-Identifier: GPL-2.0-or-later */
/* samples.h - the results of a folder as numbers. */
#pragma once

#include <stdint.h>

#include "tools/gauntlet/dims.h"
#include "tools/gauntlet/metrics.h"
#include "tools/gauntlet/result.h"

/**
 * struct sample - one run
 * @at:     of its result
 * @inputs: the result's object "inputs", or NULL
 * @host:   what ran the machine: the result's "host.kernel" and "host.cpus" and
 *	    all of "host.system", in one level: "sched.NAME"
 * @key:    what pairs it with others; whoever pairs owns and frees it
 */
struct sample {
	size_t at;
	struct dims dims;
	struct values values;
	json_t *inputs, *host;
	char *key;
	uint64_t seed;
};

/* All runs below a folder. */
struct samples {
	const char *folder;
	struct results results;
	struct sample *item;
	size_t count;
	struct metrics *metrics;
};

/**
 * samples_read() - read all results below @folder
 * @metrics: initialized; grows by what payloads measured
 *
 * A file that is no result of ours is warned of and left out. Ends the program
 * (EX_USAGE) when @folder cannot be read or there is no result in it.
 */
void samples_read(const char *folder, struct metrics *metrics,
		  struct samples *ret);

/* Leave out what @f, or the globs @test (NULL: none), do not match. */
void samples_filter(struct samples *s, const struct filter *f,
		    char *const *test);

/* The different values of @dim, sorted, NULL-terminated; words_free() them. */
char **samples_values(const struct samples *s, enum dim dim);
void samples_done(struct samples *s);

static inline const struct result *sample_result(const struct samples *s,
						 const struct sample *one)
{
	return &s->results.item[one->at];
}
