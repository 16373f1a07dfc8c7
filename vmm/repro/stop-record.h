/* SPDX-License-Identifier: GPL-2.0-or-later */
/* stop-record.h - what a machine that stands is asked: a part of stops.c. */
#pragma once

#include "vmm/repro/stops.h"

/**
 * struct repro_stop - where a machine stands
 * @now_ns: guest's CLOCK_MONOTONIC, see repro_clock_ns()
 * @arg:    registers of a function's arguments, which count where it begins
 * @task:   the struct task_struct of the task that the CPU runs
 */
struct repro_stop {
	uint64_t pc, sp, now_ns, arg[REPRO_ARGS], task;
	unsigned int cpu;
};

/* What registers say. Return: 0 or -errno. */
int repro_stop_where(const struct gdb_stop *where, struct gdb_remote *g,
		     struct repro_stop *ret, struct why *reterr_why);

/* What memory says more: @now_ns and @task. Return: 0 or -errno; -ENXIO: the
 * kernel is not where its vmlinux says. */
int repro_stop_read(struct repro_stops *s, struct repro_stop *stop,
		    struct why *reterr_why);

/* The record of function @i of the plan. What cannot be read of the guest's
 * memory is not valid in it. Return: 0 or -errno. */
int repro_stop_record(struct repro_stops *s, unsigned int i,
		      const struct repro_stop *stop, struct repro_record *ret,
		      struct why *reterr_why);
