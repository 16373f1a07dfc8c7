/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * limits.h - how long each phase of a machine's life may take.
 *
 * All of them are the guest's time, so that a busy host cannot make one run
 * out; the host's time has one limit for everything that went wrong altogether.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "tools/lib/why.h"

/**
 * enum phase - what a machine does, in this order
 * @PHASE_BOOT:     firmware, kernel and init, until the job is read
 * @PHASE_ATTACH:   the scheduler is started, until it is in charge
 * @PHASE_RUN:      calibration and test, or the command
 * @PHASE_SHUTDOWN: the scheduler is told to leave, until the machine ends
 */
enum phase {
	PHASE_BOOT,
	PHASE_ATTACH,
	PHASE_RUN,
	PHASE_SHUTDOWN,
	PHASES,
};

/* "boot", "attach", "run", "shutdown". */
const char *phase_name(enum phase p);

/**
 * struct limits - of one machine
 * @ns:     of the guest's time, for each phase; 0 is no limit
 * @host_s: of the host's time, for the whole machine
 */
struct limits {
	uint64_t ns[PHASES];
	unsigned int host_s;
};

#define LIMITS_HOST_MAX_S 1000000
/* Of one phase: a week. */
#define LIMITS_NS_MAX (7 * 24 * 3600 * UINT64_C(1000000000))

/**
 * struct limits_for - what limits depend on
 * @run_ns: how long the test takes, its steps and what is before and behind
 *	    them; 0 for a command, whose time nobody knows
 * @cpus:   of the machine
 * @is_virtual: the virtual clock, where all CPUs share one stream of
 *	    instructions, and idle time costs the host nothing
 */
struct limits_for {
	uint64_t run_ns;
	unsigned int cpus;
	bool is_virtual;
};

/**
 * limits_derive() - limits that a sound machine never meets
 *
 * boot: 30 s, and 1 s for each CPU. attach: 60 s under the virtual clock, where
 * one of many CPUs runs few instructions a second and the kernel's verifier
 * many, else 10 s; with more than 60 CPUs, 1 s for each. run: twice the test,
 * 60 s, and 1 s for each CPU; none for a command. shutdown: 30 s, and 1 s for
 * each CPU. The host's: 120 s, and for each second of the test and for 20 more
 * as many seconds as there are CPUs, and 4; 600 s for a command.
 */
struct limits limits_derive(const struct limits_for *f);

/**
 * limits_set() - read what a user asks for, "run=90s"
 * @word: PHASE=TIME, from 1 ms to a week
 * @l:    gets it
 *
 * Return: 0; -EINVAL with a sentence, without a name in front.
 */
int limits_set(const char *word, struct limits *l, struct why *reterr_why);
