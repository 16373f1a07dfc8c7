/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/vm/stats.h"

#include <fcntl.h>
#include <math.h>
#include <sched.h>
#include <stdbool.h>
#include <string.h>

#include "tools/lib/cpulist.h"

double stats_off_percent(const json_t *worker)
{
	double wall = (double)facts_int(worker, "wall_ns");
	double cpu = (double)facts_int(worker, "cpu_ns");

	if (wall <= 0)
		return 0;
	return cpu >= wall ? 0 : (wall - cpu) / wall * 100;
}

/* Did a worker run on a CPU that its segment did not allow? */
static bool ran_outside(const json_t *worker)
{
	const json_t *segments = json_object_get(worker, "segments");

	for (size_t i = 0; i < json_array_size(segments); i++) {
		const json_t *s = json_array_get(segments, i);
		cpu_set_t used, allowed, both;
		size_t at;

		if (cpulist_parse(facts_text(s, "used"), &used, &at) < 0 ||
		    cpulist_parse(facts_text(s, "allowed"), &allowed, &at) < 0)
			return true; /* what cannot be read is not a pass */
		CPU_AND(&both, &used, &allowed);
		if (!CPU_EQUAL(&both, &used))
			return true;
	}
	return false;
}

/* The spread among the workers of the line that @first belongs to. */
static double line_spread(const struct facts *f, const json_t *first)
{
	double low = 0, high = 0;
	unsigned int n = 0;

	for (size_t i = 0; i < json_array_size(f->worker); i++) {
		const json_t *w = json_array_get(f->worker, i);
		double off = stats_off_percent(w);

		if (facts_int(w, "work") != facts_int(first, "work") ||
		    strcmp(facts_text(w, "cgroup"),
			   facts_text(first, "cgroup")) != 0)
			continue;
		if (n == 0 || off < low)
			low = off;
		if (n == 0 || off > high)
			high = off;
		n++;
	}
	return n < 2 ? -1 : high - low;
}

static int64_t larger(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

static void add_worker(struct group_stats *s, const json_t *w)
{
	const json_t *wakes = json_object_get(w, "wakes");
	int64_t gap = facts_int(w, "max_gap_ns");
	int64_t delay = facts_int(w, "run_delay_ns");

	s->workers++;
	s->starved += facts_int(w, "units") == 0;
	s->lost += strcmp(facts_text(w, "exit"), "ok") != 0;
	s->outside += ran_outside(w);
	s->units += facts_int(w, "units");
	s->iterations += facts_int(w, "iterations");
	s->migrations += facts_int(w, "migrations");
	s->delay_ns += delay;
	s->worst_delay_ns = larger(s->worst_delay_ns, delay);
	s->wakes += facts_int(wakes, "count");
	s->max_wake_ns = larger(s->max_wake_ns, facts_int(wakes, "max_ns"));
	s->max_wake_p99_ns =
		larger(s->max_wake_p99_ns, facts_int(wakes, "p99_ns"));
	if (gap > s->max_gap_ns) {
		s->max_gap_ns = gap;
		s->max_gap_cpu = (int)facts_int(w, "gap_cpu");
	}
}

void stats_of(const struct facts *f, const char *cgroup,
	      struct group_stats *ret)
{
	struct group_stats s = { .spread_percent = -1, .max_gap_cpu = -1 };

	for (size_t i = 0; i < json_array_size(f->worker); i++) {
		const json_t *w = json_array_get(f->worker, i);

		if (cgroup && strcmp(facts_text(w, "cgroup"), cgroup) != 0)
			continue;
		add_worker(&s, w);
		s.spread_percent = fmax(s.spread_percent, line_spread(f, w));
	}
	*ret = s;
}

static json_t *group_json(const struct group_stats *s)
{
	json_t *o = json_object();
	double spread = s->spread_percent;

	json_object_set_new(o, "workers", json_integer(s->workers));
	json_object_set_new(o, "starved", json_integer(s->starved));
	json_object_set_new(o, "lost", json_integer(s->lost));
	json_object_set_new(o, "outside", json_integer(s->outside));
	json_object_set_new(o, "units", json_integer(s->units));
	json_object_set_new(o, "iterations", json_integer(s->iterations));
	json_object_set_new(o, "migrations", json_integer(s->migrations));
	json_object_set_new(o, "spread_percent",
			    spread < 0 ? json_null() : json_real(spread));
	json_object_set_new(o, "max_gap_ms",
			    json_real((double)s->max_gap_ns / 1e6));
	json_object_set_new(o, "max_gap_cpu", json_integer(s->max_gap_cpu));
	json_object_set_new(
		o, "mean_run_delay_us",
		json_real(s->workers ? (double)s->delay_ns / s->workers / 1e3
				     : 0));
	json_object_set_new(o, "worst_run_delay_us",
			    json_real((double)s->worst_delay_ns / 1e3));
	json_object_set_new(o, "wakes", json_integer(s->wakes));
	json_object_set_new(o, "worst_p99_wake_latency_us",
			    json_real((double)s->max_wake_p99_ns / 1e3));
	json_object_set_new(o, "max_wake_latency_us",
			    json_real((double)s->max_wake_ns / 1e3));
	return o;
}

json_t *stats_json(const struct facts *f)
{
	json_t *o = json_object(), *list = json_array(), *seen = json_object();
	struct group_stats s;

	stats_of(f, NULL, &s);
	json_object_set_new(o, "total", group_json(&s));
	for (size_t i = 0; i < json_array_size(f->worker); i++) {
		const char *name =
			facts_text(json_array_get(f->worker, i), "cgroup");

		if (json_object_get(seen, name))
			continue;
		json_object_set_new(seen, name, json_true());
		stats_of(f, name, &s);
		json_t *group = group_json(&s);
		json_object_set_new(group, "name", json_string(name));
		json_array_append_new(list, group);
	}
	json_decref(seen);
	json_object_set_new(o, "cgroups", list);
	return o;
}
