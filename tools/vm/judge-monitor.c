/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/vm/judge-monitor.h"

#include <stdio.h>

static void tell_doubt(struct monitored *m, const struct facts *f, int error,
		       const struct why *why)
{
	const struct mon_summary *s = &m->summary;
	const char *told = facts_text(f->monitor, "why");

	if (error < 0)
		snprintf(m->doubt, sizeof(m->doubt), "%.290s", why->text);
	else if (*told)
		snprintf(m->doubt, sizeof(m->doubt),
			 "the monitor could not read on: %.200s", told);
	else if (facts_int(f->monitor, "left_out") > 0)
		snprintf(m->doubt, sizeof(m->doubt),
			 "the monitor had no room for %lld samples: the run "
			 "took longer than the test said",
			 (long long)facts_int(f->monitor, "left_out"));
	else if (s->samples == 0)
		snprintf(m->doubt, sizeof(m->doubt),
			 "the monitor took no sample");
	else if (mon_is_doubted(s))
		snprintf(m->doubt, sizeof(m->doubt),
			 "%zu of %zu samples of the monitor make no sense: %s",
			 s->implausible, s->samples, s->why);
}

void monitored_begin(struct monitored *m, const struct facts *f,
		     const struct checks *c)
{
	double sustained = c->value[CHECK_SUSTAINED_SAMPLES].limit;
	struct why why = { .text = "" };
	int r;

	*m = (struct monitored){ .sustained = sustained >= 1
						      ? (unsigned int)sustained
						      : 1 };
	r = mon_series_read(str_text(&f->series), f->series.len, &m->series,
			    &why);
	if (mon_derive(&m->series, m->sustained, &m->summary) < 0 && r == 0)
		r = why_set(&why, -1, "out of memory");
	tell_doubt(m, f, r, &why);
}

void monitored_done(struct monitored *m)
{
	mon_summary_done(&m->summary);
	mon_series_done(&m->series);
}

static double seconds(uint64_t ns)
{
	return (double)ns / 1e9;
}

/* Which value it is, and what makes it a fault. */
static const struct mon_sustained *find(const struct mon_summary *s,
					enum check_kind kind)
{
	switch (kind) {
	case CHECK_MAX_IMBALANCE:
		return &s->imbalance;
	case CHECK_MAX_DSQ_DEPTH:
		return &s->dsq;
	case CHECK_MAX_FALLBACK_RATE:
		return &s->fallback;
	default:
		return &s->keep_last;
	}
}

static void tell(enum check_kind kind, const struct mon_sustained *v,
		 double limit, unsigned int samples, struct measured *ret)
{
	char when[100];

	snprintf(when, sizeof(when),
		 "in %u samples in a row, %.3f s to %.3f s of the clock,",
		 samples, seconds(v->from_ns), seconds(v->to_ns));
	if (kind == CHECK_MAX_IMBALANCE)
		snprintf(ret->text, sizeof(ret->text),
			 "%s a CPU (the last was CPU %d) had at least %.4g "
			 "times as many tasks as the one with fewest; the "
			 "limit is %g",
			 when, v->cpu, v->value, limit);
	else if (kind == CHECK_MAX_DSQ_DEPTH)
		snprintf(ret->text, sizeof(ret->text),
			 "%s a local queue (the last was CPU %d's) held at "
			 "least %.0f tasks; the limit is %g",
			 when, v->cpu, v->value, limit);
	else
		snprintf(ret->text, sizeof(ret->text),
			 "%s the kernel counted at least %.1f %s a second; "
			 "the limit is %g",
			 when, v->value,
			 kind == CHECK_MAX_FALLBACK_RATE
				 ? "wakes for which it picked the CPU itself"
				 : "tasks that ran on for want of another",
			 limit);
}

static void measure_stall(const struct monitored *m, struct measured *ret)
{
	const struct mon_summary *s = &m->summary;
	const struct mon_queue *q =
		s->worst_stall < 0 ? NULL : &s->queue[s->worst_stall];

	*ret = (struct measured){ .any = s->samples - s->implausible >
					 m->sustained,
				  .ok = s->stalled == 0,
				  .value = s->stalled };
	if (!ret->any)
		snprintf(ret->text, sizeof(ret->text),
			 "nothing to judge: %zu samples, and %u in a row make "
			 "a stall",
			 s->samples - s->implausible, m->sustained + 1);
	else if (q)
		snprintf(ret->text, sizeof(ret->text),
			 "%u CPUs stood still while they had tasks, CPU %d for "
			 "%.3f s from %.3f s of the clock on",
			 s->stalled, s->worst_stall, seconds(q->stall_ns),
			 seconds(q->stall_from_ns));
}

void judge_measure_monitor(const struct evidence *e, const struct monitored *m,
			   enum check_kind kind, double limit,
			   struct measured *ret)
{
	const struct mon_sustained *v = find(&m->summary, kind);
	bool of_events = kind == CHECK_MAX_FALLBACK_RATE ||
			 kind == CHECK_MAX_KEEP_LAST_RATE;

	*ret = (struct measured){ .ok = true };
	if (kind == CHECK_FAIL_ON_STALL) {
		measure_stall(m, ret);
		return;
	}
	if ((of_events || kind == CHECK_MAX_DSQ_DEPTH) && !e->has_sched) {
		snprintf(ret->text, sizeof(ret->text),
			 "nothing to judge: there was no scheduler of "
			 "sched_ext");
		return;
	}
	if (of_events && !(e->layout && mon_has_events(e->layout))) {
		snprintf(ret->text, sizeof(ret->text),
			 "nothing to judge: this kernel does not count events "
			 "of schedulers");
		return;
	}
	if (!v->any) {
		snprintf(ret->text, sizeof(ret->text),
			 "nothing to judge: %zu samples, and %u in a row make "
			 "a value",
			 m->summary.samples - m->summary.implausible,
			 m->sustained);
		return;
	}
	ret->any = true;
	ret->value = v->value;
	ret->ok = v->value <= limit;
	tell(kind, v, limit, m->sustained, ret);
}
