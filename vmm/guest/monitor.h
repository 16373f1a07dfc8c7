/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * monitor.h - samples of the kernel's run queues, taken by init itself.
 *
 * Under the virtual clock they are taken at exact times of the guest. Init
 * looks at its workers at that moment anyway, so that nothing is woken up for
 * them.
 */
#pragma once

#include "vmm/guest/channel.h"
#include "vmm/guest/devmem.h"
#include "vmm/guest/machine.h"
#include "vmm/mon/reader.h"

/* Of machines with more CPUs a sample is taken at each @every-th look: what one
 * takes of a CPU grows as the square of their number. */
#define MONITOR_CPUS	    40
#define MONITOR_CPUS_EVENTS 32 /* where events are counted, too */

/**
 * struct monitor - what is read, and what it cost
 * @counts_always: counters go with each sample, not with the first and the last
 *	 alone: the kernel counts events of schedulers
 * @record: room for the record of a sample, and for one of counters
 * @every: each so many looks are a sample; @looks: how many there were
 * @present: CPUs that the machine has
 * @left_out: samples for which a series has no room any more
 * @begin_ns, @end_ns: from the workers' start to their stop
 * @within, @within_ns: looks that ended in the turn in which they began, and
 *	 what they took: init's priority is the highest, so that is all theirs
 * @beyond, @beyond_ns: those in which other CPUs had their turns
 * @once_ns: what it took before they started and after they stopped
 * @error: why nothing is read any more; 0
 */
struct monitor {
	struct mon_layout layout;
	struct devmem memory;
	struct mon_memory reach;
	struct mon_reader reader;
	struct channel *channel;
	bool counts_always;
	char *record;
	uint64_t every, looks, samples, left_out, bytes;
	uint64_t begin_ns, end_ns, once_ns;
	uint64_t within, within_ns, beyond, beyond_ns;
	unsigned int present;
	int error;
};

/**
 * monitor_prepare() - find the run queues of the kernel we run on
 * @layout: text of mon_layout_write()
 * @mem:    /dev/mem, which outlives @m
 * @run_ns: how long the test may take
 *
 * Return: 0; -ENOSYS: this kernel cannot be read, for the reason given; -errno.
 */
int monitor_prepare(struct monitor *m, const char *layout, int mem,
		    const struct machine *machine, uint64_t run_ns,
		    struct why *reterr_why);

/* The workers wait for their start: domains and programs of now. */
void monitor_before(struct monitor *m, struct channel *c);

/* They are about to start: counters of now. */
void monitor_begin(struct monitor *m);

/* A look: each @every-th is a sample. */
void monitor_look(struct monitor *m);

/* They are about to stop: the last counters. */
void monitor_end(struct monitor *m);

/* They have stopped: the last domains and programs, and what it all cost. */
void monitor_after(struct monitor *m);
