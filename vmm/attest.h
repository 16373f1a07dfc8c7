/* SPDX-License-Identifier: GPL-2.0-or-later */
/* attest.h - is the machine that the guest sees the one that was declared? */
#pragma once

#include <jansson.h>

#include "tools/lib/spec/topology.h"
#include "tools/lib/why.h"

/**
 * attest_topology() - compare the guest's topology frame with a declaration
 * @frame: as doc/architecture.md describes it, or NULL if none came
 *
 * Compared: online CPUs, nodes with their CPUs and distances, the CPUs behind
 * each last-level cache, the threads of each core.
 *
 * Return: 0; -EINVAL with the first difference.
 */
int attest_topology(const json_t *frame, const struct topology *declared,
		    struct why *reterr_why);
