/* SPDX-License-Identifier: GPL-2.0-or-later */
/* result-monitor-lists.c - scheduling domains and BPF programs of a run, and
 * what the host gave to its CPUs. */
#include <stdlib.h>
#include <string.h>

#include "tools/vm/result-monitor.h"

/* Kinds of domains of a machine: threads, cores, nodes by distance. */
#define KINDS_MAX 32

static void set(json_t *o, const char *key, uint64_t value)
{
	json_object_set_new(o, key, json_integer((json_int_t)value));
}

/* Fields up to these are of now, and do not count. */
static bool is_gauge(enum mon_field f)
{
	return f < MON_SD_LB_COUNT;
}

static bool is_same_kind(const struct mon_domain *a, const struct mon_domain *b)
{
	return a->level == b->level &&
	       memcmp(a->name, b->name, sizeof(a->name)) == 0;
}

/* The same CPU's domain of that kind at the start, or NULL. */
static const struct mon_domain *find_first(const struct mon_series *s,
					   const struct mon_domain *d)
{
	for (size_t i = 0; i < s->first_domains; i++) {
		if (s->first_domain[i].cpu == d->cpu &&
		    is_same_kind(&s->first_domain[i], d))
			return &s->first_domain[i];
	}
	return NULL;
}

static uint64_t whole(const struct mon_domain *d, unsigned int i)
{
	return d->value[i][0] | (uint64_t)d->value[i][1] << 32;
}

/* A series, and for each of its last domains the same one at the start. */
struct pairs {
	const struct mon_series *series;
	const struct mon_domain **first;
};

/* What one field came to, over all CPUs that have a domain of @kind. */
static json_t *field(const struct pairs *p, const struct mon_layout *l,
		     const struct mon_domain *kind, enum mon_field f)
{
	const struct mon_series *s = p->series;
	unsigned int i = f - MON_DOMAIN_FIRST;
	unsigned int n = l->field[f].len == 12 ? 3 : 1;
	uint64_t sum[3] = { 0 }, most = 0;
	json_t *list;

	for (size_t k = 0; k < s->last_domains; k++) {
		const struct mon_domain *d = &s->last_domain[k];
		const struct mon_domain *first = p->first[k];

		if (!is_same_kind(d, kind))
			continue;
		if (whole(d, i) > most)
			most = whole(d, i);
		/* The kernel's numbers have 32 bits and go round. */
		for (unsigned int j = 0; j < n; j++)
			sum[j] += (uint32_t)(d->value[i][j] -
					     (first ? first->value[i][j] : 0));
	}
	if (is_gauge(f))
		return json_integer((json_int_t)most);
	list = json_array();
	for (unsigned int j = 0; j < n; j++)
		json_array_append_new(list, json_integer((json_int_t)sum[j]));
	return list;
}

static json_t *describe(const struct pairs *p, const struct mon_layout *l,
			const struct mon_domain *kind)
{
	const struct mon_series *s = p->series;
	json_t *o = json_object(), *now = json_object(), *sums = json_object();
	unsigned int cpus = 0;

	for (size_t k = 0; k < s->last_domains; k++)
		cpus += is_same_kind(&s->last_domain[k], kind);
	json_object_set_new(o, "name",
			    json_stringn(kind->name, strnlen(kind->name, 16)));
	set(o, "level", kind->level);
	set(o, "cpus", cpus);
	set(o, "span", kind->span);
	set(o, "flags", kind->flags);
	for (enum mon_field f = MON_DOMAIN_FIRST; f < MON_FIELDS; f++) {
		if (mon_has(l, f))
			json_object_set_new(is_gauge(f) ? now : sums,
					    mon_field_info[f].name,
					    field(p, l, kind, f));
	}
	json_object_set_new(o, "now", now);
	json_object_set_new(o, "increase", sums);
	return o;
}

json_t *result_monitor_domains(const struct mon_series *s,
			       const struct mon_layout *l)
{
	const struct mon_domain *kind[KINDS_MAX];
	struct pairs p = { s, calloc(s->last_domains + 1, sizeof(*p.first)) };
	json_t *list = json_array();
	size_t kinds = 0;

	if (!p.first)
		return list;
	for (size_t i = 0; i < s->last_domains; i++)
		p.first[i] = find_first(s, &s->last_domain[i]);
	for (size_t i = 0; i < s->last_domains; i++) {
		const struct mon_domain *d = &s->last_domain[i];
		size_t k = 0;

		while (k < kinds && !is_same_kind(kind[k], d))
			k++;
		if (k < kinds || kinds == KINDS_MAX)
			continue;
		kind[kinds++] = d;
		json_array_append_new(list, describe(&p, l, d));
	}
	free(p.first);
	return list;
}

json_t *result_monitor_programs(const struct mon_series *s)
{
	json_t *list = json_array();

	for (size_t i = 0; i < s->last_programs; i++) {
		const struct mon_program *p = &s->last_program[i];
		uint64_t runs = p->runs, ns = p->ns;
		json_t *o = json_object();

		for (size_t k = 0; k < s->first_programs; k++) {
			const struct mon_program *q = &s->first_program[k];

			if (q->id != p->id || q->runs > runs || q->ns > ns)
				continue;
			runs -= q->runs;
			ns -= q->ns;
		}
		set(o, "id", p->id);
		json_object_set_new(
			o, "name", json_stringn(p->name, strnlen(p->name, 16)));
		set(o, "verified_insns", p->insns);
		set(o, "runs", runs);
		set(o, "ns", ns);
		json_object_set_new(o, "ns_per_run",
				    runs ? json_real((double)ns / (double)runs)
					 : json_null());
		json_array_append_new(list, o);
	}
	return list;
}

/* The record of the sample that was taken at @at_ns; NULL: there is none. */
static const struct mon_vcpu *vcpus_at(const struct mon_series *s,
				       uint64_t at_ns)
{
	size_t low = 0, high = s->vcpus_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (s->vcpus[middle].at_ns < at_ns)
			low = middle + 1;
		else
			high = middle;
	}
	return low < s->vcpus_count && s->vcpus[low].at_ns == at_ns
		       ? s->vcpus[low].vcpu
		       : NULL;
}

static json_t *vcpu(const struct mon_series *s, unsigned int cpu)
{
	const struct mon_vcpu *first = &s->vcpus[0].vcpu[cpu];
	const struct mon_vcpu *last = &s->vcpus[s->vcpus_count - 1].vcpu[cpu];
	uint64_t longest = 0;
	json_t *o = json_object();

	for (size_t i = 1; i < s->vcpus_count; i++) {
		uint64_t wait = s->vcpus[i].vcpu[cpu].wait_ns -
				s->vcpus[i - 1].vcpu[cpu].wait_ns;

		if (wait > longest)
			longest = wait;
	}
	set(o, "cpu", cpu);
	set(o, "run_ns", last->run_ns - first->run_ns);
	set(o, "wait_ns", last->wait_ns - first->wait_ns);
	set(o, "max_wait_ns", longest);
	return o;
}

json_t *result_monitor_vcpus(const struct mon_series *s)
{
	json_t *list;

	if (s->vcpus_count < 2)
		return json_null();
	list = json_array();
	for (unsigned int cpu = 0; cpu < s->cpus; cpu++)
		json_array_append_new(list, vcpu(s, cpu));
	return list;
}

void result_monitor_row(const struct mon_series *s, size_t from, size_t to,
			json_t *row)
{
	const struct mon_vcpu *a = vcpus_at(s, s->sample[from].at_ns);
	const struct mon_vcpu *b = vcpus_at(s, s->sample[to].at_ns);
	uint64_t run_ns = 0, wait_ns = 0;

	if (!a || !b) {
		json_object_set_new(row, "vcpu_run_ns", json_null());
		json_object_set_new(row, "vcpu_wait_ns", json_null());
		return;
	}
	for (unsigned int cpu = 0; cpu < s->cpus; cpu++) {
		run_ns += b[cpu].run_ns - a[cpu].run_ns;
		wait_ns += b[cpu].wait_ns - a[cpu].wait_ns;
	}
	set(row, "vcpu_run_ns", run_ns);
	set(row, "vcpu_wait_ns", wait_ns);
}
