/* SPDX-License-Identifier: GPL-2.0-or-later */
/* attest.h - is the machine that the guest sees the one that was declared? */
#pragma once

#include <jansson.h>

#include "tools/lib/spec/topology.h"
#include "tools/lib/why.h"

/**
 * attest_topology() - compare the guest's topology frame with a declaration
 * @frame:      as doc/architecture.md describes it, or NULL if none came
 * @memory_mib: of the machine; 0: memory is not compared
 *
 * Compared: CPUs that are online, present and possible; packages, dies, LLCs,
 * cores; caches of each level with their ids and sizes; nodes with CPUs,
 * distances, memory, its latency, bandwidth and cache; RAM beside the hole
 * below 4 GiB; scheduling domains. What a kernel cannot tell is not compared,
 * unless it was declared in particular.
 *
 * Return: 0; -EINVAL with the first difference.
 */
int attest_topology(const json_t *frame, const struct topology *declared,
		    unsigned int memory_mib, struct why *reterr_why);
