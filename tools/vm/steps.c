/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/vm/steps.h"

#include <math.h>
#include <string.h>

#include "vmm/mon/derive.h"

enum { IMBALANCE, DSQ, FALLBACK, KEEP_LAST, THROUGHPUT, VALUES };

/* What is compared; the larger one is the worse, of a share the smaller. */
static const struct {
	const char *key, *name;
	double bound;
	bool is_share;
} values[VALUES] = {
	[IMBALANCE] = { "mean_imbalance", "imbalance", STEPS_IMBALANCE },
	[DSQ] = { "mean_dsq_depth", "dsq-depth", STEPS_DSQ },
	[FALLBACK] = { "fallback_rate", "fallback-rate", STEPS_RATE },
	[KEEP_LAST] = { "keep_last_rate", "keep-last-rate", STEPS_RATE },
	[THROUGHPUT] = { "iterations_rate", "throughput", STEPS_THROUGHPUT,
			 true },
};

/**
 * struct step_seen - the samples of one step
 * @to_ns: UINT64_MAX: the machine died in it
 * @value: NAN: there is none
 */
struct step_seen {
	uint64_t from_ns, to_ns;
	size_t samples;
	double running, imbalance, dsq, max_imbalance, max_dsq;
	double value[VALUES];
};

static bool is_inside(const struct step_seen *s, uint64_t at_ns)
{
	return at_ns >= s->from_ns && at_ns < s->to_ns;
}

static double rate(const struct mon_series *m, const struct step_seen *s,
		   enum mon_field field)
{
	size_t first = 0, end;
	uint64_t ns;

	while (first < m->counts_count && !is_inside(s, m->counts[first].at_ns))
		first++;
	for (end = first; end < m->counts_count; end++) {
		if (!is_inside(s, m->counts[end].at_ns))
			break;
	}
	ns = end > first ? m->counts[end - 1].at_ns - m->counts[first].at_ns
			 : 0;
	if (ns < MON_RATE_NS)
		return NAN;
	return (double)mon_increase_over(m, first, end - 1, field) * 1e9 /
	       (double)ns;
}

static void see(const struct mon_series *m, bool events, struct step_seen *s)
{
	const struct mon_sample *before = NULL;

	for (size_t i = 0; i < m->samples; i++) {
		struct mon_look look = mon_look(m, &m->sample[i], before, NULL);

		if (!look.ok)
			continue;
		before = &m->sample[i];
		if (!is_inside(s, m->sample[i].at_ns))
			continue;
		s->samples++;
		s->running += look.nr_running;
		s->imbalance += look.imbalance;
		s->dsq += look.dsq;
		s->max_imbalance = fmax(s->max_imbalance, look.imbalance);
		s->max_dsq = fmax(s->max_dsq, look.dsq);
	}
	s->value[IMBALANCE] = s->imbalance / (double)s->samples;
	s->value[DSQ] = s->dsq / (double)s->samples;
	s->value[FALLBACK] = events ? rate(m, s, MON_SELECT_CPU_FALLBACK) : NAN;
	s->value[KEEP_LAST] = events ? rate(m, s, MON_DISPATCH_KEEP_LAST) : NAN;
}

static json_t *number(double n)
{
	return isfinite(n) ? json_real(n) : json_null();
}

/* How @now differs from @before; @changed gets the names. */
static const char *change(const struct step_seen *before,
			  const struct step_seen *now, json_t *changed)
{
	bool worse = false, better = false, any = false;

	for (int i = 0; i < VALUES; i++) {
		double d = now->value[i] - before->value[i];

		if (values[i].is_share)
			d = -d / before->value[i];
		if (!isfinite(d))
			continue;
		any = true;
		if (fabs(d) <= values[i].bound)
			continue;
		worse |= d > 0;
		better |= d < 0;
		json_array_append_new(changed, json_string(values[i].name));
	}
	if (!any)
		return NULL;
	if (worse && better)
		return "mixed";
	return worse ? "worse" : better ? "better" : "even";
}

static json_t *describe(const char *name, const struct step_seen *s,
			const struct step_seen *before)
{
	double n = (double)s->samples;
	json_t *o = json_object(), *changed = json_array();
	const char *how = before ? change(before, s, changed) : NULL;

	json_object_set_new(o, "name", json_string(name));
	json_object_set_new(o, "from_ns", json_integer((json_int_t)s->from_ns));
	json_object_set_new(o, "to_ns",
			    s->to_ns < UINT64_MAX
				    ? json_integer((json_int_t)s->to_ns)
				    : json_null());
	json_object_set_new(o, "samples", json_integer((json_int_t)s->samples));
	json_object_set_new(o, "mean_nr_running", number(s->running / n));
	for (int i = 0; i < VALUES; i++)
		json_object_set_new(o, values[i].key, number(s->value[i]));
	json_object_set_new(o, "max_imbalance",
			    s->samples ? number(s->max_imbalance)
				       : json_null());
	json_object_set_new(o, "max_dsq_depth",
			    s->samples ? number(s->max_dsq) : json_null());
	json_object_set_new(o, "change", how ? json_string(how) : json_null());
	json_object_set_new(o, "changed", changed);
	return o;
}

/* The next event from @i on of one of two kinds; their count: there is none. */
static size_t next(const json_t *events, size_t i, const char *one,
		   const char *other)
{
	for (; i < json_array_size(events); i++) {
		const char *what =
			facts_text(json_array_get(events, i), "what");

		if (strcmp(what, one) == 0 || strcmp(what, other) == 0)
			break;
	}
	return i;
}

static uint64_t at_of(const json_t *events, size_t i)
{
	return (uint64_t)facts_int(json_array_get(events, i), "at_ns");
}

/* What all workers did from one event to another, a second. */
static double iterations_rate(const json_t *from, const json_t *to)
{
	const json_t *a = json_object_get(from, "iterations");
	const json_t *b = json_object_get(to, "iterations");
	double ns = (double)(facts_int(to, "at_ns") - facts_int(from, "at_ns"));

	if (!json_is_integer(a) || !json_is_integer(b) || ns <= 0)
		return NAN;
	return (double)(json_integer_value(b) - json_integer_value(a)) * 1e9 /
	       ns;
}

static json_t *compare(const struct facts *f, const struct mon_series *m,
		       bool events)
{
	struct step_seen before = { 0 };
	size_t count = json_array_size(f->event);
	json_t *list = json_array();
	bool is_first = true;

	for (size_t i = next(f->event, 0, "step", "step"); i < count;) {
		size_t end = next(f->event, i + 1, "step", "stop");
		struct step_seen now = { .from_ns = at_of(f->event, i) };

		now.to_ns = end < count ? at_of(f->event, end) : UINT64_MAX;
		see(m, events, &now);
		now.value[THROUGHPUT] =
			iterations_rate(json_array_get(f->event, i),
					json_array_get(f->event, end));
		json_array_append_new(
			list, describe(facts_text(json_array_get(f->event, i),
						  "name"),
				       &now, is_first ? NULL : &before));
		before = now;
		is_first = false;
		i = next(f->event, end, "step", "step");
	}
	return list;
}

json_t *steps_json(const struct facts *f, const struct mon_layout *l,
		   bool outside)
{
	struct mon_series m = { 0 };
	bool seen = l && !outside && f->series.len;
	struct why why;
	json_t *list;

	if (seen)
		(void)mon_series_read(f->series.text, f->series.len, &m, &why);
	list = compare(f, &m, seen && mon_has_events(l));
	mon_series_done(&m);
	if (json_array_size(list) == 0) {
		json_decref(list);
		return json_null();
	}
	return list;
}

static double real(const json_t *o, const char *key)
{
	return json_real_value(json_object_get(o, key));
}

/* One number of a step, with that of the step before. */
static void tell_number(struct str *line, const json_t *s, const json_t *before,
			const char *name, const char *key)
{
	if (!json_is_real(json_object_get(s, key)))
		return;
	str_addf(line, ", %s ", name);
	if (before && json_is_real(json_object_get(before, key)))
		str_addf(line, "%.1f to ", real(before, key));
	str_addf(line, "%.1f", real(s, key));
}

static void tell_step(const json_t *s, const json_t *before)
{
	const char *how = json_string_value(json_object_get(s, "change"));
	auto_str struct str line = { 0 };

	tell_number(&line, s, before, "imbalance", "mean_imbalance");
	tell_number(&line, s, before, "local queue", "mean_dsq_depth");
	tell_number(&line, s, before, "iterations/s", "iterations_rate");
	if (how)
		str_addf(&line, ": %s", how);
	detail("step %s%s%s", facts_text(s, "name"), line.len ? ":" : "",
	       line.len ? str_text(&line) + 1 : "");
}

void steps_tell(const json_t *steps)
{
	const json_t *before = NULL;

	for (size_t i = 0; i < json_array_size(steps); i++) {
		const json_t *s = json_array_get(steps, i);

		tell_step(s, before);
		before = s;
	}
}
