/* SPDX-License-Identifier: GPL-2.0-or-later */
/* judge.h - from facts to a verdict: pure, so that tests can feed it streams.
 */
#pragma once

#include <jansson.h>

#include "tools/lib/spec/checks.h"
#include "tools/lib/spec/expect.h"
#include "tools/lib/spec/payload.h"
#include "tools/lib/spec/topology.h"
#include "vmm/facts.h"
#include "vmm/machine.h"
#include "vmm/mon/layout.h"

enum verdict {
	VERDICT_PASS,
	VERDICT_FAIL,
	VERDICT_INCONCLUSIVE,
	VERDICT_SKIP,
	VERDICT_ERROR,
};

/* "pass", "fail", ... */
const char *verdict_name(enum verdict v);
/* The exit code that tells it: 0, 1, 3, 4, 125. */
int verdict_exit_code(enum verdict v);

/**
 * struct evidence - all that a judgement rests on
 * @console:  the kernel's console, any bytes
 * @memory_mib: of the machine; 0: it is not compared
 * @torn_code: this QEMU lets a guest run code that was changed meanwhile, see
 *	      tools/vm/threads.h
 * @check:    merged checks
 * @payload: of the test, @payload_count of them
 * @layout: what the monitor was to read; NULL: there was none
 * @has_sched: a scheduler was to be loaded
 * @on_host: it ran on the host itself, whose shape nobody declared
 * @expect: the failure that the test wants to see
 */
struct evidence {
	const struct facts *facts;
	const struct machine_result *machine;
	const char *console;
	size_t console_len;
	struct topology topology;
	unsigned int memory_mib;
	enum vm_clock clock;
	struct checks check;
	const struct payload *payload;
	size_t payload_count;
	struct expectation expect;
	const struct mon_layout *layout;
	bool has_sched, torn_code, on_host;
};

/**
 * struct judgement - a verdict and what it rests on
 * @class:   one of judge_classes
 * @reasons: array of strings, one line each; empty for a pass
 * @checks:  array of objects: name, layer, limit, value, ok, judged
 * @payloads: array of objects: name, end, status, signal, ran_ns, cpu_ns,
 *	     metrics (name, value, unit, better, min, max, ok)
 * @bad_reads: values that "read-map" found out of their bounds
 */
struct judgement {
	enum verdict verdict;
	const char *class;
	json_t *reasons, *checks, *payloads;
	unsigned int bad_reads;
};

/* Every class there is, NULL behind the last; the manual tells of each. */
extern const char *const judge_classes[];

/*
 * Calibration: with every CPU spinning alone, none may pause longer than this,
 * and none may be slower than the fastest by more than this: a hundredth of the
 * default max-gap, half of the default max-spread.
 */
#define CALIBRATION_GAP_NS	    20000000
#define CALIBRATION_SPREAD_PERMILLE 75
/*
 * Nobody has more than 32 CPUs take turns on one thread of the host and expects
 * them to be quick: a turn of each takes 8 ms with 64, and what wakes another
 * CPU waits for that.
 *
 * A unit is about four instructions. What the kernel does by itself is 1.1
 * million a second on each of 32 CPUs, 4400 for each of its 250 ticks: a CPU
 * that does a million units in a second gives a fifth of its time for that.
 */
#define CALIBRATION_CPUS_MAX  32
#define CALIBRATION_UNITS_MIN 1000000
/* Real clock: the share of time that a guest's CPUs may wait for the host's. */
#define NOISE_PERMILLE 20
/* What is longer between two samples (NOISE_INTERVAL_S) is a stop. */
#define NOISE_PAUSE_NS 2000000000

/**
 * judge_ran() - did the machine run as it should, and was it the right one?
 * @j: @j->reasons is an array
 *
 * Return: false if not: verdict, class and reasons are then set.
 */
bool judge_ran(const struct evidence *e, struct judgement *j);
void judge(const struct evidence *e, struct judgement *ret);
void judgement_done(struct judgement *j);
