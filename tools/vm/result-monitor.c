/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/vm/result-monitor.h"

#include <string.h>

static void set(json_t *o, const char *key, uint64_t value)
{
	json_object_set_new(o, key, json_integer((json_int_t)value));
}

static void set_real(json_t *o, const char *key, double value)
{
	json_object_set_new(o, key, json_real(value));
}

/* A number of the frame that comes last, which a machine that died has not
 * sent. */
static void set_told(json_t *o, const char *key, const json_t *frame)
{
	if (frame)
		set(o, key, (uint64_t)facts_int(frame, key));
	else
		json_object_set_new(o, key, json_null());
}

/* What a look costs, of one CPU; the harness's part that is the monitor's. */
static json_t *cost(const json_t *frame)
{
	int64_t cpu_ns = facts_int(frame, "cpu_ns");
	int64_t wall_ns = facts_int(frame, "wall_ns");
	json_t *o = json_object();

	set_told(o, "cpu_ns", frame);
	set_told(o, "wall_ns", frame);
	json_object_set_new(o, "percent",
			    wall_ns > 0 ? json_real(100.0 * (double)cpu_ns /
						    (double)wall_ns)
					: json_null());
	set_told(o, "once_ns", frame);
	set_told(o, "bytes", frame);
	return o;
}

static json_t *sustained(const struct mon_sustained *v)
{
	json_t *o;

	if (!v->any)
		return json_null();
	o = json_object();
	set_real(o, "value", v->value);
	set(o, "from_ns", v->from_ns);
	set(o, "to_ns", v->to_ns);
	return o;
}

static json_t *summary(const struct monitored *m, bool events)
{
	const struct mon_summary *s = &m->summary;
	json_t *o = json_object();

	set(o, "sustained_samples", m->sustained);
	set_real(o, "mean_nr_running", s->mean_nr_running);
	set_real(o, "mean_imbalance", s->mean_imbalance);
	set_real(o, "max_imbalance", s->max_imbalance);
	json_object_set_new(o, "sustained_imbalance", sustained(&s->imbalance));
	set_real(o, "mean_dsq_depth", s->mean_dsq);
	set(o, "max_dsq_depth", s->max_dsq);
	json_object_set_new(o, "sustained_dsq_depth", sustained(&s->dsq));
	set(o, "stalled_cpus", s->stalled);
	json_object_set_new(o, "sustained_fallback_rate",
			    events ? sustained(&s->fallback) : json_null());
	json_object_set_new(o, "sustained_keep_last_rate",
			    events ? sustained(&s->keep_last) : json_null());
	return o;
}

static json_t *queues(const struct mon_summary *s)
{
	json_t *list = json_array();

	for (unsigned int cpu = 0; cpu < s->cpus; cpu++) {
		const struct mon_queue *q = &s->queue[cpu];
		json_t *o;

		if (!q->is)
			continue;
		o = json_object();
		set(o, "cpu", cpu);
		set_real(o, "mean_nr_running", q->mean_nr_running);
		set(o, "max_nr_running", q->max_nr_running);
		set_real(o, "mean_dsq_depth", q->mean_dsq);
		set(o, "max_dsq_depth", q->max_dsq);
		set(o, "stall_ns", q->stall_ns);
		json_array_append_new(list, o);
	}
	return list;
}

/* The counters of all CPUs, from the first record to the last. */
static json_t *counters(const struct mon_series *s, const struct mon_layout *l)
{
	json_t *list = json_array();
	size_t last = s->counts_count - 1;
	uint64_t ns;

	if (s->counts_count < 2)
		return list;
	ns = s->counts[last].at_ns - s->counts->at_ns;
	for (enum mon_field f = MON_CPU_FIELDS; f < MON_COUNTERS; f++) {
		bool is_event = f >= MON_EVENTS;
		uint64_t n;
		json_t *o;

		if (!mon_has(l, f) || (is_event && !mon_has_events(l)))
			continue;
		n = mon_increase_over(s, 0, last, f);
		o = json_object();
		json_object_set_new(o, "name",
				    json_string(mon_field_info[f].name));
		set(o, "increase", n);
		set_real(o, "per_second",
			 ns ? (double)n * 1e9 / (double)ns : 0);
		json_array_append_new(list, o);
	}
	return list;
}

/* What a kernel does not have is said, and is not 0. */
static json_t *absent(const struct mon_layout *l)
{
	json_t *list = json_array();

	for (enum mon_field f = 0; f < MON_COUNTERS; f++) {
		if (!mon_has(l, f) || (f >= MON_EVENTS && !mon_has_events(l)))
			json_array_append_new(
				list, json_string(mon_field_info[f].name));
	}
	return list;
}

/* Rows of as many samples each, so that no run has more than MONITOR_ROWS. */
static json_t *timeline(const struct mon_series *s)
{
	size_t of = (s->samples + MONITOR_ROWS - 1) / MONITOR_ROWS;
	const struct mon_sample *before = NULL;
	json_t *list = json_array();

	for (size_t i = 0; i < s->samples; i += of) {
		size_t end = i + of < s->samples ? i + of : s->samples, n = 0;
		double imbalance = 0, running = 0;
		unsigned int dsq = 0;
		json_t *o = json_object();

		for (size_t k = i; k < end; k++) {
			struct mon_look look =
				mon_look(s, &s->sample[k], before, NULL);

			if (!look.ok)
				continue;
			before = &s->sample[k];
			n++;
			running += look.nr_running;
			if (look.imbalance > imbalance)
				imbalance = look.imbalance;
			if (look.dsq > dsq)
				dsq = look.dsq;
		}
		set(o, "at_ns", s->sample[i].at_ns);
		set(o, "samples", n);
		set_real(o, "mean_nr_running", n ? running / (double)n : 0);
		set_real(o, "max_imbalance", imbalance);
		set(o, "max_dsq_depth", dsq);
		result_monitor_row(s, i, end < s->samples ? end : end - 1, o);
		json_array_append_new(list, o);
	}
	return list;
}

/* Under the virtual clock all CPUs are one thread of the host, and so they are
 * where TCG cannot have one for each. */
static void set_vcpus(json_t *o, const struct mon_series *s, bool outside)
{
	json_t *list = outside ? result_monitor_vcpus(s) : json_null();

	json_object_set_new(o, "vcpus", list);
	json_object_set_new(
		o, "vcpus_why",
		!json_is_null(list) ? json_null()
		: outside
			? json_string("one thread of the host is all CPUs, or "
				      "there were fewer than two samples")
			: json_string("under the virtual clock one thread of "
				      "the host is all CPUs"));
}

json_t *result_monitor(const struct facts *f, const struct checks *c,
		       const struct mon_layout *l, bool outside)
{
	struct monitored m;
	json_t *o;

	if (!l)
		return json_null();
	monitored_begin(&m, f, c);
	o = json_object();
	json_object_set_new(o, "reader",
			    json_string(outside ? "outside" : "inside"));
	set_told(o, "period_ns", f->monitor);
	set(o, "samples", m.summary.samples);
	set(o, "implausible", m.summary.implausible);
	json_object_set_new(o, "implausible_why",
			    *m.summary.why ? json_string(m.summary.why)
					   : json_null());
	json_object_set_new(o, "doubt",
			    *m.doubt ? json_string(m.doubt) : json_null());
	json_object_set_new(o, "cost", cost(f->monitor));
	json_object_set_new(o, "summary", summary(&m, mon_has_events(l)));
	json_object_set_new(o, "cpus", queues(&m.summary));
	set_vcpus(o, &m.series, outside);
	json_object_set_new(o, "counters", counters(&m.series, l));
	json_object_set_new(o, "absent", absent(l));
	json_object_set_new(o, "domains", result_monitor_domains(&m.series, l));
	json_object_set_new(o, "programs", result_monitor_programs(&m.series));
	json_object_set_new(o, "timeline", timeline(&m.series));
	monitored_done(&m);
	return o;
}
