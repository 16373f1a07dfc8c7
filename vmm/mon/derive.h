/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * derive.h - what samples of run queues mean: pure, the same for both readers.
 *
 * A value is *sustained* when no sample of so many in a row was below it: the
 * largest that was is what limits are held against. So one bad moment fails no
 * run, and no good one hides what went on for long.
 */
#pragma once

#include "vmm/mon/series.h"

/* A local queue that is deeper was not read right. */
#define MON_DSQ_MAX 10000
/* Of 1000 samples so many may be implausible, else none of them counts. */
#define MON_BAD_PERMILLE 100

/* Counters of a shorter time say nothing of a rate: the last are read when the
 * workers stop, which may be at once after a sample. Samples are 100 ms apart
 * or more. */
#define MON_RATE_NS UINT64_C(50000000)

/* A CPU that had less of the host between two samples did not stand still by
 * itself: ten ticks of 250 Hz. */
#define MON_RAN_US 40000

/**
 * struct mon_sustained - the largest value that lasted
 * @any: there were enough samples in a row for one to last
 * @from_ns, @to_ns: the first and the last of these samples
 * @cpu: on which CPU it was in the last; -1: on none
 */
struct mon_sustained {
	bool any;
	double value;
	uint64_t from_ns, to_ns;
	int cpu;
};

/**
 * struct mon_queue - one CPU in all plausible samples
 * @is: the machine has it
 * @stall_ns: the longest time in which its clock stood still and a task was
 *	 there to run, in @stall_samples samples behind the first, from
 *	 @stall_from_ns on
 */
struct mon_queue {
	bool is;
	double mean_nr_running, mean_dsq;
	unsigned int max_nr_running, max_dsq;
	uint64_t stall_ns, stall_from_ns;
	size_t stall_samples;
};

/**
 * struct mon_summary - all of it
 * @samples, @implausible: how many, and how many of them make no sense
 * @why: of the first that makes none, or ""
 * @has_scx: the kernel has sched_ext
 * @imbalance: most tasks of a CPU over fewest, or over 1 where these are fewer
 * @dsq: tasks in the deepest local queue
 * @fallback, @keep_last: events a second, over all CPUs: of picking a CPU that
 *	the scheduler did not, and of keeping a task for want of another; 0 on
 *	kernels without events
 * @max_imbalance, @mean_imbalance, @max_dsq, @mean_dsq: of single samples
 * @mean_nr_running: of all CPUs together
 * @stalled: CPUs that stood still for as many samples as "sustained" says
 * @worst_stall: the CPU that stood longest; -1: none did
 * @queue: @cpus of them; the summary owns it
 */
struct mon_summary {
	size_t samples, implausible;
	char why[160];
	bool has_scx;
	struct mon_sustained imbalance, dsq, fallback, keep_last;
	double max_imbalance, mean_imbalance, mean_dsq, mean_nr_running;
	unsigned int max_dsq, stalled, cpus;
	int worst_stall;
	struct mon_queue *queue;
};

/**
 * mon_derive() - from samples to what limits are held against
 * @sustained: samples in a row, at least 1
 * @ret: mon_summary_done() frees it
 *
 * The reader's own task is left out on the CPU that it ran on. Return: 0 or
 * -ENOMEM.
 */
int mon_derive(const struct mon_series *s, unsigned int sustained,
	       struct mon_summary *ret);
void mon_summary_done(struct mon_summary *s);

/* Were too many samples implausible for any of them to count? */
bool mon_is_doubted(const struct mon_summary *s);

/**
 * struct mon_look - what one sample says
 * @ok: it is plausible; all else is 0 where it is not
 * @most, @deepest: the CPUs with most tasks and with the deepest queue
 */
struct mon_look {
	bool ok;
	double imbalance;
	unsigned int dsq, nr_running, most, deepest;
};

/**
 * mon_look() - one sample
 * @before: the last plausible one before, or NULL
 * @reterr_why: why it is not plausible; may be NULL
 */
struct mon_look mon_look(const struct mon_series *s,
			 const struct mon_sample *now,
			 const struct mon_sample *before,
			 struct why *reterr_why);

/* Tasks on a CPU in a sample, without the reader's own. */
unsigned int mon_tasks(const struct mon_sample *now, unsigned int cpu);

/* The increase of counter @field, of all CPUs, between two records. */
uint64_t mon_increase(const struct mon_counts *from,
		      const struct mon_counts *to, enum mon_field field);

/* The same from record @from to record @to of a series, over all that was
 * counted in between: a scheduler that leaves takes its events with it. */
uint64_t mon_increase_over(const struct mon_series *s, size_t from, size_t to,
			   enum mon_field field);
