/* SPDX-License-Identifier: GPL-2.0-or-later */
/* known.h - all that tests can say, from the tables that they are read by. */
#pragma once

#include "tools/lib/str.h"

/**
 * known_list() - one line for each name: its kind, itself, what stands behind
 *
 * Kinds are work, op, cpuset, affinity, policy, mem, mem-flag, check, payload
 * (its output) and expect. Options of work have their defaults.
 */
void known_list(struct str *ret);
