/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmm/mon/derive.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void mon_summary_done(struct mon_summary *s)
{
	free(s->queue);
	*s = (struct mon_summary){ 0 };
}

bool mon_is_doubted(const struct mon_summary *s)
{
	return s->implausible * 1000 > s->samples * MON_BAD_PERMILLE;
}

static bool counts(const struct mon_cpu *c)
{
	return (c->state & (MON_CPU_IS | MON_CPU_ONLINE)) ==
	       (MON_CPU_IS | MON_CPU_ONLINE);
}

unsigned int mon_tasks(const struct mon_sample *now, unsigned int cpu)
{
	unsigned int n = now->cpu[cpu].nr_running;

	return n > 0 && now->own == (int)cpu ? n - 1 : n;
}

static int odd(struct why *why, unsigned int cpu, const char *what)
{
	return why_set(why, -EINVAL, "CPU %u: %s", cpu, what);
}

/* Can this be one CPU at one moment? @before: at an earlier one, or NULL. */
static int check_cpu(const struct mon_cpu *c, const struct mon_cpu *before,
		     unsigned int cpu, struct why *why)
{
	if (c->state & MON_CPU_FOREIGN)
		return odd(why, cpu, "its run queue is another CPU's");
	if (c->nr_running == UINT16_MAX)
		return odd(why, cpu, "more tasks than there can be");
	if (c->dsq_nr > MON_DSQ_MAX)
		return odd(why, cpu,
			   "more tasks in its local queue than "
			   "there can be");
	/* The kernel counts the one after the other. */
	if (c->scx_nr_running > c->nr_running + 1)
		return odd(why, cpu, "more tasks of sched_ext than tasks");
	if (before && c->clock < before->clock)
		return odd(why, cpu, "its clock went back");
	return 0;
}

static int check_sample(const struct mon_series *s,
			const struct mon_sample *now,
			const struct mon_sample *before, struct why *why)
{
	bool runs = false;

	for (unsigned int cpu = 0; cpu < s->cpus; cpu++) {
		const struct mon_cpu *c = &now->cpu[cpu];
		int r = 0;

		if (c->state & MON_CPU_IS)
			r = check_cpu(c, before ? &before->cpu[cpu] : NULL, cpu,
				      why);
		if (r < 0)
			return r;
		runs |= c->clock != 0;
	}
	return runs ? 0 : why_set(why, -EINVAL, "no CPU has a clock");
}

struct mon_look mon_look(const struct mon_series *s,
			 const struct mon_sample *now,
			 const struct mon_sample *before,
			 struct why *reterr_why)
{
	struct mon_look look = { .ok = true };
	unsigned int most = 0, least = UINT16_MAX;

	if (check_sample(s, now, before, reterr_why) < 0)
		return (struct mon_look){ 0 };
	for (unsigned int cpu = 0; cpu < s->cpus; cpu++) {
		const struct mon_cpu *c = &now->cpu[cpu];
		unsigned int n = mon_tasks(now, cpu);

		if (!counts(c))
			continue;
		look.nr_running += n;
		if (n > most) {
			most = n;
			look.most = cpu;
		}
		if (n < least)
			least = n;
		if (c->dsq_nr > look.dsq) {
			look.dsq = c->dsq_nr;
			look.deepest = cpu;
		}
	}
	look.imbalance = most > 0 ? (double)most / (least > 0 ? least : 1) : 1;
	return look;
}

/*
 * The largest value below which none of @n in a row was, of those that came so
 * far. @ring has the last @n.
 */
struct run {
	size_t n, seen;
	struct point {
		double value;
		uint64_t at_ns;
	} * ring;
};

static void run_add(struct run *r, double value, uint64_t at_ns, int cpu,
		    struct mon_sustained *best)
{
	double least = value;

	r->ring[r->seen % r->n] = (struct point){ value, at_ns };
	r->seen++;
	if (r->seen < r->n)
		return;
	for (size_t i = 0; i < r->n; i++) {
		if (r->ring[i].value < least)
			least = r->ring[i].value;
	}
	if (best->any && least <= best->value)
		return;
	*best = (struct mon_sustained){ true, least,
					r->ring[r->seen % r->n].at_ns, at_ns,
					cpu };
}

/* How long a CPU has stood still by now. */
struct stall {
	uint64_t from_ns;
	size_t samples;
};

/* Did the host let the CPU run between the two? Inside nobody knows. */
static bool had_time(const struct mon_cpu *a, const struct mon_cpu *b)
{
	return a->ran_us == 0 || b->ran_us == 0 ||
	       b->ran_us - a->ran_us >= MON_RAN_US;
}

static void add_stall(struct stall *st, const struct mon_sample *now,
		      const struct mon_sample *before, unsigned int cpu,
		      struct mon_queue *q)
{
	const struct mon_cpu *a = &before->cpu[cpu], *b = &now->cpu[cpu];

	if (!counts(b) || b->clock != a->clock || b->clock == 0 ||
	    mon_tasks(before, cpu) == 0 || mon_tasks(now, cpu) == 0 ||
	    !had_time(a, b)) {
		*st = (struct stall){ now->at_ns, 0 };
		return;
	}
	if (st->samples++ == 0)
		st->from_ns = before->at_ns;
	if (now->at_ns - st->from_ns <= q->stall_ns)
		return;
	q->stall_ns = now->at_ns - st->from_ns;
	q->stall_from_ns = st->from_ns;
	q->stall_samples = st->samples;
}

static void add_queues(const struct mon_series *s, const struct mon_sample *now,
		       const struct mon_sample *before, struct stall *stall,
		       struct mon_queue *queue)
{
	for (unsigned int cpu = 0; cpu < s->cpus; cpu++) {
		const struct mon_cpu *c = &now->cpu[cpu];
		struct mon_queue *q = &queue[cpu];
		unsigned int n = mon_tasks(now, cpu);

		if (!(c->state & MON_CPU_IS))
			continue;
		q->is = true;
		q->mean_nr_running += n;
		q->mean_dsq += c->dsq_nr;
		if (n > q->max_nr_running)
			q->max_nr_running = n;
		if (c->dsq_nr > q->max_dsq)
			q->max_dsq = c->dsq_nr;
		if (before)
			add_stall(&stall[cpu], now, before, cpu, q);
	}
}

/* Sums become means; who stood still for how long. */
static void finish(struct mon_summary *r, size_t good, unsigned int sustained)
{
	r->worst_stall = -1;
	for (unsigned int cpu = 0; cpu < r->cpus; cpu++) {
		struct mon_queue *q = &r->queue[cpu];

		if (good) {
			q->mean_nr_running /= (double)good;
			q->mean_dsq /= (double)good;
		}
		r->stalled += q->stall_samples >= sustained;
		if (q->stall_ns > 0 &&
		    (r->worst_stall < 0 ||
		     q->stall_ns > r->queue[r->worst_stall].stall_ns))
			r->worst_stall = (int)cpu;
	}
	if (good == 0)
		return;
	r->mean_imbalance /= (double)good;
	r->mean_dsq /= (double)good;
	r->mean_nr_running /= (double)good;
}

static void add_look(struct mon_summary *r, const struct mon_sample *now,
		     const struct mon_look *look, struct run *imbalance,
		     struct run *dsq)
{
	run_add(imbalance, look->imbalance, now->at_ns, (int)look->most,
		&r->imbalance);
	run_add(dsq, look->dsq, now->at_ns, (int)look->deepest, &r->dsq);
	if (look->imbalance > r->max_imbalance)
		r->max_imbalance = look->imbalance;
	if (look->dsq > r->max_dsq)
		r->max_dsq = look->dsq;
	r->mean_imbalance += look->imbalance;
	r->mean_dsq += look->dsq;
	r->mean_nr_running += look->nr_running;
}

/* Room for what is needed on the way: two runs, and each CPU's stall. */
struct room {
	struct run run[2];
	struct stall *stall;
};

static bool room_make(struct room *m, size_t n, unsigned int cpus)
{
	for (int i = 0; i < 2; i++) {
		m->run[i].n = n;
		m->run[i].ring = calloc(n, sizeof(*m->run[i].ring));
	}
	m->stall = calloc(cpus ? cpus : 1, sizeof(*m->stall));
	return m->run[0].ring && m->run[1].ring && m->stall;
}

static void room_done(struct room *m)
{
	free(m->run[0].ring);
	free(m->run[1].ring);
	free(m->stall);
}

static void derive_samples(const struct mon_series *s, unsigned int sustained,
			   struct room *m, struct mon_summary *r)
{
	const struct mon_sample *before = NULL;

	r->samples = s->samples;
	for (size_t i = 0; i < s->samples; i++) {
		const struct mon_sample *now = &s->sample[i];
		struct why why = { .text = "" };
		struct mon_look look = mon_look(s, now, before, &why);

		if (!look.ok) {
			if (r->implausible++ == 0)
				snprintf(r->why, sizeof(r->why), "%.150s",
					 why.text);
			continue;
		}
		r->has_scx = !(now->cpu[0].state & MON_CPU_NO_SCX);
		add_look(r, now, &look, &m->run[0], &m->run[1]);
		add_queues(s, now, before, m->stall, r->queue);
		before = now;
	}
	finish(r, s->samples - r->implausible, sustained);
}

uint64_t mon_increase(const struct mon_counts *from,
		      const struct mon_counts *to, enum mon_field field)
{
	uint64_t a = from->count[field - MON_CPU_FIELDS];
	uint64_t b = to->count[field - MON_CPU_FIELDS];

	/* Another scheduler has begun anew. */
	return b >= a ? b - a : b;
}

uint64_t mon_increase_over(const struct mon_series *s, size_t from, size_t to,
			   enum mon_field field)
{
	uint64_t all = 0;

	for (size_t i = from; i < to; i++)
		all += mon_increase(&s->counts[i], &s->counts[i + 1], field);
	return all;
}

static void derive_rate(const struct mon_series *s, enum mon_field field,
			struct run *run, struct mon_sustained *ret)
{
	run->seen = 0;
	for (size_t i = 1; i < s->counts_count; i++) {
		const struct mon_counts *a = &s->counts[i - 1], *b = a + 1;
		uint64_t ns = b->at_ns - a->at_ns;

		if (ns >= MON_RATE_NS)
			run_add(run,
				(double)mon_increase(a, b, field) * 1e9 /
					(double)ns,
				b->at_ns, -1, ret);
	}
}

int mon_derive(const struct mon_series *s, unsigned int sustained,
	       struct mon_summary *ret)
{
	struct mon_summary r = { .cpus = s->cpus, .worst_stall = -1 };
	struct room m = { 0 };

	r.queue = calloc(s->cpus ? s->cpus : 1, sizeof(*r.queue));
	if (!r.queue || !room_make(&m, sustained, s->cpus)) {
		room_done(&m);
		free(r.queue);
		return -ENOMEM;
	}
	derive_samples(s, sustained, &m, &r);
	derive_rate(s, MON_SELECT_CPU_FALLBACK, &m.run[0], &r.fallback);
	derive_rate(s, MON_DISPATCH_KEEP_LAST, &m.run[0], &r.keep_last);
	room_done(&m);
	*ret = r;
	return 0;
}
