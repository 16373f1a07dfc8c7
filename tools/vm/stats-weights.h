/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * stats-weights.h - do busy cgroups get the CPU time that is due to their
 * weights?
 *
 * Shares say something only where all of them want more than they get. So
 * compared are sibling cgroups
 * - whose workers, and those of cgroups below, were running or waiting for a
 *   CPU for 98 % of their lives: they never slept,
 * - whose workers lived equally long (2 %), could all use the same CPUs, and
 *   these did not change, nor did the cgroup,
 * - without a limit of CPU time, changed weights or freezers, and without
 *   programs (exec) or workers of real-time and idle policies,
 * at least two of them, with more workers together than CPUs.
 *
 * Due to each is its weight's part of the CPU time that they got together, but
 * no more than its workers can use: what is left over is due to the others.
 */
#pragma once

#include "vmm/facts.h"

/**
 * struct weight_share - of the worst of a cgroup and those it is in
 * @of: that one's name; @f has it
 * @error_percent: how much more or less it got, of what was due; -1 where there
 *	 was nothing to compare with
 * @got_percent, @due_percent: of what those that are compared got together
 */
struct weight_share {
	const char *of;
	double error_percent, got_percent, due_percent;
};

/**
 * weights_read() - the cgroups of a run that can be compared
 * @ret: always written; weights_done() frees it, and it needs @f
 *
 * Return: 0 or -ENOMEM.
 */
struct weights {
	const json_t *cgroup;
	struct share *share;
};
int weights_read(const struct facts *f, struct weights *ret);
void weights_done(struct weights *w);

/* Of @cgroup and all that it is in, or the worst of all when it is NULL. */
void weight_share_of(const struct weights *w, const char *cgroup,
		     struct weight_share *ret);
