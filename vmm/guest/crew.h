/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * crew.h - workers as init sees them: set up, start together, stop, account.
 *
 * A worker is forked, and then waits in init's own real-time class for its
 * start. Meanwhile init puts it into its cgroup and sets nice, affinity and
 * policy from outside. So nothing of the set-up depends on the scheduler under
 * test, and whatever cannot be set is known here.
 */
#pragma once

#include <sched.h>
#include <stdint.h>

#include "tools/lib/spec/cpuset.h"
#include "tools/lib/why.h"
#include "tools/lib/words.h"
#include "vmm/guest/watch.h"
#include "vmm/guest/windows.h"
#include "vmm/guest/worker.h"

#define CREW_STOP_NS (5000 * UINT64_C(1000000)) /* from the stop to SIGKILL */

struct group;

/* A worker's life in between two changes of its allowed CPUs. */
struct crew_segment {
	uint64_t from_ns, to_ns; /* @to_ns is 0 while it lasts */
	cpu_set_t allowed;
};

/* CREW_FAILED: it said why it could not go on. */
enum crew_exit { CREW_OK, CREW_KILLED, CREW_MISSING, CREW_FAILED };

/**
 * struct worker_past - what earlier lives of a worker add to its report, beside
 * what stays in its memory
 * @lives, @idle: how many, and how many of them without progress
 * @exit: CREW_OK if all ended well
 */
struct worker_past {
	uint64_t wall_ns, cpu_ns, run_delay_ns, timeslices;
	unsigned int lives, idle;
	enum crew_exit exit;
};

/**
 * struct worker - one worker
 * @born, @group: cgroup where it began, and where it is now; NULL for none
 * @work, @work_index, @index: which "work =" line of the cgroup, which of its
 *	   workers
 * @team, @team_size: all that work in its group, in order, itself among them;
 *	   NULL and 0 for types that work alone
 * @shared:  memory that it reports in
 * @segment: @segment_count of them, room as in @shared->segments.max
 * @past:    of earlier lives: it began again
 * @frozen_at_ns: since when it is frozen, 0: it is not
 * @frozen_before_ns, @units_before: those of @shared when this life began
 * @before:  CPU time and so on before the start
 * @started, @over: it was let go; it has ended and @exit is valid
 * @ext:     its policy is SCHED_EXT instead of SCHED_OTHER
 * @born_there: its process was born in @group's cgroup
 * @given:   CPUs of the affinity that it was given last, or all
 * @end_ns:  when it ended, as far as known
 * @window:  what was seen of it from outside
 * @warnings: what could not be done, words_free()d
 */
struct worker {
	struct child child;
	struct group *born, *group;
	const struct work *work;
	unsigned int work_index, index;
	struct worker *team;
	unsigned int team_size;
	struct worker_shared *shared;
	struct crew_segment *segment;
	unsigned int segment_count;
	struct worker_sched before;
	struct worker_past past;
	uint64_t frozen_at_ns, frozen_before_ns, units_before;
	bool started, over, ext, born_there;
	cpu_set_t given;
	enum crew_exit exit;
	uint64_t end_ns;
	int in, out;   /* its own ends of the pipes */
	int in_writer; /* the other end of @in: a byte there ends its wait */
	struct worker_window window;
	char **warnings;
};

/**
 * struct crew - some workers, and what they need
 * @member: pointers to @count workers
 * @random: state of the generator: order of start, jitter, random affinities
 * @jitter_ns: each begins up to that much later than the first
 * @run_ns: each ends by itself after that time, 0 for never
 */
struct crew {
	struct watch *watch;
	const struct machine *machine;
	struct worker **member;
	size_t count;
	uint64_t *random, jitter_ns, run_ns;
};

/* @count workers, all zeroes, in memory that is not copied by forks. NULL:
 * there is none. */
struct worker *crew_new(size_t count);
void crew_delete(struct worker *first, size_t count);
/* Memory for the reports of @count workers from @first on; crew_free() is to
 * get as many, whatever is returned. Return: 0 or -ENOMEM. */
int crew_prepare(struct worker *first, size_t count, unsigned int segments);
/* @first and those behind it, @count in all, do @first->work, in groups as that
 * has them; crew_spawn() is then to get whole groups, in order. */
void crew_team_up(struct worker *first, size_t count);
void crew_free(struct worker *first, size_t count);

/* Add a warning to @w's report. */
void crew_warn(struct worker *w, const char *fmt, ...) KTSTR_PRINTF(2, 3);

/**
 * crew_spawn() - fork the workers and set them up; they wait for the start
 *
 * Return: 0 or -errno and @reterr_why; -EINVAL when the kernel does not give a
 * worker the nice value, affinity or policy that its test asks for.
 */
int crew_spawn(struct crew *c, struct why *reterr_why);

/* Its first half: the processes and their pipes. Return: 0 or -errno. */
int crew_fork(struct crew *c);

/* Let them go; the order in c->member changes. */
void crew_start(struct crew *c);

/* Stop those that run, and wait for them; who does not end is killed. */
void crew_stop(struct crew *c);

/* Set @w's affinity as @a says within @pool; nothing if @w has ended. Return: 0
 * or -EINVAL and @reterr_why. */
int crew_set_affinity(struct crew *c, struct worker *w,
		      const struct affinity *a, const cpu_set_t *pool,
		      struct why *reterr_why);

/* The same of its policy and nice value. */
int crew_set_policy(struct worker *w, enum work_policy policy,
		    unsigned int priority, struct why *reterr_why);
int crew_set_nice(struct worker *w, int nice, struct why *reterr_why);

/* @w, which is over, shall begin once more: crew_spawn() may take it again, and
 * its report is that of all its lives. */
void crew_renew(struct worker *w);

/* Since when does @w, which runs, want to run? It was not seen to do so since.
 * In the future, UINT64_MAX for ever: it does not want to. */
uint64_t crew_wants_since(const struct worker *w);

/* How long this life of @w could have run: not while it was frozen. */
uint64_t crew_wall_ns(const struct worker *w);

/* @w is frozen from now on; the freezer is about to open. */
void crew_frozen(struct worker *w);
void crew_thawed(struct worker *w);

/* Its own ends of pipes, and that which wakes it; they are open again after the
 * next crew_spawn(). */
void crew_close_pipes(struct worker *w);

/* Around each change of the CPUs that @w may use, see segment.h. */
void crew_segment_close(struct worker *w);
void crew_segment_open(struct worker *w);
