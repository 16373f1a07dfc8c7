/* SPDX-License-Identifier: GPL-2.0-or-later */
/* places.h - what a watcher from outside has to know of a kernel. */
#pragma once

#include <stdint.h>

#include "tools/lib/why.h"

struct btf;

/**
 * struct repro_places - addresses, and bytes from the begin of structures
 * @load: bpf_scx_reg(), whose first argument is the struct sched_ext_ops of a
 *	  scheduler that is loaded; @ops_bytes: of it
 * @jiffy: update_wall_time(), called once in each jiffy that is counted
 * @timekeeper: the kernel's clock, and its members
 * @offsets: __per_cpu_offset; @current: of the pointer to the task that a CPU
 *	  runs in that CPU's part
 * @pid, @comm: of a task
 */
struct repro_places {
	uint64_t load, jiffy, timekeeper, offsets, current;
	uint32_t ops_bytes, mask, cycle_last, mult, shift, xtime_nsec, base;
	uint32_t pid, comm;
};

/**
 * repro_places_find() - find them
 *
 * Return: 0; -ENOTSUP with what this kernel has not; as symbols_find().
 */
int repro_places_find(const char *vmlinux, const struct btf *btf,
		      struct repro_places *ret, struct why *reterr_why);

/* The kernel's clock at one moment: struct timekeeper's tkr_mono. */
struct repro_clock {
	uint64_t mask, cycle_last, xtime_nsec, base;
	uint32_t mult, shift;
};

/**
 * repro_clock_ns() - CLOCK_MONOTONIC
 * @c: as the kernel's clock stood last
 * @timer: of QEMU's ACPI timer, now: 24 bits
 *
 * Under the virtual clock the counter of cycles is QEMU's clock in ns, and so
 * is that timer, in units of 279 ns; the kernel has looked at the counter in
 * the last 4 s.
 *
 * Return: ns, up to 279 too small, but never before the kernel's last look.
 */
uint64_t repro_clock_ns(const struct repro_clock *c, uint32_t timer);
