/* SPDX-License-Identifier: GPL-2.0-or-later */
/* machines.h - the machines that a test runs on, and why not on the others. */
#pragma once

#include "tools/gauntlet/left-out.h"
#include "tools/gauntlet/project.h"
#include "tools/lib/spec/presets.h"

/**
 * struct machine - one that a variant may run on
 * @name: "own", a preset's, or the shape as given
 */
struct machine {
	const char *name;
	struct topology topology;
};

struct machines {
	struct machine *item;
	size_t count, left_out;
};

/**
 * machines_find() - those that @req selects and @t takes on @s
 *
 * Own first, then presets, then shapes. What is left out is told by detail()
 * with its reason, and a note says how many they are. A shape that was asked
 * for and does not fit is a complaint in @p->d.
 */
void machines_find(const struct request *req, struct project *p,
		   const struct test *t, const struct sched *s,
		   struct left_out *left_out, struct machines *ret);
void machines_done(struct machines *m);

/* Does @req select the machine that a test has by itself? */
bool machines_want_own(const struct request *req);

/**
 * machine_refuse() - why @t is not run on a preset
 * @t: with its scheduler's limits, see test_under()
 * @ret_topology: the preset's
 * @ret_why: appended; nothing when it is run
 *
 * Return: true when it is left out.
 */
bool machine_refuse(const struct test *t, const struct preset *preset,
		    struct topology *ret_topology, struct str *ret_why);
