/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmm/mon/direct.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define PAGE UINT64_C(4096)

static uint32_t load32(const char *at)
{
	return *(const volatile uint32_t *)(const void *)at;
}

static uint64_t load64(const char *at)
{
	return *(const volatile uint64_t *)(const void *)at;
}

static uint16_t clip(uint32_t n)
{
	return n < UINT16_MAX ? (uint16_t)n : UINT16_MAX;
}

/* Bytes of a structure from the first field to the last, of those there are. */
struct extent {
	uint32_t from, to;
};

static void extend(const struct mon_layout *l, enum mon_field first,
		   enum mon_field end, struct extent *e)
{
	for (enum mon_field f = first; f < end; f++) {
		const struct mon_place *p = &l->field[f];

		if (p->len == 0)
			continue;
		if (e->to == 0 || p->at < e->from)
			e->from = p->at;
		if (p->at + p->len > e->to)
			e->to = p->at + p->len;
	}
}

/* Numbers that are not aligned would not come whole. */
static bool has_lengths(const struct mon_layout *l, enum mon_field first,
			enum mon_field end)
{
	for (enum mon_field f = first; f < end; f++) {
		const struct mon_place *p = &l->field[f];
		uint32_t want = p->len;

		if (f < MON_CPU_FIELDS)
			want = f == MON_RQ_CLOCK ? 8 : 4;
		if (p->len && (p->len != want || (want != 4 && want != 8) ||
			       p->at % want != 0))
			return false;
	}
	return true;
}

/* Where byte 0 of the structure at @va would be, @e of which is wanted. */
static const char *find(const struct mon_reader *r, uint64_t va,
			const struct extent *e)
{
	const struct mon_memory *m = r->space.memory;
	uint64_t from = va + e->from, len = e->to - e->from, pa, next;
	const char *at;

	if (va % 8 != 0 || mon_space_pa(&r->space, from, &pa) < 0)
		return NULL;
	/* Pages that follow each other need not do so in memory. */
	for (uint64_t n = PAGE - from % PAGE; n < len; n += PAGE) {
		if (mon_space_pa(&r->space, from + n, &next) < 0 ||
		    next != pa + n)
			return NULL;
	}
	at = m->at(m->arg, pa, len);
	return at ? at - e->from : NULL;
}

int mon_direct_begin(struct mon_reader *r)
{
	struct extent e = { 0 };

	if (!r->space.memory->at ||
	    !has_lengths(r->layout, MON_RQ_NR_RUNNING, MON_EVENTS))
		return 0;
	r->queue = calloc(r->cpus, sizeof(*r->queue));
	r->events = calloc(r->cpus, sizeof(*r->events));
	if (!r->queue || !r->events)
		return -ENOMEM;
	extend(r->layout, MON_RQ_NR_RUNNING, MON_EVENTS, &e);
	for (unsigned int cpu = 0; cpu < r->cpus; cpu++) {
		if (!r->rq[cpu])
			continue;
		r->queue[cpu] = find(r, r->rq[cpu], &e);
		if (!r->queue[cpu])
			return 0;
	}
	r->direct = true;
	return 0;
}

static struct mon_cpu look(const struct mon_place *f, const char *queue,
			   unsigned int cpu)
{
	uint16_t state = MON_CPU_IS | MON_CPU_ONLINE;
	struct mon_cpu c = {
		.nr_running = clip(load32(queue + f[MON_RQ_NR_RUNNING].at)),
		.clock = load64(queue + f[MON_RQ_CLOCK].at),
	};

	if (f[MON_SCX_NR_RUNNING].len)
		c.scx_nr_running =
			clip(load32(queue + f[MON_SCX_NR_RUNNING].at));
	if (f[MON_SCX_FLAGS].len)
		c.flags = load32(queue + f[MON_SCX_FLAGS].at);
	if (f[MON_SCX_DSQ_NR].len)
		c.dsq_nr = clip(load32(queue + f[MON_SCX_DSQ_NR].at));
	else
		state |= MON_CPU_NO_SCX;
	if (load32(queue + f[MON_RQ_CPU].at) != cpu)
		state |= MON_CPU_FOREIGN;
	if (f[MON_RQ_ONLINE].len && !load32(queue + f[MON_RQ_ONLINE].at))
		state &= (uint16_t)~MON_CPU_ONLINE;
	c.state = state;
	return c;
}

void mon_direct_sample(const struct mon_reader *r, struct mon_cpu *ret)
{
	const struct mon_place *f = r->layout->field;

	for (unsigned int cpu = 0; cpu < r->cpus; cpu++) {
		const char *queue = r->queue[cpu];

		if (queue)
			ret[cpu] = look(f, queue, cpu);
		else
			ret[cpu] = (struct mon_cpu){
				.state = f[MON_SCX_DSQ_NR].len ? 0
							       : MON_CPU_NO_SCX
			};
	}
}

/* What field @p is on all CPUs together. */
static uint64_t sum_of(const struct mon_reader *r, const char *const *base,
		       struct mon_place p)
{
	uint64_t sum = 0;

	for (unsigned int cpu = 0; cpu < r->cpus; cpu++) {
		if (base[cpu])
			sum += p.len == 8 ? load64(base[cpu] + p.at)
					  : load32(base[cpu] + p.at);
	}
	return sum;
}

static void add(const struct mon_reader *r, const char *const *base,
		enum mon_field first, enum mon_field end, uint64_t *ret)
{
	for (enum mon_field f = first; f < end; f++) {
		if (r->layout->field[f].len)
			ret[f - MON_CPU_FIELDS] +=
				sum_of(r, base, r->layout->field[f]);
	}
}

void mon_direct_counts(const struct mon_reader *r, uint64_t ret[MON_COUNTS])
{
	add(r, r->queue, MON_CPU_FIELDS, MON_EVENTS, ret);
}

static bool find_events(struct mon_reader *r, uint64_t base)
{
	struct extent e = { 0 };

	if (!has_lengths(r->layout, MON_EVENTS, MON_COUNTERS))
		return false;
	extend(r->layout, MON_EVENTS, MON_COUNTERS, &e);
	for (unsigned int cpu = 0; cpu < r->cpus; cpu++) {
		if (!r->rq[cpu])
			continue;
		r->events[cpu] = find(r, base + r->offset[cpu], &e);
		if (!r->events[cpu])
			return false;
	}
	return true;
}

bool mon_direct_events(struct mon_reader *r, const struct mon_events *key,
		       uint64_t ret[MON_COUNTS])
{
	if (memcmp(&r->found, key, sizeof(*key)) != 0) {
		r->found = (struct mon_events){ 0 };
		if (!find_events(r, key->base))
			return false;
		r->found = *key;
	}
	add(r, r->events, MON_EVENTS, MON_COUNTERS, ret);
	return true;
}
