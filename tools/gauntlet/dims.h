/* SPDX-License-Identifier: GPL-2.0-or-later */
/* dims.h - the eight things in which results differ, and filters for them. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

enum dim {
	DIM_KERNEL,
	DIM_SCHEDULER,
	DIM_TOPOLOGY,
	DIM_FLAGS,
	DIM_WORK_TYPE,
	DIM_PROJECT_COMMIT,
	DIM_KERNEL_COMMIT,
	DIM_RUN_SOURCE,
	DIMS,
};
/* As options spell them: "kernel", "work-type" ... */
extern const char *const dim_names[DIMS];

/* Those before it name a variant. The others tell of a run: two results that
 * differ in nothing else are a pair. */
#define DIMS_OF_VARIANT DIM_WORK_TYPE

/**
 * struct dims - where a result stands
 * @value: one clean line each, "unknown" where the result does not say; of
 *	   flags "a+b" in order of the alphabet, or "default"; of work types
 *	   "bursty+cpu-spin"; of the topology the preset, and for a test's own
 *	   machine its shape
 * @shape: of the topology, "unknown" where there was no machine
 * @flag, @type: NULL-terminated, or NULL
 */
struct dims {
	char *value[DIMS], *shape;
	char **flag, **type;
};

void dims_read(const json_t *o, struct dims *ret);
void dims_done(struct dims *d);

/**
 * struct filter - what the user wants to see
 * @glob: NULL-terminated lists, or NULL for everything. A value matches one of
 *	  them; of flags all of them are on.
 */
struct filter {
	char **glob[DIMS];
};

/* A kernel's "6.12" is "6.12.*" too, as versions are. A topology is matched by
 * preset or shape, work types by any of them. */
bool filter_matches(const struct filter *f, const struct dims *d);
