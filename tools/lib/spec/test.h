/* SPDX-License-Identifier: GPL-2.0-or-later */
/* test.h - a scenario with its constraints and checks, as a .test file gives
 * it. */
#pragma once

#include <sched.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tools/lib/spec/checks.h"
#include "tools/lib/spec/conf.h"
#include "tools/lib/spec/expect.h"
#include "tools/lib/spec/map-op.h"
#include "tools/lib/spec/payload.h"
#include "tools/lib/spec/restrict.h"
#include "tools/lib/spec/topology.h"
#include "tools/lib/spec/tuning.h"
#include "tools/lib/spec/work.h"

/* Which CPUs a cgroup gets; resolved in the guest by cpuset_resolve(). */
enum cpuset_kind {
	CPUSET_NONE,	   /* none written: all of the parent's */
	CPUSET_LLC,	   /* "llc I": the CPUs of LLC I */
	CPUSET_NUMA,	   /* "numa N": the CPUs of node N */
	CPUSET_RANGE,	   /* "range A B": shares of the usable CPUs, 0 to 1 */
	CPUSET_DISJOINT,   /* "disjoint I/OF" */
	CPUSET_OVERLAP,	   /* "overlap I/OF F" */
	CPUSET_MISALIGNED, /* "misaligned I/2": cut in the middle of LLC 0 */
	CPUSET_EACH,	   /* "each": copy I gets usable CPU I */
	CPUSET_CPU,	   /* "cpu AMOUNT": one, numbered from 0 */
	CPUSET_EXACT,	   /* "cpus LIST" */
};

/**
 * struct cpuset_spec - a cpuset as written
 * @index, @of: LLC, NUMA, DISJOINT, OVERLAP, MISALIGNED; EACH once
 *	    cpuset_for_copy() has filled them in
 * @from, @to: RANGE; OVERLAP's share is @from
 * @usable: LLC, NUMA: without the machine's last CPU
 * @each:   DISJOINT: share and number of shares are those of the copies
 * @cpu:    CPU: its number, without the test's "workers"
 */
struct cpuset_spec {
	enum cpuset_kind kind;
	unsigned int index, of;
	double from, to;
	bool usable, each;
	struct amount cpu;
	cpu_set_t exact;
};

/* Of a test with all that it ever spawns. */
#define WORKERS_OF_TEST_MAX 2048

#define CGROUP_COPIES_MAX 512
#define CGROUP_WEIGHT_MAX 10000

/* CPU time of a cgroup: @quota_ns in each @period_ns; no limit if that is 0. */
struct cpu_max {
	uint64_t quota_ns, period_ns;
};

/* Bounds of utilization in hundredths of a percent, 0 to 10000. */
struct uclamp {
	unsigned int min, max;
};

/**
 * struct cgroup_def - "[cgroup NAME]"
 * @name:  may be nested, "a/b"
 * @work:  none at all is one cpu-spin with default workers
 * @empty: "work = none": no workers on purpose
 * @mems:  NUMA nodes, valid if @has_mems
 * @weight: 1 to CGROUP_WEIGHT_MAX; 0: none written, the kernel's 100
 * @max, @uclamp: valid if @has_max, @has_uclamp
 * @copies: amount_is_set(): NAME-0, NAME-1, ...
 * @by_op: made by "add-cgroup" alone
 * @of_step: removed at the end of the step under which it stands
 *
 * It lives from its step (or the start, or its op) until it is removed or the
 * test ends.
 */
struct cgroup_def {
	char *name;
	struct cpuset_spec cpuset;
	struct work *work;
	size_t work_count;
	bool empty, has_mems, has_max, has_uclamp, by_op, of_step;
	cpu_set_t mems;
	unsigned int weight;
	struct cpu_max max;
	struct uclamp uclamp;
	struct amount copies;
	struct place at;
};

enum op_kind {
	OP_SET_CPUSET,	  /* set-cpuset = CGROUP SPEC */
	OP_CLEAR_CPUSET,  /* clear-cpuset = CGROUP */
	OP_SWAP_CPUSETS,  /* swap-cpusets = A B */
	OP_SET_AFFINITY,  /* set-affinity = CGROUP KIND */
	OP_STOP_CGROUP,	  /* stop-cgroup = CGROUP: its workers end and report */
	OP_REMOVE_CGROUP, /* remove-cgroup = CGROUP: stop, then rmdir */
	OP_MOVE_TASKS,	  /* move-tasks = FROM TO */
	OP_ADD_CGROUP,	  /* add-cgroup = CGROUP, one with "start = op" */
	OP_SPAWN,	  /* spawn = CGROUP WORK... */
	OP_SPAWN_HOST,	  /* spawn-host = WORK..., in no cgroup of the test */
	OP_SET_WEIGHT,	  /* set-weight = CGROUP N */
	OP_SET_MAX,	  /* set-max = CGROUP TIME/TIME|none */
	OP_SET_NICE,	  /* set-nice = CGROUP N */
	OP_SET_POLICY,	  /* set-policy = CGROUP POLICY */
	OP_SET_UCLAMP,	  /* set-uclamp = CGROUP MIN MAX */
	OP_FREEZE,	  /* freeze = CGROUP */
	OP_THAW,	  /* thaw = CGROUP */
	OP_OFFLINE_CPUS,  /* offline-cpus = CPUSET */
	OP_ONLINE_CPUS,	  /* online-cpus = CPUSET */
	OP_WAIT,	  /* wait = TIME */
	OP_RUN_PAYLOAD,	  /* run-payload = PAYLOAD, one with "start = op" */
	OP_WAIT_PAYLOAD,  /* wait-payload = PAYLOAD: until it ended */
	OP_KILL_PAYLOAD,  /* kill-payload = PAYLOAD */
	OP_WRITE_MAP,	  /* write-map = MAP [FIELD] VALUE */
	OP_READ_MAP,	  /* read-map = MAP [FIELD] [BOUNDS] */
	OP_DUMP,	  /* dump = NAME, of the state of sched_ext */
	OP_KINDS,
};

/**
 * struct op - one op
 * @cgroup: NULL for those that name none
 * @other:  OP_SWAP_CPUSETS and OP_MOVE_TASKS
 * @cpuset: OP_SET_CPUSET, OP_OFFLINE_CPUS, OP_ONLINE_CPUS
 * @work:   OP_SPAWN, OP_SPAWN_HOST
 * @payload: of those kinds
 * @map:    OP_WRITE_MAP, OP_READ_MAP
 * @dump:   OP_DUMP: what it is called in the result
 *
 * A @cgroup that is made in copies means all of them, with "-N" behind it copy
 * N alone.
 */
struct op {
	enum op_kind kind;
	char *cgroup, *other, *payload, *dump;
	struct cpuset_spec cpuset;
	struct affinity affinity;
	struct work *work;
	unsigned int weight, priority;
	struct cpu_max max;
	struct uclamp uclamp;
	int nice;
	enum work_policy policy;
	uint64_t wait_ns;
	struct map_op map;
	struct place at;
};

/**
 * struct hold - how long a step holds
 * @is_share, @share: a share of the test's duration, above 0; 1 is all of it
 * @ns:      a time, when !@is_share; 0: none was written
 * @loop_ns: the step's ops run again every so often; 0: once. Without share
 *	     and time until the test's duration is over.
 */
struct hold {
	bool is_share;
	double share;
	uint64_t ns, loop_ns;
};

/**
 * struct step - "[step NAME]": its ops in order, its cgroups, then its hold
 *
 * Cgroups that stand in the file before the first step belong to the start;
 * those that stand below a step are made in that step, after its ops, or
 * before the first turn of a loop.
 * A test without steps has one of the name "run" that holds 100 %.
 */
struct step {
	char *name;
	struct op *op;
	size_t op_count;
	struct cgroup_def *cgroup;
	size_t cgroup_count;
	struct hold hold;
	struct place at;
};

/* "verifier = numbers" or "log": of each program of the scheduler. */
enum verifier_wish { VERIFIER_NONE, VERIFIER_NUMBERS, VERIFIER_LOG };

/**
 * struct test - a whole test
 * @name:        the file's name without folder and ".test"
 * @scheduler:   NULL: the project's; "none": EEVDF; else a declaration's name
 * @duration_ns: scenario time, default 2 s, 10 ms to 1 h
 * @settle_ns:   between set-up and judgement, default 500 ms
 * @workers:     default per "work =" line, 2
 * @min_* @max_*: constraints on presets; defaults 1..1 nodes, 1..12 LLCs,
 *		 1..192 CPUs
 * @performance: wants CPUs of the host for itself, under the real clock
 * @expect: how the run must end to pass
 * @needs_flags: the scheduler must declare them, or the test is skipped
 * @only: seeds, presets and clocks that it is for
 * @no_cpu_controller: cgroups have no controller cpu
 * @tuning: of the guest, after the scheduler's
 * @watchdog_ns: how long the kernel lets a task wait before it takes a
 *		 scheduler out; 0: what the scheduler says
 * @no_repro: it is not run again when its scheduler fails
 * @monitor: samples of the run queues are wanted, though no check needs them
 * @cleanup_ns: limit of the phase shutdown; 0: as usual
 * @exit_dump: of sched_ext, when it takes the scheduler out, is kept
 * @verifier: what of the kernel's verifier is kept
 */
struct test {
	char *name, *description, *scheduler;
	bool has_topology;
	struct topology topology;
	uint64_t duration_ns, settle_ns;
	unsigned int workers, memory_mib;
	unsigned int min_nodes, max_nodes, min_llcs, max_llcs, min_cpus,
		max_cpus;
	bool has_max_nodes, has_max_llcs, has_max_cpus; /* written */
	bool has_min_nodes, has_min_llcs, has_min_cpus, has_smt;
	bool requires_smt, performance, no_cpu_controller, monitor, exit_dump;
	bool no_repro;
	struct expectation expect;
	char **required_flags, **excluded_flags, **tags, **extra_args,
		**needs_flags;
	struct restriction only;
	struct cgroup_def *cgroup; /* made at the start */
	size_t cgroup_count;
	struct step *step; /* at least one */
	size_t step_count;
	struct payload *payload; /* in file order */
	size_t payload_count;
	struct tuning tuning;
	uint64_t watchdog_ns, cleanup_ns;
	enum verifier_wish verifier;
	struct checks check; /* top layer */
	struct conf conf;    /* owns the text that places point into */
};

/**
 * test_parse() - read a test
 * @path, @text: the file
 * @ret: always written; test_done() frees it. Not to be used if @d->count > 0.
 *
 * Refused here: unknown sections and keys, bad values, names used twice, ops on
 * cgroups that do not exist at that point, workers that make no whole groups,
 * holds that are 0, and whatever else is wrong whatever the machine.
 *
 * Return: 0 or -ENOMEM.
 */
int test_parse(const char *path, const char *text, struct diag *d,
	       struct test *ret);
void test_done(struct test *t);

/* The work of number @index, in the order of the file, then the programs of
 * payloads; NULL behind the last. */
const struct work *test_work(const struct test *t, size_t index);

/* Is it about the inside of a BPF scheduler? And the first of a test that is,
 * or NULL. */
bool op_is_of_scheduler(const struct op *op);
const struct op *test_scheduler_op(const struct test *t);
/* Does it want dumps of sched_ext, at its end or by an op? */
bool test_wants_dumps(const struct test *t);

/* Complain about programs of exec that this host does not have. */
void test_check_programs(const struct test *t, struct diag *d);

struct sched;

/**
 * test_under() - @t with the limits that its scheduler's declaration adds
 * @s: NULL: none
 *
 * What the test says itself stays; what it does not say is @s's. A minimum
 * above a maximum that nobody wrote lifts it.
 *
 * Return: a copy that shares everything with @t; it is not for test_done().
 */
struct test test_under(const struct test *t, const struct sched *s);

/**
 * test_own_topology() - the machine that a test has when none is chosen
 * @base: the scheduler's, NULL: topology_default
 *
 * What the test says itself; else @base, made as wide as the test's minima ask
 * for: first nodes and LLCs, then cores. @base stays as it is if it has details
 * of its own, or if nothing up to 512 CPUs would do.
 */
struct topology test_own_topology(const struct test *t,
				  const struct topology *base);

/* How long @s, a step of @t, holds; all its turns together if it loops. */
uint64_t test_hold_ns(const struct test *t, const struct step *s);
/* How long @t settles, and all its steps wait and hold, at most. */
uint64_t test_run_ns(const struct test *t);

/* Is the cgroup of that name, as an op names it, one of @c? @ret_copy: which of
 * the copies, or -1: all that there are. */
bool cgroup_def_is(const struct cgroup_def *c, const char *name, int *ret_copy);
/* "NAME", or "NAME-COPY" where @c is made in copies. */
void cgroup_copy_name(const struct cgroup_def *c, unsigned int copy,
		      struct str *ret);

/**
 * test_check_fit() - complain about all that cannot work on one machine
 *
 * LLC and node numbers, more cpuset shares than CPUs, CPUs that do not exist.
 */
void test_check_fit(const struct test *t, const struct topology *machine,
		    struct diag *d);

/* Names of the enums above as files spell them, for messages and reports. */
extern const char *const op_kind_names[OP_KINDS];
