/* SPDX-License-Identifier: GPL-2.0-or-later */
/* levers.h - ops on the maps of the scheduler under test. */
#pragma once

#include "tools/lib/spec/test.h"
#include "tools/lib/str.h"
#include "tools/lib/why.h"
#include "vmm/guest/maps.h"

/**
 * struct lever - "write-map" or "read-map"
 * @op:  the one
 * @failed: what was read was out of its bounds the last time
 * @failures: how often that was so
 */
struct lever {
	const struct op *op;
	struct map map;
	bool failed;
	uint64_t failures;
};

/* Those of a test, in its order. */
struct levers {
	struct lever *item;
	size_t count;
};

/**
 * levers_prepare() - find the maps and fields of all ops of @t
 * @ret: levers_done() it, also after an error
 *
 * Done before the first worker runs: an op then costs next to nothing, and what
 * cannot work is told before anything was measured.
 *
 * Return: 0, or -EINVAL, -errno and @reterr_why.
 */
int levers_prepare(const struct test *t, struct levers *ret,
		   struct why *reterr_why);
void levers_done(struct levers *l);

/* The lever of @op; NULL: that is none. */
struct lever *levers_find(const struct levers *l, const struct op *op);

/* What the event of the op tells beside the value. */
void lever_tell(const struct lever *l, struct str *out);
