/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * stop.h - a stop at a breakpoint that the guest cannot notice; of gate.c
 * alone.
 *
 * On for a machine that a debugger looks at: KTSTR_GATE=stops in QEMU's
 * environment. When a CPU comes to a breakpoint, its thread asks the main loop
 * to stop the machine and goes on (rr_cpu_thread_fn() in
 * accel/tcg/tcg-accel-ops-rr.c of QEMU 7.2): the other CPUs have turns until
 * the main loop has heard it; or, if they rest, the clock moves to the next
 * timer. And while the machine stands, the thread goes one CPU further, so that
 * another CPU has the rest of that turn, and the timer that ends turns after
 * 100 ms begins anew. Here
 *
 * - what a CPU asks for because of a breakpoint is heard at once, before its
 *   thread does anything else;
 * - from the moment in which the thread has told that all CPUs stand, until the
 *   main loop wakes them, it does not go on;
 * - all the while no CPU is told to leave its turn, which it would do when the
 *   machine runs again.
 *
 * That a CPU is at a breakpoint is told by tcg_cpus_exec(). Where QEMU has TCG
 * in a module, as distributions do, that is called by its name, and we are
 * asked first. In a QEMU of one piece stops are as they are without us.
 */
#pragma once

#include <dlfcn.h>
#include <link.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>

/* include/exec/cpu-common.h of QEMU 7.2 */
#define STOP_EXCP_DEBUG 0x10002

static struct {
	bool on;
	/* Of the CPUs' thread: its CPU is at a breakpoint; it has asked the
	 * main loop to stop the machine. */
	bool at_break, stopping;
	/* The main loop waits for CPUs; they stand; and it has waited for
	 * something else since. */
	atomic_bool pauses, stands, heard;
	/* From a breakpoint until the main loop has made the CPUs go on. */
	atomic_bool quiet;
} stop;

/* The CPUs' thread says a word. Return: it is for a breakpoint. */
static inline bool stop_asks(void)
{
	bool asks = stop.on && stop.at_break;

	stop.at_break = false;
	if (asks) {
		atomic_store(&stop.heard, false);
		atomic_store(&stop.quiet, true);
	}
	return asks;
}

/* The CPUs' thread has told somebody something. */
static inline void stop_tells(void)
{
	if (stop.stopping) {
		stop.stopping = false;
		atomic_store(&stop.stands, true);
	}
}

/* The main loop waits. */
static inline void stop_listens(void)
{
	if (!stop.on || !atomic_load(&stop.quiet))
		return;
	if (atomic_load(&stop.stands))
		atomic_store(&stop.heard, true);
	else if (atomic_load(&stop.heard))
		atomic_store(&stop.quiet, false);
}

/* The main loop wakes CPUs. Return: those that stood here. */
static inline bool stop_ends(void)
{
	return stop.on && atomic_load(&stop.heard) &&
	       atomic_exchange(&stop.stands, false);
}

static inline int stop_is_module(struct dl_phdr_info *info, size_t size,
				 void *ret)
{
	(void)size;
	if (!strstr(info->dlpi_name, "/accel-tcg-"))
		return 0;
	*(void **)ret = dlopen(info->dlpi_name, RTLD_LAZY | RTLD_NOLOAD);
	return 1;
}

/* The function of that name in QEMU's module, whose callers we are; to @ret, a
 * pointer to a function. */
static inline void stop_find(const char *name, void *ret, size_t size)
{
	void *module = NULL, *found;

	dl_iterate_phdr(stop_is_module, &module);
	found = module ? dlsym(module, name) : NULL;
	memcpy(ret, &found, size);
}
