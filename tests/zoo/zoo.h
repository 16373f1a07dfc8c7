/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * zoo.h - what the BPF half and the loader of scx_zoo share: its faults.
 *
 * FAULT(symbol, name, effect): --fault takes the name; the effect is what a
 * test should see.
 */
#pragma once

#define MAX_CPUS 512

#define ZOO_FAULTS(FAULT)                                                      \
	FAULT(FORGET, "forget", "a task is never queued again")                \
	FAULT(STALL, "stall", "no CPU takes a task any more")                  \
	FAULT(SKIP_CPU, "skip-cpu", "CPU 1 is never given a task")             \
	FAULT(FIXED_WAKE, "fixed-wake", "all that wakes goes to CPU 0")        \
	FAULT(IGNORE_AFFINITY, "ignore-affinity",                              \
	      "tasks are sent to CPUs they may not use")                       \
	FAULT(STALE_CPUSET, "stale-cpuset",                                    \
	      "tasks stay on the CPUs they were first allowed")                \
	FAULT(IGNORE_WEIGHTS, "ignore-weights", "all weigh the same")          \
	FAULT(INVERT_WEIGHTS, "invert-weights", "the heavy get less")          \
	FAULT(STARVE_CGROUP, "starve-cgroup",                                  \
	      "the newest cgroup is served last")                              \
	FAULT(NEWEST_FIRST, "newest-first", "the last to come is first")       \
	FAULT(NO_CLAMP, "no-clamp", "sleep earns credit without limit")        \
	FAULT(LOSE_VTIME, "lose-vtime",                                        \
	      "who changes CPUs owes nothing any more")                        \
	FAULT(ENDLESS_SLICE, "endless-slice", "a task runs until it sleeps")   \
	FAULT(TINY_SLICE, "tiny-slice", "slices of 20 us")                     \
	FAULT(FAR_LLC, "far-llc", "tasks wake behind another cache")           \
	FAULT(SMT_FIRST, "smt-first", "busy cores are filled first")           \
	FAULT(LAZY, "lazy", "CPUs stay idle beside short queues")              \
	FAULT(DOUBLE_INSERT, "double-insert", "a task is queued twice")        \
	FAULT(DEAD_QUEUE, "dead-queue", "a task goes to no queue that exists") \
	FAULT(ERROR_BUSY, "error-busy", "an error under load")                 \
	FAULT(CRASH, "crash", "an error")                                      \
	FAULT(INIT_CPU, "init-cpu", "init fails for CPUs other than 0")        \
	FAULT(LEAK, "leak", "memory for each new task is never freed")         \
	FAULT(LINGER, "linger", "the program does not end when it is told to") \
	FAULT(SLOW_SELECT, "slow-select", "select_cpu takes 1 ms")             \
	FAULT(IGNORE_HOTPLUG, "ignore-hotplug",                                \
	      "no callback for CPUs that come and go")                         \
	FAULT(ONE_CGROUP, "one-cgroup", "a second cgroup is rejected")         \
	FAULT(PARTIAL, "partial", "most tasks stay on the kernel's scheduler") \
	FAULT(REJECT, "reject", "the verifier refuses it")                     \
	FAULT(REJECT_LONG, "reject-long", "refused, with a log of megabytes")  \
	FAULT(REJECT_SLOW, "reject-slow", "the verifier finds no end in it")   \
	FAULT(DEGRADE, "degrade", "random CPUs, every 2nd dispatch skipped")   \
	FAULT(SLOW, "slow", "3 of 4 dispatches skipped")                       \
	FAULT(SCATTER, "scatter", "random CPUs")

enum zoo_fault {
	FAULT_NONE,
#define FAULT(symbol, name, effect) FAULT_##symbol,
	ZOO_FAULTS(FAULT)
#undef FAULT
};

/* Why the kernel ended the scheduler; written once, @kind last. */
struct exit_report {
	int kind; /* enum scx_exit_kind; 0 while we are scheduling */
	char reason[128];
	char message[1024];
};
