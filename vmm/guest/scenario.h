/* SPDX-License-Identifier: GPL-2.0-or-later */
/* scenario.h - play a test: its cgroups, workers and steps. */
#pragma once

#include "tools/lib/spec/test.h"
#include "vmm/guest/crew.h"
#include "vmm/guest/group.h"
#include "vmm/guest/levers.h"
#include "vmm/guest/machine.h"
#include "vmm/guest/watch.h"

/**
 * struct lot - equal workers that begin together
 * @group: where; NULL: in no cgroup of the test
 * @work, @work_index: what they do, and which kind of work of the group it is
 * @op:    the op that spawns them; NULL: they come with the group
 * @first, @count: their part of the scenario's workers
 */
struct lot {
	struct group *group;
	const struct work *work;
	unsigned int work_index;
	const struct op *op;
	size_t first, count;
};

/**
 * struct scenario - a test that is played
 * @group:  all cgroups of the test and their copies, those of later steps too,
 *	    in file order
 * @worker: all workers that ever begin, in order of @lot: the order of the
 *	    reports. Their memory is there before the first starts; one that
 *	    begins again, since its cgroup is made again, has the same.
 * @lot:    those of the cgroups, in their order, then those of ops
 * @random: all that is random comes from here
 * @ext:    plain workers take policy SCHED_EXT, since the scheduler under test
 *	    only has tasks of that policy
 * @default_work: of cgroups that have no "work =" line
 * @online: CPUs that are on line
 * @start_ns: when the first workers began
 * @payload: as many as the test has
 * @levers: ops on maps of the scheduler
 * @quiet:  no events: a loop has gone on for long
 * @windows: looks at the workers while they run
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
	struct lot *lot;
	size_t lot_count;
	struct work default_work;
	cpu_set_t online;
	uint64_t start_ns;
	struct payload_run *payload;
	struct levers levers;
	bool quiet;
	struct windows windows;
};

/**
 * scenario_run() - play it and send the workers' reports
 *
 * Ends early when the scheduler is lost; the workers still report. What ops
 * changed (freezers, CPUs that are off line) is as before when it ends.
 *
 * Return: 0 or -errno and @reterr_why, reports sent in both cases; -ENOTSUP for
 * what is not built, -ENOSYS for what the kernel does not have.
 */
int scenario_run(struct watch *w, const struct test *test,
		 const struct machine *machine, uint64_t seed, bool ext,
		 struct why *reterr_why);

/* Wait for @ns and serve; false if the scheduler is lost. */
bool scenario_hold(struct scenario *s, uint64_t ns);

/* The next group from *@at on that @name, of an op, means and that exists, or
 * NULL; *@at moves on. */
struct group *scenario_next(struct scenario *s, const char *name, size_t *at);

/* Workers for which @choose says yes, as a crew; the caller frees @member. */
int scenario_crew(struct scenario *s,
		  bool (*choose)(const struct worker *, const void *),
		  const void *arg, struct crew *ret);

/* Do its workers come with a group that was just made? */
bool scenario_is_fresh(const struct lot *l, const void *unused);
/* Fork and set up all workers of the lots for which @choose says yes, and, if
 * @start, let them begin. */
int scenario_spawn(struct scenario *s,
		   bool (*choose)(const struct lot *, const void *),
		   const void *arg, bool start, struct why *reterr_why);

/* Workers in @name or below it end and report; its freezers open before. */
int scenario_stop(struct scenario *s, const char *name, struct why *reterr_why);
/* The same, and the cgroup and all below are removed. */
int scenario_remove(struct scenario *s, const char *name,
		    struct why *reterr_why);

/* Open all freezers, take all CPUs on line again. */
int scenario_restore(struct scenario *s, struct why *reterr_why);
