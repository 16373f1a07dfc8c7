/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/vm/judge-measure.h"

#include <stdio.h>
#include <string.h>

#include "tools/lib/str.h"

/* Cgroups that are named beside the worst. */
#define OTHERS_MAX 3

/* What a check looks at; below 0 where there is nothing to look at. */
static double value_of(enum check_kind kind, const struct group_stats *s)
{
	bool woken = s->wakes.count > 0;

	switch (kind) {
	case CHECK_NOT_STARVED:
		return s->starved + s->lost;
	case CHECK_ISOLATION:
		return s->outside;
	case CHECK_MAX_SPREAD:
		return s->spread_percent;
	case CHECK_MAX_GAP:
		return (double)s->max_gap_ns;
	case CHECK_MAX_THROUGHPUT_CV:
		return s->rates.throughput_cv;
	case CHECK_MIN_WORK_RATE:
		return s->rates.work_rate;
	case CHECK_MIN_ITERATION_RATE:
		return s->rates.iteration_rate;
	case CHECK_MAX_P99_WAKE:
		return woken ? (double)s->wakes.p99_ns : -1;
	case CHECK_MAX_WAKE_CV:
		return s->wakes.cv;
	case CHECK_MAX_MIGRATION_RATIO:
		return s->migration_ratio;
	case CHECK_MIN_PAGE_LOCALITY:
		return s->places.locality_percent;
	case CHECK_MAX_CROSS_NODE:
		return s->places.cross_node_ratio;
	case CHECK_MAX_SLOW_TIER:
		return s->places.slow_tier_ratio;
	case CHECK_MAX_RUN_DELAY:
		return s->wait_ns;
	case CHECK_MAX_STANDSTILL:
		return s->windows.standstill_ns;
	case CHECK_MAX_IDLE_WAIT:
		return s->windows.idle_wait_ns;
	case CHECK_MAX_WEIGHT_ERROR:
		return s->weight.error_percent;
	case CHECK_MIN_CPUS_USED:
		return s->places.cpus_percent;
	case CHECK_MAX_LLC_MIGRATION:
		return s->far_ratio;
	case CHECK_MIN_RUN_TIME:
		return s->run_ns;
	case CHECK_MAX_CORE_SHARING:
		return s->windows.shared_ns;
	case CHECK_TAKES_ALL:	  /* of no cgroup */
	case CHECK_NONE_REJECTED: /* of no cgroup */
	case CHECK_MAX_IMBALANCE:
	case CHECK_MAX_DSQ_DEPTH:
	case CHECK_FAIL_ON_STALL:
	case CHECK_MAX_FALLBACK_RATE:
	case CHECK_MAX_KEEP_LAST_RATE:
	case CHECK_SUSTAINED_SAMPLES:
	case CHECK_KINDS:
		break;
	}
	return -1;
}

/* Why no cgroup had a value. */
static const char *nothing(enum check_kind kind)
{
	switch (kind) {
	case CHECK_MAX_SPREAD:
	case CHECK_MAX_THROUGHPUT_CV:
		return "nothing to judge: no 'work' line had two workers";
	case CHECK_MAX_P99_WAKE:
	case CHECK_MAX_WAKE_CV:
		return "nothing to judge: no cgroup had workers that were "
		       "woken";
	case CHECK_MIN_PAGE_LOCALITY:
		return "nothing to judge: no worker has memory of its own and "
		       "may use a part of the CPUs only";
	case CHECK_MAX_CROSS_NODE:
	case CHECK_MAX_SLOW_TIER:
		return "nothing to judge: no worker has memory of its own";
	case CHECK_MAX_RUN_DELAY:
		return "nothing to judge: no worker ran";
	case CHECK_MAX_STANDSTILL:
	case CHECK_MAX_IDLE_WAIT:
		return "nothing to judge: no worker was looked at";
	case CHECK_MAX_WEIGHT_ERROR:
		return "nothing to judge: no two sibling cgroups were busy on "
		       "the same CPUs all the time, with more workers than "
		       "CPUs";
	case CHECK_MIN_CPUS_USED:
		return "nothing to judge: no worker was seen on a CPU";
	case CHECK_MAX_LLC_MIGRATION:
		return "nothing to judge: no worker made a turn, or the "
		       "machine has one LLC";
	case CHECK_MIN_RUN_TIME:
		return "nothing to judge: no worker was of a type that never "
		       "gives its CPU away";
	case CHECK_MAX_CORE_SHARING:
		return "nothing to judge: no worker was looked at, or no core "
		       "has two threads";
	default:
		return "nothing to judge: no worker made a turn";
	}
}

/* What was counted, and is wrong at 1. */
static void tell_count(enum check_kind kind, const char *name,
		       const struct group_stats *s, struct measured *m)
{
	if (kind != CHECK_NOT_STARVED)
		snprintf(m->text, sizeof(m->text),
			 "cgroup '%s': %u of %u workers ran outside of their "
			 "cpuset",
			 name, s->outside, s->workers);
	else if (!s->lost)
		snprintf(m->text, sizeof(m->text),
			 "cgroup '%s': %u of %u workers made no progress", name,
			 s->starved, s->workers);
	else if (!s->starved)
		snprintf(m->text, sizeof(m->text),
			 "cgroup '%s': %u of %u workers did not end when they "
			 "were told to",
			 name, s->lost, s->workers);
	else
		snprintf(m->text, sizeof(m->text),
			 "cgroup '%s': %u of %u workers made no progress, %u "
			 "did not end when they were told to",
			 name, s->starved, s->workers, s->lost);
}

static void tell_time(enum check_kind kind, const char *name, double limit,
		      const struct group_stats *s, struct measured *m)
{
	if (kind == CHECK_MAX_GAP)
		snprintf(m->text, sizeof(m->text),
			 "cgroup '%s': a worker did not run on for %.1f ms (on "
			 "CPU %d); the limit is %g ms",
			 name, m->value / 1e6, s->max_gap_cpu, limit / 1e6);
	else if (kind == CHECK_MAX_RUN_DELAY)
		snprintf(m->text, sizeof(m->text),
			 "cgroup '%s': a worker waited for a CPU for %.3f ms "
			 "before each of its runs on the mean; the limit is %g "
			 "ms",
			 name, m->value / 1e6, limit / 1e6);
	else if (kind == CHECK_MAX_STANDSTILL)
		snprintf(m->text, sizeof(m->text),
			 "cgroup '%s': a worker that wanted to run got nothing "
			 "done for %.1f ms; the limit is %g ms",
			 name, m->value / 1e6, limit / 1e6);
	else if (kind == CHECK_MIN_RUN_TIME)
		snprintf(m->text, sizeof(m->text),
			 "cgroup '%s': a worker that never gives its CPU away "
			 "ran for %.3f ms at a time on the mean; the limit is "
			 "%g ms",
			 name, m->value / 1e6, limit / 1e6);
	else if (kind == CHECK_MAX_CORE_SHARING)
		snprintf(m->text, sizeof(m->text),
			 "cgroup '%s': for %.1f ms of a second a worker shared "
			 "its core with another, as that of CPU %d, while a "
			 "whole core was idle, as that of CPU %d; the limit is "
			 "%g ms",
			 name, m->value / 1e6, s->windows.shared_cpu,
			 s->windows.idle_core_cpu, limit / 1e6);
	else if (kind == CHECK_MAX_IDLE_WAIT && s->windows.idle_of_ns > 0)
		snprintf(m->text, sizeof(m->text),
			 "cgroup '%s': of %.1f ms there were %.1f in which a "
			 "worker waited for a CPU and one that it may use was "
			 "idle, CPU %d most of all; the limit is %g ms",
			 name, s->windows.idle_of_ns / 1e6, m->value / 1e6,
			 s->windows.idle_cpu, limit / 1e6);
	else if (kind == CHECK_MAX_IDLE_WAIT)
		snprintf(m->text, sizeof(m->text),
			 "cgroup '%s': CPU %d was idle for %.1f ms while a "
			 "worker that may use it waited for a CPU; the limit "
			 "is %g ms",
			 name, s->windows.idle_cpu, m->value / 1e6,
			 limit / 1e6);
	else
		snprintf(m->text, sizeof(m->text),
			 "cgroup '%s': one wake in a hundred of %lld was later "
			 "than %.3f ms; the limit is %g ms",
			 name, (long long)s->wakes.count, m->value / 1e6,
			 limit / 1e6);
}

static void tell_percent(enum check_kind kind, const char *name, double limit,
			 const struct group_stats *s, struct measured *m)
{
	if (kind == CHECK_MAX_SPREAD)
		snprintf(m->text, sizeof(m->text),
			 "cgroup '%s': equal workers were off the CPU for "
			 "shares that differ by %.1f %%; the limit is %g %%",
			 name, m->value, limit);
	else if (kind == CHECK_MIN_PAGE_LOCALITY)
		snprintf(m->text, sizeof(m->text),
			 "cgroup '%s': a worker has %.1f %% of its pages on "
			 "the nodes of the CPUs that it may use; the limit is "
			 "%g %%",
			 name, m->value, limit);
	else if (kind == CHECK_MAX_WEIGHT_ERROR)
		snprintf(m->text, sizeof(m->text),
			 "cgroup '%s': '%s' got %.1f %% of the CPU time that "
			 "it and its siblings shared, %.1f %% are due to its "
			 "weight, that is %.1f %% off; the limit is %g %%",
			 name, s->weight.of, s->weight.got_percent,
			 s->weight.due_percent, m->value, limit);
	else
		snprintf(m->text, sizeof(m->text),
			 "cgroup '%s': %u workers ran on %u CPUs only, %.1f %% "
			 "of those they could use at once; the limit is %g %%",
			 name, s->workers, s->places.cpus, m->value, limit);
}

static void tell_number(enum check_kind kind, const char *name, double limit,
			struct measured *m)
{
	static const char *const what[CHECK_KINDS] = {
		[CHECK_MAX_THROUGHPUT_CV] = "the work per CPU second of equal "
					    "workers differs by a deviation "
					    "over mean of",
		[CHECK_MIN_WORK_RATE] = "the work per CPU second of the "
					"slowest worker is",
		[CHECK_MIN_ITERATION_RATE] = "the turns per second of the "
					     "slowest worker are",
		[CHECK_MAX_WAKE_CV] = "wake latencies differ by a deviation "
				      "over mean of",
		[CHECK_MAX_MIGRATION_RATIO] = "the migrations per turn are",
		[CHECK_MAX_LLC_MIGRATION] = "the migrations to another LLC, "
					    "per turn, are",
		[CHECK_MAX_CROSS_NODE] = "a worker's pages moved between "
					 "nodes, per page, are",
		[CHECK_MAX_SLOW_TIER] = "a worker's pages on other nodes than "
					"those of its CPUs, per page, are",
	};

	/* What has no words here has no value_of().
	 * NOLINTNEXTLINE(clang-analyzer-core.CallAndMessage) */
	snprintf(m->text, sizeof(m->text),
		 "cgroup '%s': %s %.6g; the limit is %.12g", name, what[kind],
		 m->value, limit);
}

static void tell(enum check_kind kind, const char *name, double limit,
		 const struct group_stats *s, struct measured *m)
{
	if (check_info[kind].type == CHECK_YESNO)
		tell_count(kind, name, s, m);
	else if (check_info[kind].type == CHECK_TIME)
		tell_time(kind, name, limit, s, m);
	else if (check_info[kind].type == CHECK_PERCENT)
		tell_percent(kind, name, limit, s, m);
	else
		tell_number(kind, name, limit, m);
}

void judge_measure_rejected(const struct facts *f, struct measured *ret)
{
	const json_t *stopped = facts_scheduler(f, "stopped");
	int64_t n = facts_int(stopped, "rejected");

	*ret = (struct measured){ .ok = n <= 0,
				  .any = true,
				  .value = (double)n };
	snprintf(ret->text, sizeof(ret->text),
		 "the scheduler did not take %lld tasks, and the kernel "
		 "scheduled them",
		 (long long)n);
}

void judge_measure_all(const struct facts *f, struct measured *ret)
{
	const json_t *attached = facts_scheduler(f, "attached");
	bool all = json_is_true(json_object_get(attached, "switch_all"));

	*ret = (struct measured){ .ok = all, .any = true, .value = all };
	snprintf(ret->text, sizeof(ret->text),
		 "the scheduler left tasks of ordinary policy to the kernel's "
		 "own: it takes only those that ask for SCHED_EXT");
}

static bool keeps(enum check_kind kind, double limit, double value)
{
	if (check_info[kind].type == CHECK_YESNO)
		limit = 0;
	return check_info[kind].least ? value >= limit : value <= limit;
}

/* Who fails beside @worst: which of two tells more is not always the worse. */
static void tell_others(const struct named_stats *group, size_t count,
			size_t worst, enum check_kind kind, double limit,
			struct measured *m)
{
	auto_str struct str names = { 0 };
	size_t n = 0;

	for (size_t i = 0; i < count; i++) {
		double value = value_of(kind, &group[i].stats);

		if (i == worst || value < 0 || keeps(kind, limit, value))
			continue;
		if (n++ < OTHERS_MAX)
			str_addf(&names, "%s'%s'", n > 1 ? ", " : "",
				 group[i].name);
	}
	if (n > OTHERS_MAX)
		str_addf(&names, " and %zu more", n - OTHERS_MAX);
	if (n > 0 && !names.failed)
		snprintf(m->text + strlen(m->text),
			 sizeof(m->text) - strlen(m->text),
			 n > 1 ? "; cgroups %s fail, too"
			       : "; cgroup %s fails, too",
			 str_text(&names));
}

void judge_measure(const struct named_stats *group, size_t count,
		   enum check_kind kind, double limit, struct measured *ret)
{
	bool least = check_info[kind].least;
	size_t worst = 0;

	*ret = (struct measured){ .ok = true };
	for (size_t i = 0; i < count; i++) {
		double value = value_of(kind, &group[i].stats);

		if (value < 0 || (ret->any && (least ? value >= ret->value
						     : value <= ret->value)))
			continue;
		ret->any = true;
		ret->value = value;
		worst = i;
	}
	if (!ret->any) {
		snprintf(ret->text, sizeof(ret->text), "%s", nothing(kind));
		return;
	}
	ret->ok = keeps(kind, limit, ret->value);
	tell(kind, group[worst].name, limit, &group[worst].stats, ret);
	if (!ret->ok)
		tell_others(group, count, worst, kind, limit, ret);
}
