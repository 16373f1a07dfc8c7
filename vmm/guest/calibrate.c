/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmm/guest/calibrate.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "tools/lib/cleanup.h"
#include "vmm/console.h"
#include "vmm/guest/clock.h"
#include "vmm/guest/crew.h"
#include "vmm/guest/json.h"

#define WARM_UP_NS (20 * NS_PER_MS)

static void open_frame(struct str *out, bool ran)
{
	json_open(out, "calibration");
	json_flag(out, "ran", ran);
}

void calibrate_skipped(struct watch *w, const char *turn_timer)
{
	struct str out = { 0 };

	open_frame(&out, false);
	json_text(&out, "turn_timer", turn_timer);
	channel_send(w->channel, &out);
}

/* The frame comes with the job; a template is kept before there is one. */
static void print(uint64_t gap_ns, uint64_t spread_permille,
		  uint64_t slowest_per_s)
{
	fprintf(stderr,
		CONSOLE_CALIBRATION "{\"max_gap_ns\":%" PRIu64
				    ",\"spread_permille\":%" PRIu64
				    ",\"slowest_units_per_s\":%" PRIu64 "}\n",
		gap_ns, spread_permille, slowest_per_s);
}

static void send(struct watch *w, const struct worker *worker, size_t n,
		 uint64_t run_ns, const char *turn_timer)
{
	uint64_t most = 0, least = UINT64_MAX, gap = 0;
	uint64_t spread;
	struct str out = { 0 };

	for (size_t i = 0; i < n; i++) {
		const struct worker_shared *sh = worker[i].shared;
		uint64_t units = atomic_load(&sh->units);

		most = units > most ? units : most;
		least = units < least ? units : least;
		gap = sh->max_gap_ns > gap ? sh->max_gap_ns : gap;
	}
	spread = most ? (most - least) * 1000 / most : 1000;
	print(gap, spread, least * 1000 / (run_ns / NS_PER_MS));
	open_frame(&out, true);
	json_number(&out, "rounds", 1);
	json_number(&out, "duration_ns", run_ns);
	json_number(&out, "max_gap_ns", gap);
	json_number(&out, "spread_permille", spread);
	json_key(&out, "units_per_s_per_cpu");
	for (size_t i = 0; i < n; i++)
		str_addf(&out, "%c%" PRIu64, i ? ',' : '[',
			 atomic_load(&worker[i].shared->units) * 1000 /
				 (run_ns / NS_PER_MS));
	str_add(&out, "]");
	json_text(&out, "turn_timer", turn_timer);
	channel_send(w->channel, &out);
}

static bool all_over(const void *arg)
{
	const struct crew *c = arg;

	for (size_t i = 0; i < c->count; i++) {
		if (!c->member[i]->child.ended)
			return false;
	}
	return true;
}

static int run(struct crew *c, struct why *reterr_why)
{
	int r = crew_spawn(c, reterr_why);

	if (r == 0) {
		crew_start(c);
		watch_until(c->watch, clock_now_ns() + c->run_ns + CREW_STOP_NS,
			    all_over, c);
	}
	crew_stop(c);
	for (size_t i = 0; r == 0 && i < c->count; i++) {
		if (c->member[i]->exit != CREW_OK)
			r = why_set(reterr_why, -EIO,
				    "a worker of the calibration died");
	}
	return r;
}

/* Spin for @run_ns on every CPU; tell of it unless @turn_timer is NULL. */
static int spin_round(struct watch *w, const struct machine *m, uint64_t run_ns,
		      const char *turn_timer, struct why *reterr_why)
{
	size_t n = (size_t)CPU_COUNT(&m->all), i = 0;
	auto_free struct work *work = calloc(n, sizeof(*work));
	auto_free struct worker *worker = calloc(n, sizeof(*worker));
	auto_free struct worker **member = calloc(n, sizeof(*member));
	uint64_t random = 0;
	struct crew crew = { .watch = w,
			     .machine = m,
			     .member = member,
			     .count = n,
			     .random = &random,
			     .run_ns = run_ns };
	int r = work && worker && member ? 0 : -ENOMEM;

	why_set(reterr_why, 0, "out of memory");
	for (int cpu = 0; r == 0 && cpu < CPU_SETSIZE && i < n; cpu++) {
		if (!CPU_ISSET(cpu, &m->all))
			continue;
		work[i].affinity.kind = AFFINITY_EXACT;
		CPU_SET(cpu, &work[i].affinity.exact);
		worker[i].work = &work[i];
		member[i] = &worker[i];
		i++;
	}
	if (r == 0)
		r = crew_prepare(worker, n, 1);
	if (r == 0)
		r = run(&crew, reterr_why);
	if (r == 0 && turn_timer)
		send(w, worker, n, run_ns, turn_timer);
	if (worker)
		crew_free(worker, n);
	return r;
}

int calibrate(struct watch *w, const struct machine *m, const char *turn_timer,
	      struct why *reterr_why)
{
	/*
	 * The first workers of a boot start 14 ms late, on any machine: the
	 * kernel does things for the first time. They are not the CPUs' fault.
	 */
	int r = spin_round(w, m, WARM_UP_NS, NULL, reterr_why);
	uint64_t run_ns = (uint64_t)CPU_COUNT(&m->all) * CALIBRATE_EACH_NS;

	if (run_ns < CALIBRATE_LEAST_NS ||
	    CPU_COUNT(&m->all) > CALIBRATE_CPUS_MAX)
		run_ns = CALIBRATE_LEAST_NS;
	if (r == 0)
		r = spin_round(w, m, run_ns, turn_timer, reterr_why);
	return r;
}
