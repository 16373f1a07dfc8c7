/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/vm/judge-checks.h"

#include <stdio.h>
#include <stdlib.h>

#include "tools/vm/judge-measure.h"
#include "tools/vm/judge-monitor.h"
#include "tools/vm/judge-noise.h"
#include "tools/vm/judge-turns.h"

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

static void record(struct judgement *j, enum check_kind kind,
		   const struct check_value *v, const struct measured *m,
		   bool judged)
{
	json_t *o = json_object();

	json_object_set_new(o, "name", json_string(check_info[kind].key));
	json_object_set_new(o, "layer", json_string(layer_names[v->layer]));
	json_object_set_new(o, "limit", json_real(v->limit));
	json_object_set_new(o, "value",
			    m->any ? json_real(m->value) : json_null());
	json_object_set_new(o, "ok", json_boolean(m->ok));
	json_object_set_new(o, "judged", json_boolean(judged));
	json_array_append_new(j->checks, o);
}

/* Of what samples tell. Where the host was busy, CPUs that stood still are
 * its doing as well as the guest's. */
static struct trust trust_samples(const struct evidence *e,
				  const struct monitored *seen,
				  const struct measured *m)
{
	struct trust t = { NULL, false, "" };

	if (*seen->doubt) {
		t.class = "monitor";
		t.always = true;
		snprintf(t.why, sizeof(t.why), "%s", seen->doubt);
	} else if (e->clock == CLOCK_REAL && !m->ok &&
		   judge_noise_over(&e->machine->noise, t.why)) {
		t.class = "host-noise";
	}
	return t;
}

/* May the check be judged? @m is what it measured. */
static struct trust trust_of(const struct evidence *e, enum check_kind kind,
			     const struct monitored *seen, double limit,
			     const struct measured *m)
{
	struct trust t = { NULL, false, "" };

	if (check_info[kind].monitor)
		return trust_samples(e, seen, m);
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

/* A check that its own test asks for and that finds nothing to look at would
 * pass whatever the scheduler does. */
static void miss_nothing(const struct evidence *e, const struct check_value *v,
			 size_t groups, struct measured *m)
{
	/* A test may be all payloads. */
	groups += e->payload_count;
	if (groups == 0)
		snprintf(m->text, sizeof(m->text), "no worker reported");
	if (!m->any)
		m->ok = groups > 0 && v->layer != LAYER_TEST;
}

/* What all checks look at: workers by cgroup, and the monitor's samples. */
struct seen {
	struct named_stats *group;
	size_t groups;
	struct monitored monitor;
};

/* Judge one check; what cannot be trusted goes to @doubted. */
static void judge_check(const struct evidence *e, enum check_kind kind,
			const struct seen *seen, struct judgement *j,
			struct trust *doubted)
{
	const struct check_value *v = &e->check.value[kind];
	struct measured m;

	if (kind == CHECK_NONE_REJECTED) {
		judge_measure_rejected(e->facts, &m);
	} else if (kind == CHECK_TAKES_ALL) {
		judge_measure_all(e->facts, &m);
	} else if (check_info[kind].monitor) {
		judge_measure_monitor(e, &seen->monitor, kind, v->limit, &m);
		if (!m.any)
			m.ok = v->layer != LAYER_TEST;
	} else {
		judge_measure(seen->group, seen->groups, kind, v->limit, &m);
		miss_nothing(e, v, seen->groups, &m);
	}
	struct trust trust = trust_of(e, kind, &seen->monitor, v->limit, &m);
	bool doubt = trust.class && (trust.always || !m.ok);
	record(j, kind, v, &m, !doubt && (m.any || !m.ok));
	if (doubt)
		*doubted = trust;
	if (m.ok || doubt)
		return;
	j->verdict = VERDICT_FAIL;
	j->class = "check-failed";
	judge_reason(j, "%s: %s", check_info[kind].key, m.text);
}

/* The kernel's own scheduler has nothing to answer. */
static bool is_of_scheduler(enum check_kind kind)
{
	return kind == CHECK_NONE_REJECTED || kind == CHECK_TAKES_ALL;
}

void judge_checks(const struct evidence *e, struct judgement *j)
{
	struct trust doubted = { NULL, false, "" };
	struct seen seen = { .group = NULL };
	ssize_t groups = stats_groups(e->facts, &seen.group);

	seen.groups = groups > 0 ? (size_t)groups : 0;
	monitored_begin(&seen.monitor, e->facts, &e->check);
	for (enum check_kind kind = 0; groups >= 0 && kind < CHECK_KINDS;
	     kind++) {
		if (check_info[kind].setting ||
		    (is_of_scheduler(kind) && !e->has_sched))
			continue;
		if (e->check.value[kind].set && !e->check.value[kind].off)
			judge_check(e, kind, &seen, j, &doubted);
	}
	free(seen.group);
	monitored_done(&seen.monitor);
	if (groups < 0) {
		judge_decide(j, VERDICT_ERROR, "harness");
		judge_reason(j, "out of memory");
	}
	if (doubted.class && j->verdict == VERDICT_PASS) {
		j->verdict = VERDICT_INCONCLUSIVE;
		j->class = doubted.class;
		judge_reason(j, "%s", doubted.why);
	}
}
