/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/vm/repro-watch.h"

#include <errno.h>
#include <stdio.h>

#include "tools/vm/repro-inside.h"

/*
 * How long before a failure functions are watched, and around the time when a
 * task that waits in vain began to: jiffies are of 4 ms, and more at 100 Hz.
 */
#define BEFORE_NS UINT64_C(30000000)
#define AROUND_NS UINT64_C(16000000)
/* The kernel's log tells of the failure when all tasks have left the scheduler:
 * 20 to 70 ms later with few of them. */
#define TOLD_NS UINT64_C(80000000)
/* Of the host's, for stops: 20000 take about 100 s. */
#define MORE_S 600

/*
 * From when to when: before the failure, and where a task that waited in vain
 * began to. @end_ns: when it was, or with @late ns behind that at most.
 */
static void set_windows(struct repro_stops *stops, uint64_t end_ns,
			uint64_t late_ns, uint64_t waited_ns)
{
	uint64_t before = (waited_ns ? AROUND_NS : BEFORE_NS) + late_ns;

	stops->windows = 0;
	if (waited_ns && waited_ns + late_ns + 2 * AROUND_NS < end_ns)
		stops->window[stops->windows++] =
			(struct repro_window){ end_ns - waited_ns - late_ns -
						       AROUND_NS,
					       end_ns - waited_ns + AROUND_NS };
	stops->window[stops->windows++] =
		(struct repro_window){ end_ns > before ? end_ns - before : 0,
				       UINT64_MAX };
}

/* Did the windows hold what they were made for? They were guessed from the
 * kernel's log. */
static bool saw_enough(const struct repro_stops *stops, uint64_t waited_ns)
{
	const struct repro_window *w = stops->window;
	uint64_t end_ns =
		stops->count ? stops->record[stops->count - 1].at_ns : 0;

	if (!stops->triggered)
		return true; /* it would not be better next time */
	if (stops->full || w[stops->windows - 1].from_ns + AROUND_NS > end_ns)
		return false;
	return stops->windows == 1 ||
	       (w->from_ns + AROUND_NS / 2 < end_ns - waited_ns &&
		end_ns - waited_ns + AROUND_NS / 2 < w->to_ns);
}

static void tell_stops(const struct repro_stops *stops, struct repro_story *s)
{
	snprintf(s->how, sizeof(s->how),
		 "watched through QEMU's gdb stub, which takes none of the "
		 "guest's time: %u stops, of which %u told the time alone%s%s",
		 stops->stops, stops->jiffies,
		 stops->full ? "; these were too many, and the last ones were "
			       "not watched"
			     : "",
		 stops->error ? "; it ended early" : "");
}

/* The machine of the first run, once more. */
static void run_again(const struct repro_ask *a, struct outcome *o,
		      struct machine_debug *debug, const struct job *job)
{
	struct machine_config c = *a->config;

	c.debug = debug;
	if (debug)
		debug->more_s = MORE_S;
	launch(&c, job, a->init, a->job->limits.host_s, o);
}

/* One run with stops. */
static int watch_once(const struct repro_ask *a, struct repro_stops *stops,
		      struct outcome *o, struct why *reterr_why)
{
	run_again(a, o, &stops->connection, a->job);
	if (stops->error)
		return why_set(reterr_why, stops->error, "%s", stops->why.text);
	return 0;
}

/* Once more, now that the time of the failure is known; when there was too much
 * to be seen, half as long. */
static int watch_better(const struct repro_ask *a, struct repro_stops *stops,
			uint64_t waited_ns, struct outcome *o,
			struct why *reterr_why)
{
	const struct repro_plan *plan = stops->plan;
	struct repro_places places = stops->places;
	uint64_t end_ns = stops->record[stops->count - 1].at_ns;
	bool full = stops->full;
	int r;

	outcome_done(o);
	*o = (struct outcome){ .cold = a->req->cold };
	repro_stops_done(stops);
	r = repro_stops_begin(stops, plan, &places, reterr_why);
	if (r < 0)
		return r;
	set_windows(stops, end_ns, 0, waited_ns);
	if (full)
		stops->window[stops->windows - 1].from_ns =
			end_ns - BEFORE_NS / 8;
	return watch_once(a, stops, o, reterr_why);
}

static int watch_stops(const struct repro_ask *a, const char *vmlinux,
		       struct repro_stops *stops, struct repro_story *s,
		       struct outcome *o, struct why *reterr_why)
{
	uint64_t waited_ns = repro_waited_ns(&s->first);
	struct repro_places places;
	int r = a->config->gate_fd
			? 0
			: why_set(reterr_why, -ENOENT,
				  "without ktstr-gate.so stops take time");

	if (r == 0)
		r = repro_places_find(vmlinux, s->plan->btf, &places,
				      reterr_why);
	if (r == 0)
		r = repro_stops_begin(stops, s->plan, &places, reterr_why);
	if (r < 0)
		return r;
	set_windows(stops, repro_exit_ns(&s->first), TOLD_NS, waited_ns);
	r = watch_once(a, stops, o, reterr_why);
	if (r == 0 && !saw_enough(stops, waited_ns))
		r = watch_better(a, stops, waited_ns, o, reterr_why);
	s->record = stops->record;
	s->count = stops->count;
	tell_stops(stops, s);
	return r;
}

/* By the guest's init: vmm/guest/repro.c. */
static int watch_inside(const struct repro_ask *a, struct repro_plan *plan,
			struct outcome *o, struct repro_story *s,
			struct why *reterr_why)
{
	auto_str struct str text = { 0 };
	struct job job = *a->job;

	if (repro_inside_ask(plan, &job, &text) < 0)
		return why_set(reterr_why, -ENOMEM, "out of memory");
	run_again(a, o, NULL, &job);
	return repro_inside_take(&o->facts, plan, s, reterr_why);
}

int repro_watch(const struct repro_ask *a, const char *vmlinux,
		struct repro_plan *plan, struct repro_watched *w,
		struct repro_story *s, struct why *reterr_why)
{
	w->outcome = (struct outcome){ .cold = a->req->cold,
				       .layout = a->config->clock == CLOCK_REAL
							 ? a->evidence->layout
							 : NULL };
	if (a->config->clock == CLOCK_REAL)
		return watch_inside(a, plan, &w->outcome, s, reterr_why);
	return watch_stops(a, vmlinux, &w->stops, s, &w->outcome, reterr_why);
}
