/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * short-waits.h - was a CPU idle while a worker waited for one, in many waits
 * that are each too short to be seen?
 *
 * Nobody looks at every switch of tasks: that would cost more than the test.
 *But sums tell. In a span of time let a worker wait for D in all, let it be
 *allowed the CPUs S, let CPU c of S be idle for I(c), and let the span last for
 *L. Of a time that is no shorter than what is told here, both were true:
 *
 *   one worker:	D + I(c) - L: two parts of the span that together are
 *			longer than it have that much in common.
 *   few workers:	n <= |S| workers that are allowed just S. While one of
 *			them waits, at most n - 1 of them run, so a CPU of S is
 *			idle unless others run on |S| - n + 1 of them or more.
 *			Others had O = |S| L - sum I - sum of what the n ran, so
 *			that was so for O / (|S| - n + 1) at most. What of D is
 *			beyond that was idled away.
 *   many workers:	n >= |S| workers that never sleep, allowed just S. They
 *			cannot all run while a CPU of S is idle: all of its idle
 *			time counts.
 *
 * A CPU that is woken up for a worker is idle until it is there, and the worker
 * waits; no scheduler can help that. Hence the first part of each wait, as long
 * as a wake may take, is left out of D.
 */
#pragma once

#include <sched.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * struct short_waits - of one worker, in one span
 * @allowed: its CPUs, all the time
 * @always:  it never sleeps
 * @known:   the two that follow are; where they are not they are 0
 * @run_ns, @wait_ns: it ran, and waited for a CPU, at least for so long
 * @cpu:     where it was all the time; -1: it moved
 * @idle_ns, @idle_cpu: what was found: how long a CPU was idle while it waited,
 *	     and which of its CPUs was idle most
 */
struct short_waits {
	const cpu_set_t *allowed;
	bool always, known;
	int cpu;
	uint64_t run_ns, wait_ns;
	uint64_t idle_ns;
	int idle_cpu;
};

/**
 * short_waits_find() - fill in what was found
 * @list:   of @count workers; those of other workers count as others' time
 * @idle_ns: of each CPU below @cpus, at least that
 * @span_ns: how long the span was, at most
 */
void short_waits_find(struct short_waits *const *list, size_t count,
		      const uint64_t *idle_ns, unsigned int cpus,
		      uint64_t span_ns);
