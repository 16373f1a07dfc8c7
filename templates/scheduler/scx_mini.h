/* SPDX-License-Identifier: GPL-2.0-or-later */
/* scx_mini.h - what the BPF half and the loader of scx_mini share. */
#pragma once

/* Powers of two, so that the BPF half can bound an index with a mask. */
#define MAX_CPUS   512
#define MAX_QUEUES 256

/* What each CPU did, in a cache line of its own: nobody waits to count. */
struct mini_counts {
	unsigned long long direct; /* woken onto an idle CPU, never queued */
	unsigned long long queued; /* put into a queue */
	unsigned long long stolen; /* taken from the queue of another LLC */
} __attribute__((aligned(64)));

/* Why the kernel ended the scheduler; written once, @kind last. */
struct exit_report {
	int kind;	/* enum scx_exit_kind; 0 while we are scheduling */
	long long code; /* enum scx_exit_code in the upper half */
	char reason[128];
	char message[1024];
};
