/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * watch.h - init's one wait: whatever it waits for, all that may happen
 * meanwhile is served (children, output, kernel messages, the scheduler).
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "vmm/guest/channel.h"
#include "vmm/guest/child.h"
#include "vmm/guest/feeder.h"
#include "vmm/guest/input.h"
#include "vmm/guest/kmsg.h"
#include "vmm/guest/textlog.h"
#include "vmm/limits.h"

struct ftrace;
struct monitor;
struct repro;

#define WATCH_LOGS 3
#define WATCH_MORE 16 /* pipes of payloads, two for each */

enum watch_result {
	WATCH_DEADLINE, /* the time came */
	WATCH_DONE,	/* what was waited for is there */
	WATCH_LOST,	/* the scheduler is not in charge any more */
};

/**
 * struct watch - all that is served
 * @signal_fd: SIGCHLD
 * @feeder: of the watchdog device; NULL if there is none
 * @feeder_pid: its process
 * @phase, @limit_ns, @late_at: what is being done, how long that may take, and
 *	  when it is late, of CLOCK_MONOTONIC; 0: never
 * @late: called then; it does not return
 * @log: pipes, unused ones have fd -1
 * @more: pipes of others, @more_count of them
 * @tick: called at each turn of a wait, NULL for none; says when it wants to be
 *	  called again at the latest; UINT64_MAX: it does not care
 * @dump: of sched_ext, see dumps.h; fd -1 where none are kept
 * @dump_lost: lines and bytes of it that were told to be lost
 * @work_log: where programs that are workers write to; -1: there are none
 * @input: of a command, fd -1 when there is none
 * @lost: tells whether the scheduler is gone, and sends a frame if so; called
 *	  at least every WATCH_POLL_NS, and when a child ended; NULL while no
 *	  scheduler is in charge, and once it said yes
 * @was_lost: it said yes
 * @monitor: of the test that is played, or NULL
 * @ftrace: if a trace is kept, or NULL
 * @repro: if functions are watched, or NULL
 * @look: called at @look_at and each @look_every_ns after that; NULL: nothing
 */
struct watch {
	struct channel *channel;
	struct children children;
	struct kmsg kmsg;
	struct textlog log[WATCH_LOGS], dump;
	struct {
		uint64_t lines, bytes;
	} dump_lost;
	struct textlog *more[WATCH_MORE];
	size_t more_count;
	uint64_t (*tick)(void *);
	void *tick_arg;
	struct input input;
	int signal_fd, work_log;
	struct feeder_page *feeder;
	pid_t feeder_pid;
	enum phase phase;
	uint64_t limit_ns, late_at;
	void (*late)(struct watch *w);
	void *late_arg;
	bool (*lost)(void *);
	void *lost_arg;
	bool was_lost;
	struct monitor *monitor;
	struct ftrace *ftrace;
	struct repro *repro;
	void (*look)(void *);
	void *look_arg;
	uint64_t look_at, look_every_ns;
};

#define WATCH_POLL_NS (100 * UINT64_C(1000000))

/* SIGCHLD is blocked from here on. Return: 0 or -errno. */
int watch_init(struct watch *w, struct channel *c);

/* A phase begins, and a frame says so; it may last for @limit_ns; 0: for ever.
 */
void watch_phase(struct watch *w, enum phase phase, uint64_t limit_ns);

/**
 * watch_until() - wait and serve
 * @deadline_ns: of CLOCK_MONOTONIC
 * @done: asked first of all and after each event and poll; NULL: wait for the
 *	  deadline
 *
 * A scheduler that is lost ends the wait, but not before @done was asked.
 */
enum watch_result watch_until(struct watch *w, uint64_t deadline_ns,
			      bool (*done)(const void *), const void *arg);

/* done() for a struct child. */
bool watch_child_ended(const void *child);
