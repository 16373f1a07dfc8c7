/* SPDX-License-Identifier: GPL-2.0-or-later */
/* scenario.h - play a test: its cgroups, workers and steps. */
#pragma once

#include "tools/lib/spec/test.h"
#include "vmm/guest/crew.h"
#include "vmm/guest/group.h"
#include "vmm/guest/machine.h"
#include "vmm/guest/watch.h"

/**
 * struct scenario - a test that is played
 * @group:  all cgroups of the test, those of later steps too, in file order
 * @worker: all their workers, in order of cgroup, "work =" line, index: the
 *	    order of the reports. Their memory is there before the first starts.
 * @random: all that is random comes from here
 * @ext:    plain workers take policy SCHED_EXT, since the scheduler under test
 *	    only has tasks of that policy
 * @default_work: of cgroups that have no "work =" line
 */
struct scenario {
	struct watch *watch;
	const struct test *test;
	const struct machine *machine;
	uint64_t random;
	bool ext;
	struct group *group;
	size_t group_count;
	struct worker *worker;
	size_t worker_count;
	struct work default_work;
};

/**
 * scenario_run() - play it and send the workers' reports
 *
 * Ends early when the scheduler is lost; the workers still report.
 *
 * Return: 0 or -errno and @reterr_why, reports sent in both cases; -ENOTSUP for
 * what is not built.
 */
int scenario_run(struct watch *w, const struct test *test,
		 const struct machine *machine, uint64_t seed, bool ext,
		 struct why *reterr_why);

/* The group of that name that exists, or NULL. */
struct group *scenario_group(struct scenario *s, const char *name);

/**
 * scenario_op() - do one op of a step, with its event
 *
 * Return: 0 or -errno and @reterr_why.
 */
int scenario_op(struct scenario *s, const struct op *op,
		struct why *reterr_why);

/* Workers for which @choose says yes, as a crew; the caller frees @member. */
int scenario_crew(struct scenario *s,
		  bool (*choose)(const struct worker *, const void *),
		  const void *arg, struct crew *ret);
