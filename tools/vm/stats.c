/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/vm/stats.h"

#include <errno.h>
#include <math.h>
#include <sched.h>
#include <stdlib.h>
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

		if (!stats_same_line(w, first))
			continue;
		if (n == 0 || off < low)
			low = off;
		if (n == 0 || off > high)
			high = off;
		n++;
	}
	return n < 2 ? -1 : high - low;
}

/* It could run for long enough, and got nowhere; or in an earlier life. */
#define STARVED_NS 5000000
static bool is_starved(const json_t *w)
{
	return (facts_int(w, "units") == 0 &&
		facts_int(w, "wall_ns") >= STARVED_NS) ||
	       facts_int(w, "idle_lives") > 0;
}

static int64_t larger(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

/* Others end their runs themselves, or are in another class. */
static bool never_gives_way(const json_t *w)
{
	const char *type = facts_text(w, "type");
	const char *policy = facts_text(w, "policy");

	return (strcmp(type, "cpu-spin") == 0 ||
		strcmp(type, "cache-pressure") == 0) &&
	       strcmp(policy, "fifo") != 0 && strcmp(policy, "rr") != 0;
}

static void add_run(struct group_stats *s, const json_t *w)
{
	int64_t runs = facts_int(w, "timeslices");
	double mean;

	if (runs <= 0 || !never_gives_way(w))
		return;
	mean = (double)facts_int(w, "cpu_ns") / (double)runs;
	if (s->run_ns < 0 || mean < s->run_ns)
		s->run_ns = mean;
}

static void add_worker(struct group_stats *s, const json_t *w)
{
	int64_t gap = facts_int(w, "max_gap_ns");
	int64_t delay = facts_int(w, "run_delay_ns");
	int64_t runs = facts_int(w, "timeslices");

	double off = stats_off_percent(w);

	if (runs > 0)
		s->wait_ns = fmax(s->wait_ns, (double)delay / (double)runs);
	s->off_min = s->workers && s->off_min < off ? s->off_min : off;
	s->off_max = fmax(s->off_max, off);
	s->off_sum += off;
	s->workers++;
	s->starved += is_starved(w);
	s->lost += strcmp(facts_text(w, "exit"), "ok") != 0;
	s->outside += ran_outside(w);
	s->units += facts_int(w, "units");
	s->iterations += facts_int(w, "iterations");
	s->migrations += facts_int(w, "migrations");
	add_run(s, w);
	s->delay_ns += delay;
	s->worst_delay_ns = larger(s->worst_delay_ns, delay);
	if (gap > s->max_gap_ns) {
		s->max_gap_ns = gap;
		s->max_gap_cpu = (int)facts_int(w, "gap_cpu");
	}
}

void stats_of(const struct facts *f, const char *cgroup,
	      struct group_stats *ret)
{
	struct group_stats s = { .spread_percent = -1,
				 .max_gap_cpu = -1,
				 .far_ratio = -1,
				 .run_ns = -1,
				 .wait_ns = -1 };
	size_t llcs = json_array_size(json_object_get(f->topology, "llcs"));
	const json_t *before = NULL;
	int64_t far = 0;

	for (size_t i = 0; i < json_array_size(f->worker); i++) {
		const json_t *w = json_array_get(f->worker, i);

		if (cgroup && strcmp(facts_text(w, "cgroup"), cgroup) != 0)
			continue;
		add_worker(&s, w);
		far += facts_int(w, "far_migrations");
		/* Workers of a line stand together. */
		if (!before || !stats_same_line(w, before))
			s.spread_percent =
				fmax(s.spread_percent, line_spread(f, w));
		before = w;
	}
	s.migration_ratio =
		s.iterations > 0 ? (double)s.migrations / (double)s.iterations
				 : -1;
	if (s.iterations > 0 && llcs > 1)
		s.far_ratio = (double)far / (double)s.iterations;
	rates_of(f, cgroup, &s.rates);
	places_of(f, cgroup, &s.places);
	windows_seen_of(f, cgroup, &s.windows);
	s.weight.error_percent = -1;
	/* Without memory nothing was woken, and a check of that is no pass. */
	(void)wakes_of(f, cgroup, &s.wakes);
	*ret = s;
}

/* Below 0 there is none. */
static json_t *measured(double value)
{
	return value < 0 ? json_null() : json_real(value);
}

static void add_rates(json_t *o, const struct group_stats *s)
{
	json_object_set_new(o, "migration_ratio", measured(s->migration_ratio));
	json_object_set_new(o, "llc_migration_ratio", measured(s->far_ratio));
	json_object_set_new(o, "shortest_run_us",
			    measured(s->run_ns < 0 ? -1 : s->run_ns / 1e3));
	json_object_set_new(o, "throughput_cv",
			    measured(s->rates.throughput_cv));
	json_object_set_new(o, "lowest_work_rate",
			    measured(s->rates.work_rate));
	json_object_set_new(o, "lowest_iteration_rate",
			    measured(s->rates.iteration_rate));
	json_object_set_new(
		o, "iterations_per_worker",
		json_real(s->workers ? (double)s->iterations / s->workers : 0));
}

static json_t *microseconds(int64_t ns)
{
	return json_real((double)ns / 1e3);
}

static void add_wakes(json_t *o, const struct wakes *w)
{
	double median = (double)w->p50_ns;

	json_object_set_new(o, "wakes", json_integer(w->count));
	json_object_set_new(o, "p50_wake_latency_us", microseconds(w->p50_ns));
	json_object_set_new(o, "p90_wake_latency_us", microseconds(w->p90_ns));
	json_object_set_new(o, "p99_wake_latency_us", microseconds(w->p99_ns));
	json_object_set_new(o, "p999_wake_latency_us",
			    microseconds(w->p999_ns));
	json_object_set_new(o, "max_wake_latency_us", microseconds(w->max_ns));
	json_object_set_new(o, "wake_latency_cv", measured(w->cv));
	json_object_set_new(
		o, "wake_tail_ratio",
		json_real(median > 0 ? (double)w->p99_ns / median : 0));
}

static void add_places(json_t *o, const struct places *p)
{
	json_object_set_new(o, "cpus_used", json_integer(p->cpus));
	json_object_set_new(o, "cpus_used_percent", measured(p->cpus_percent));
	json_object_set_new(o, "page_locality_percent",
			    measured(p->locality_percent));
	json_object_set_new(o, "cross_node_migration_ratio",
			    measured(p->cross_node_ratio));
	json_object_set_new(o, "slow_tier_ratio", measured(p->slow_tier_ratio));
}

/* Shares of the time that workers were not on a CPU. */
static void add_off_cpu(json_t *o, const struct group_stats *s)
{
	json_object_set_new(o, "spread_percent", measured(s->spread_percent));
	json_object_set_new(
		o, "mean_off_cpu_percent",
		json_real(s->workers ? s->off_sum / s->workers : 0));
	json_object_set_new(o, "least_off_cpu_percent", json_real(s->off_min));
	json_object_set_new(o, "most_off_cpu_percent", json_real(s->off_max));
}

static json_t *milliseconds(double ns)
{
	return ns < 0 ? json_null() : json_real(ns / 1e6);
}

static void add_windows(json_t *o, const struct group_stats *s)
{
	json_object_set_new(o, "standstill_ms",
			    milliseconds(s->windows.standstill_ns));
	json_object_set_new(o, "idle_while_waiting_ms",
			    milliseconds(s->windows.idle_wait_ns));
	json_object_set_new(o, "core_sharing_ms",
			    milliseconds(s->windows.shared_ns));
	json_object_set_new(o, "weight_error_percent",
			    measured(s->weight.error_percent));
}

static json_t *group_json(const struct group_stats *s)
{
	json_t *o = json_object();

	json_object_set_new(o, "workers", json_integer(s->workers));
	json_object_set_new(o, "starved", json_integer(s->starved));
	json_object_set_new(o, "lost", json_integer(s->lost));
	json_object_set_new(o, "outside", json_integer(s->outside));
	json_object_set_new(o, "units", json_integer(s->units));
	json_object_set_new(o, "iterations", json_integer(s->iterations));
	json_object_set_new(o, "migrations", json_integer(s->migrations));
	add_off_cpu(o, s);
	json_object_set_new(o, "max_gap_ms",
			    json_real((double)s->max_gap_ns / 1e6));
	json_object_set_new(o, "max_gap_cpu", json_integer(s->max_gap_cpu));
	json_object_set_new(
		o, "mean_run_delay_us",
		microseconds(s->workers ? s->delay_ns / s->workers : 0));
	json_object_set_new(o, "worst_run_delay_us",
			    microseconds(s->worst_delay_ns));
	json_object_set_new(o, "worst_wait_per_run_us",
			    measured(s->wait_ns < 0 ? -1 : s->wait_ns / 1e3));
	add_rates(o, s);
	add_places(o, &s->places);
	add_windows(o, s);
	add_wakes(o, &s->wakes);
	return o;
}

ssize_t stats_groups(const struct facts *f, struct named_stats **ret)
{
	size_t workers = json_array_size(f->worker), count = 0, k = 0;
	struct named_stats *list = calloc(workers + 1, sizeof(*list));

	struct weights weights;

	if (!list || weights_read(f, &weights) < 0) {
		free(list);
		return -ENOMEM;
	}
	for (size_t i = 0; i < workers; i++) {
		const char *name =
			facts_text(json_array_get(f->worker, i), "cgroup");

		/* Mostly that of the worker before. */
		if (count > 0 && strcmp(list[k].name, name) == 0)
			continue;
		for (k = 0; k < count && strcmp(list[k].name, name) != 0;)
			k++;
		if (k == count) {
			list[count].name = name;
			stats_of(f, name, &list[count].stats);
			weight_share_of(&weights, name,
					&list[count++].stats.weight);
		}
	}
	weights_done(&weights);
	*ret = list;
	return (ssize_t)count;
}

json_t *stats_json(const struct facts *f)
{
	json_t *o = json_object(), *list = json_array();
	struct named_stats *group = NULL;
	struct group_stats s;
	ssize_t count = stats_groups(f, &group);

	stats_of(f, NULL, &s);
	for (ssize_t i = 0; i < count; i++)
		s.weight.error_percent =
			fmax(s.weight.error_percent,
			     group[i].stats.weight.error_percent);
	json_object_set_new(o, "total", group_json(&s));
	for (ssize_t i = 0; i < count; i++) {
		json_t *one = group_json(&group[i].stats);

		json_object_set_new(one, "name", json_string(group[i].name));
		json_array_append_new(list, one);
	}
	free(group);
	json_object_set_new(o, "cgroups", list);
	return o;
}
