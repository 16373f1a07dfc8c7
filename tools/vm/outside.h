/* SPDX-License-Identifier: GPL-2.0-or-later */
/* outside.h - samples of a guest from outside, under the real clock. */
#pragma once

#include "vmm/facts.h"
#include "vmm/machine.h"
#include "vmm/mon/outside.h"
#include "vmm/mon/reader.h"

/* Between two samples, and how long a kernel may not be readable once its test
 * has begun. */
#define OUTSIDE_PERIOD_NS (100 * UINT64_C(1000000))
#define OUTSIDE_WAIT_NS	  (5 * UINT64_C(1000000000))

/**
 * struct outside - what reads a machine
 * @layout: of its kernel; NULL: nothing is read
 * @facts:  tells when the workers start and stop, and gets the samples
 * @begun, @ended: the first and the last look were taken
 * @begin_ns, @last_ns: of the first and of the last so far; @next_ns: when the
 *	next is due
 * @cpu_ns, @bytes, @samples, @left_out: as of the guest's own monitor
 * @noise: what the host gave to each CPU
 * @error: nothing is read any more, for the reason in @why
 * @c: the machine's
 * @before, @before_arg: what its @before was, called first
 */
struct outside {
	const struct mon_layout *layout;
	struct facts *facts;
	unsigned int cpus;
	struct mon_outside machine;
	struct mon_memory reach;
	struct mon_reader reader;
	struct noise noise;
	struct mon_cpu *record;
	bool begun, ended;
	uint64_t begin_ns, last_ns, next_ns, cpu_ns, bytes, samples, left_out;
	int error;
	struct why why;
	struct machine_config *c;
	int (*before)(void *arg, struct qmp *q, pid_t pid,
		      struct why *reterr_why);
	void *before_arg;
};

/* Take part in the start of machine @c, of whose guest @f will tell. */
void outside_begin(struct outside *o, const struct mon_layout *layout,
		   struct machine_config *c, struct facts *f);

/**
 * outside_tick() - take a sample when one is due
 *
 * Return: ms until the next one, or INT_MAX.
 */
int outside_tick(struct outside *o);

/* The machine has ended: @o->facts gets the frame "monitor". */
void outside_end(struct outside *o);
