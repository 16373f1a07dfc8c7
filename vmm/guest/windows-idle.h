/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * windows-idle.h - how long each CPU was idle.
 *
 * /proc/stat has it, but for one case: Linux counts on after an interrupt only
 * where idle_cpu() is true, and a CPU with a task in its run queue is none,
 * though it sits in the idle loop since the scheduler does not give it that
 * task. All of its columns stand still then. What they lack is taken from
 * /proc/timer_list, which tells since when a CPU has not left the idle loop.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/**
 * struct cpu_times - of one CPU
 * @online:  it has a line in /proc/stat
 * @idle, @all: its idle time and the sum of all columns at the last read, ticks
 * @idle_more: of the first, since the read before
 * @uncertain: since then no half of the time was counted
 * @uncounted_ns: how long it was idle beyond what was counted
 */
struct cpu_times {
	bool online, uncertain;
	uint64_t idle, all, idle_more, uncounted_ns;
};

/**
 * struct idle_times - times of CPUs below @cpus
 * @read_ns: when they were read last; 0: never
 */
struct idle_times {
	unsigned int cpus;
	struct cpu_times *cpu;
	uint64_t read_ns;
};

/* Memory for CPUs below @cpus. Return: 0 or -ENOMEM. */
int idle_times_prepare(struct idle_times *t, unsigned int cpus);
void idle_times_free(struct idle_times *t);

/* Read them; @ret gets what each CPU was idle, in ticks, and keeps what it has
 * of one that is off line. False: they cannot be read. */
bool idle_times_read(struct idle_times *t, uint64_t *ret);

/* The same from the text of /proc/stat at @now. Return: whether some CPU is
 * uncertain, of which idle_times_see_loops() may tell more. */
bool idle_times_see_stat(struct idle_times *t, const char *stat, uint64_t now);

/* Add the last stay in the idle loop of those that are uncertain, by the text
 * of /proc/timer_list; of what was between the read @before and that of @now.
 */
void idle_times_see_loops(struct idle_times *t, const char *timers,
			  uint64_t before, uint64_t now);
