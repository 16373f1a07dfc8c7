/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/vm/judge-checks.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "tools/vm/judge-noise.h"
#include "tools/vm/judge-turns.h"
#include "tools/vm/stats.h"

static const char *const layer_names[] = { "default", "scheduler", "test" };

/*
 * Timing checks mean something only if the guest's CPUs really ran.
 * @class names what is missing, or is NULL; @always: a pass means nothing too.
 */
struct trust {
	const char *class;
	bool always;
	char why[JUDGE_NOISE_TEXT_SIZE];
};

static struct trust trust_virtual(const struct evidence *e)
{
	struct trust t = { "calibration", true, "" };

	if (!judge_turns_doubted(e->facts->calibration,
				 topology_cpus(&e->topology), t.why))
		t.class = NULL;
	return t;
}

/* What one check measured. */
struct measured {
	bool ok, any;
	double value;
	char text[300];
};

/* The names of the cgroups, each once, in order. */
static const char *group_name(const struct facts *f, size_t i)
{
	const char *name = facts_text(json_array_get(f->worker, i), "cgroup");

	for (size_t k = 0; k < i; k++) {
		if (strcmp(facts_text(json_array_get(f->worker, k), "cgroup"),
			   name) == 0)
			return NULL;
	}
	return name;
}

static void measure_group(enum check_kind kind, double limit, const char *name,
			  const struct group_stats *s, struct measured *m)
{
	double value = 0;
	char text[300] = "";

	switch (kind) {
	case CHECK_NOT_STARVED:
		value = s->starved + s->lost;
		snprintf(text, sizeof(text),
			 "cgroup '%s': %u of %u workers made no progress, %u "
			 "did not end",
			 name, s->starved, s->workers, s->lost);
		limit = 0;
		break;
	case CHECK_ISOLATION:
		value = s->outside;
		snprintf(text, sizeof(text),
			 "cgroup '%s': %u of %u workers ran outside of their "
			 "cpuset",
			 name, s->outside, s->workers);
		limit = 0;
		break;
	case CHECK_MAX_SPREAD:
		value = s->spread_percent;
		snprintf(text, sizeof(text),
			 "cgroup '%s': equal workers were off the CPU for "
			 "shares that differ by %.1f %%; the limit is %g %%",
			 name, value, limit);
		break;
	case CHECK_MAX_GAP:
		value = (double)s->max_gap_ns;
		snprintf(text, sizeof(text),
			 "cgroup '%s': a worker did not run on for %.1f ms (on "
			 "CPU %d); the limit is %g ms",
			 name, value / 1e6, s->max_gap_cpu, limit / 1e6);
		break;
	case CHECK_KINDS:
		return;
	}
	if (!m->any || value > m->value) {
		m->value = value;
		m->ok = value <= limit;
		memcpy(m->text, text, sizeof(text));
	}
	m->any = true;
}

static void measure(const struct evidence *e, enum check_kind kind,
		    double limit, struct measured *m)
{
	const struct facts *f = e->facts;

	*m = (struct measured){ .ok = true };
	for (size_t i = 0; i < json_array_size(f->worker); i++) {
		const char *name = group_name(f, i);
		struct group_stats s;

		if (!name)
			continue;
		stats_of(f, name, &s);
		measure_group(kind, limit, name, &s, m);
	}
	if (!m->any) { /* nothing to judge is no pass */
		m->ok = false;
		snprintf(m->text, sizeof(m->text), "no worker reported");
	}
}

static void record(struct judgement *j, enum check_kind kind,
		   const struct check_value *v, const struct measured *m,
		   bool judged)
{
	json_t *o = json_object();

	json_object_set_new(o, "name", json_string(check_info[kind].key));
	json_object_set_new(o, "layer", json_string(layer_names[v->layer]));
	json_object_set_new(o, "limit", json_real(v->limit));
	json_object_set_new(o, "value", json_real(m->value));
	json_object_set_new(o, "ok", json_boolean(m->ok));
	json_object_set_new(o, "judged", json_boolean(judged));
	json_array_append_new(j->checks, o);
}

/* May the check be judged? @m is what it measured. */
static struct trust trust_of(const struct evidence *e, enum check_kind kind,
			     double limit, const struct measured *m)
{
	struct trust t = { NULL, false, "" };

	if (e->clock == CLOCK_VIRTUAL && check_info[kind].timing)
		return trust_virtual(e);
	if (e->clock == CLOCK_VIRTUAL || m->ok)
		return t;
	if (judge_noise_excuses(&e->machine->noise, kind, m->value, limit,
				t.why))
		t.class = "host-noise";
	else if (e->machine->noise.one_thread && check_info[kind].timing &&
		 judge_turns_doubted(e->facts->calibration,
				     topology_cpus(&e->topology), t.why))
		t.class = "calibration";
	return t;
}

void judge_checks(const struct evidence *e, struct judgement *j)
{
	struct trust doubted = { NULL, false, "" };

	for (enum check_kind kind = 0; kind < CHECK_KINDS; kind++) {
		const struct check_value *v = &e->check.value[kind];
		struct measured m;

		if (!v->set || v->off)
			continue;
		measure(e, kind, v->limit, &m);
		struct trust trust = trust_of(e, kind, v->limit, &m);
		bool doubt = trust.class && (trust.always || !m.ok);
		record(j, kind, v, &m, !doubt);
		if (doubt)
			doubted = trust;
		if (m.ok || doubt)
			continue;
		j->verdict = VERDICT_FAIL;
		j->class = "check-failed";
		judge_reason(j, "%s: %s", check_info[kind].key, m.text);
	}
	if (doubted.class && j->verdict == VERDICT_PASS) {
		j->verdict = VERDICT_INCONCLUSIVE;
		j->class = doubted.class;
		judge_reason(j, "%s", doubted.why);
	}
}
