/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/vm/performance.h"

#include <stdlib.h>

#include "tools/vm/threads.h"

static const char *no_empty(const char *text)
{
	return text && *text ? text : NULL;
}

/* Who wants it. */
static const char *begin_of(const char *test)
{
	return test ? "performance = yes" : "--perf";
}

void performance_set_up(const struct request *req, const char *test,
			struct machine_config *c, struct perf *p)
{
	const char *pinning = no_empty(getenv("KTSTR_PINNING"));
	char topology[TOPOLOGY_TEXT_SIZE];
	struct why why;

	c->perf = NULL;
	if (!req->perf && !test)
		return;
	if (req->perf)
		test = NULL;
	if (c->clock == CLOCK_VIRTUAL)
		die(test ? EX_SKIP : EX_USAGE,
		    "%s wants CPUs of the host for itself, which the virtual "
		    "clock, where all CPUs take turns, makes no use of; "
		    "--clock real does",
		    begin_of(test));
	topology_format(&c->topology, topology);
	if (!pinning && !req->dry_run)
		die(test ? EX_SKIP : EX_USAGE,
		    "%s needs a reservation: 'ktstr-lock cpus --exclusive "
		    "--topology %s -- ktstr-vm ...'",
		    begin_of(test), topology);
	threads_for_performance(req, c);
	if (!pinning)
		return;
	if (perf_prepare(c, pinning, no_empty(getenv("KTSTR_SERVICE_CPU")), p,
			 &why) < 0)
		die(why_code(why.error, EX_USAGE), "%s", why.text);
	c->perf = p;
}

void performance_tell(const struct machine_config *c)
{
	for (int f = 0; c->perf && f < PERF_FEATURES; f++) {
		const char *why = perf_missing(c->perf, (enum perf_feature)f);

		if (why)
			note("performance mode without %s: %s",
			     perf_name((enum perf_feature)f), why);
	}
}
