/* SPDX-License-Identifier: GPL-2.0-or-later */
/* work.h - what workers do: one "work =" line of a test. */
#pragma once

#include <sched.h>
#include <stdbool.h>
#include <stdint.h>

#include "tools/lib/spec/amount.h"
#include "tools/lib/spec/diag.h"

enum work_type {
	WORK_CPU_SPIN,
	WORK_YIELD_HEAVY,
	WORK_MIXED,
	WORK_IO_SYNC,
	WORK_BURSTY,
	WORK_PIPE_IO,
	WORK_FUTEX_PING_PONG,
	WORK_CACHE_PRESSURE,
	WORK_CACHE_YIELD,
	WORK_CACHE_PIPE,
	WORK_FUTEX_FAN_OUT,
	WORK_SEQUENCE,
	WORK_FORK_EXIT,
	WORK_NICE_SWEEP,
	WORK_AFFINITY_CHURN,
	WORK_POLICY_CHURN,
	WORK_FAN_OUT_COMPUTE,
	WORK_PAGE_FAULT_CHURN,
	WORK_MUTEX_CONTENTION,
	WORK_EXEC,
	WORK_TYPES,
};

enum work_policy {
	POLICY_NORMAL,
	POLICY_BATCH,
	POLICY_IDLE,
	POLICY_FIFO,
	POLICY_RR
};

enum affinity_kind {
	AFFINITY_INHERIT,
	AFFINITY_RANDOM, /* "random": half of the pool, per worker, by the seed
			  */
	AFFINITY_LLC,	 /* "llc": the LLC with the largest share of the pool */
	AFFINITY_CROSS,	 /* "cross": all CPUs */
	AFFINITY_SINGLE, /* "single": lowest CPU of the pool */
	AFFINITY_EACH,	 /* "each": worker I has CPU I of the pool, in turn */
	AFFINITY_FIRST,	 /* "first:N": the lowest CPUs of the pool */
	AFFINITY_EXACT,	 /* "cpus:LIST" */
};

struct affinity {
	enum affinity_kind kind;
	unsigned int
		count; /* FIRST: 1 to 512; EACH: see affinity_for_worker() */
	cpu_set_t exact;
};

/* Where a worker's memory is taken from: set_mempolicy(2). */
enum mem_kind {
	MEM_DEFAULT,
	MEM_BIND,
	MEM_PREFERRED,
	MEM_INTERLEAVE,
	MEM_LOCAL,
	MEM_PREFERRED_MANY,
	MEM_WEIGHTED_INTERLEAVE,
	MEM_KINDS,
};

enum mem_flag { MEM_STATIC = 1, MEM_RELATIVE = 2, MEM_BALANCING = 4 };

/**
 * struct mem_policy - "mem=" and "mem-flags="
 * @nodes: one bit for each node; 0 for MEM_DEFAULT and MEM_LOCAL
 * @flags: of enum mem_flag
 */
struct mem_policy {
	enum mem_kind kind;
	unsigned int flags;
	uint64_t nodes;
};

enum work_phase_kind {
	WORK_PHASE_SPIN,
	WORK_PHASE_SLEEP,
	WORK_PHASE_YIELD,
	WORK_PHASE_IO
};

struct work_phase {
	enum work_phase_kind kind;
	uint64_t ns;
};

#define WORK_PHASES_MAX 16

/* Real-time priorities of workers; those above belong to the guest's init. */
#define WORK_PRIORITY_MAX 96
#define WORK_WORKERS_MAX  1024
#define WORK_FAN_MAX	  63
#define WORK_TEAM_MAX	  (WORK_FAN_MAX + 1) /* workers of one group */

/**
 * struct work - one "work =" line
 * @workers:  processes; unset means the test's "workers"
 * @spin:     increments between two actions
 * @burst_ns, @sleep_ns: two phases
 * @size, @stride: bytes of memory, and between two accesses to it
 * @fan:      receivers of each sender
 * @contenders, @hold: workers for one lock, increments while it is held
 * @ops:      matrix multiplications
 * @touches:  page writes before the pages are given back
 * @phase:    @phase_count of them, for sequence
 * @once:     exec's program may end by itself
 * @program:  exec's words, NULL-terminated; NULL for the other types
 * @at_program: where they stand
 * @policy, @priority: @priority is 1 to WORK_PRIORITY_MAX for FIFO and RR, else
 *	      0
 * @nice:     -20 to 19
 *
 * Fields of options that a type does not have hold 0. Ranges and defaults are
 * those of the table in work-types.c.
 */
struct work {
	enum work_type type;
	struct amount workers;
	uint64_t spin, burst_ns, sleep_ns, size, stride, fan, contenders, hold;
	uint64_t ops, touches;
	struct work_phase phase[WORK_PHASES_MAX];
	unsigned int phase_count;
	bool once;
	char **program;
	struct place at_program;
	enum work_policy policy;
	unsigned int priority;
	int nice;
	struct affinity affinity;
	struct mem_policy mem;
	struct place at;
};

/* Free what it holds; any number of times. */
void work_done(struct work *w);

/* cpu-spin as it is where nothing is written. */
struct work work_default(void);

/**
 * work_read_text() - read "TYPE option=value ...", of exec with its program
 * @text, @at: the words, and where they stand
 * @ret: always written; work_done() frees it
 *
 * Return: 0, also after complaints, or -ENOMEM.
 */
int work_read_text(const char *text, const struct place *at, struct diag *d,
		   struct work *ret);

/**
 * work_group_size() - how many workers make one group that works together
 *
 * Return: 1 for workers that are alone; else 2 to WORK_TEAM_MAX.
 */
unsigned int work_group_size(const struct work *w);

/**
 * work_count() - how many workers there are on a machine
 * @m: with the test's "workers"
 *
 * Return: 0; -ERANGE and @reterr_why when the amount is out of range, or no
 * whole number of groups.
 */
int work_count(const struct work *w, const struct amount_machine *m,
	       unsigned int *ret, struct why *reterr_why);

/**
 * work_check_fit() - complain about what cannot work on one machine
 * @cpuset: CPUs that the workers may use
 * @shape:  the machine's name for the message
 */
void work_check_fit(const struct work *w, const struct machine *m,
		    const cpu_set_t *cpuset, unsigned int workers,
		    const char *shape, struct diag *d);

/**
 * work_program_guest() - where the guest finds exec's program
 * @ret: its path, made from the words of the test alone
 */
void work_program_guest(const struct work *w, struct str *ret);

/**
 * work_program_host() - where the host has it
 *
 * A path begins where make runs, as that of a scheduler; a name is looked for
 * in $PATH.
 *
 * Return: the path, the caller frees it; NULL with errno set.
 */
char *work_program_host(const struct work *w);

/* Names of the enums above as files spell them, for messages and reports. */
extern const char *const work_type_names[WORK_TYPES];
