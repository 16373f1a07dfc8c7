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
#include "tools/lib/spec/topology.h"
#include "tools/lib/spec/work.h"

/* Which CPUs a cgroup gets; resolved in the guest by cpuset_resolve(). */
enum cpuset_kind {
	CPUSET_NONE,	 /* none written: all of the parent's */
	CPUSET_LLC,	 /* "llc I": the CPUs of LLC I */
	CPUSET_NUMA,	 /* "numa N": the CPUs of node N */
	CPUSET_RANGE,	 /* "range A B": shares of the usable CPUs, 0 to 1 */
	CPUSET_DISJOINT, /* "disjoint I/OF" */
	CPUSET_OVERLAP,	 /* "overlap I/OF F" */
	CPUSET_EXACT,	 /* "cpus LIST" */
};

struct cpuset_spec {
	enum cpuset_kind kind;
	unsigned int index, of; /* LLC, NUMA, DISJOINT, OVERLAP */
	double from, to;	/* RANGE; OVERLAP's share is @from */
	cpu_set_t exact;	/* EXACT */
};

/* "[cgroup NAME]": lives from its step (or the start) until removed or the end.
 */
struct cgroup_def {
	char *name; /* may be nested, "a/b" */
	struct cpuset_spec cpuset;
	struct work
		*work; /* none at all is one cpu-spin with default workers */
	size_t work_count;
	bool empty; /* "work = none": no workers on purpose */
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
	OP_KINDS,
};

struct op {
	enum op_kind kind;
	char *cgroup, *other; /* @other: OP_SWAP_CPUSETS and OP_MOVE_TASKS */
	struct cpuset_spec cpuset;
	struct affinity affinity;
	struct place at;
};

/* How long a step holds: a share of the test's duration, or a time. */
struct hold {
	bool is_share;
	double share; /* above 0; 1 is the whole duration */
	uint64_t ns;  /* when !is_share */
};

/**
 * struct step - "[step NAME]": its ops in order, its cgroups, then its hold
 *
 * Cgroups that stand in the file before the first step belong to the start;
 * those that stand below a step are made in that step, after its ops.
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
 * @expect_fail: passes only if the run fails by a check, stall or exit
 */
struct test {
	char *name, *description, *scheduler;
	bool has_topology;
	struct topology topology;
	uint64_t duration_ns, settle_ns;
	unsigned int workers, memory_mib;
	unsigned int min_nodes, max_nodes, min_llcs, max_llcs, min_cpus,
		max_cpus;
	bool requires_smt, expect_fail, performance;
	char **required_flags, **excluded_flags, **tags, **extra_args;
	struct cgroup_def *cgroup; /* made at the start */
	size_t cgroup_count;
	struct step *step; /* at least one */
	size_t step_count;
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

/* How long @s, a step of @t, holds. */
uint64_t test_hold_ns(const struct test *t, const struct step *s);
/* How long @t settles and all its steps hold. */
uint64_t test_run_ns(const struct test *t);

/**
 * test_check_fit() - complain about all that cannot work on one machine
 *
 * LLC and node numbers, more cpuset shares than CPUs, CPUs that do not exist.
 */
void test_check_fit(const struct test *t, const struct topology *machine,
		    struct diag *d);

/* Names of the enums above as files spell them, for messages and reports. */
extern const char *const op_kind_names[OP_KINDS];
