/* SPDX-License-Identifier: GPL-2.0-or-later */
/* here-fit.h - is a test for the machine that we are on? */
#pragma once

#include "tools/lib/str.h"
#include "tools/vm/variant.h"
#include "vmm/guest/scx.h"

/**
 * here_fit() - die with EX_SKIP and the reason if not
 * @scx: the scheduler that is in charge
 * @ret_shape: what this machine is, "4 CPUs, 2 LLCs, 1 node"
 *
 * Its minima and maxima count, written ones; ops that act on more than the
 * test's own cgroups are refused, and programs, which need a machine of their
 * own.
 */
void here_fit(const struct test *t, const struct scx *scx,
	      struct str *ret_shape);
