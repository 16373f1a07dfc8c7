/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmm/mon/reader.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "vmm/mon/direct.h"

static uint16_t clip(uint64_t n)
{
	return n < UINT16_MAX ? (uint16_t)n : UINT16_MAX;
}

void mon_reader_done(struct mon_reader *r)
{
	free(r->rq);
	free(r->offset);
	free(r->raw);
	free(r->piece);
	free(r->count_piece);
	free(r->count_raw);
	free(r->queue);
	free(r->events);
	*r = (struct mon_reader){ 0 };
}

static int out_of_memory(struct why *reterr_why)
{
	return why_set(reterr_why, -ENOMEM, "out of memory");
}

/* Where the copies of per-CPU variables are. */
static int read_offsets(struct mon_reader *r, struct why *reterr_why)
{
	uint64_t at = r->layout->symbol[MON_PER_CPU_OFFSET];
	int e = mon_space_read(&r->space, at, r->offset,
			       r->cpus * sizeof(*r->offset));

	if (e < 0)
		return why_set(reterr_why, e,
			       "cannot read the kernel's offsets of CPUs: %s",
			       strerror(-e));
	return 0;
}

/* A CPU that the machine could have and has not says nothing of itself. */
static void find_queue(struct mon_reader *r, unsigned int cpu)
{
	uint64_t at = r->layout->symbol[MON_RUNQUEUES] + r->offset[cpu], number;
	const struct mon_place *p = &r->layout->field[MON_RQ_CPU];

	if (mon_space_number(&r->space, at + p->at, p->len, &number) == 0 &&
	    number == cpu)
		r->rq[cpu] = at;
}

/* What one sample reads: the fields of each CPU that is there. */
static int add_pieces(struct mon_reader *r)
{
	for (unsigned int cpu = 0; cpu < r->cpus; cpu++) {
		for (unsigned int i = 0; r->rq[cpu] && i < MON_CPU_FIELDS;
		     i++) {
			const struct mon_place *p = &r->layout->field[i];
			struct mon_piece *piece = &r->piece[r->pieces];
			int e;

			if (p->len == 0 || p->len > sizeof(uint64_t))
				continue;
			e = mon_space_pa(&r->space, r->rq[cpu] + p->at,
					 &piece->pa);
			if (e < 0)
				return e;
			piece->len = p->len;
			piece->to = &r->raw[cpu * MON_CPU_FIELDS + i];
			r->pieces++;
		}
	}
	return 0;
}

int mon_reader_begin(struct mon_reader *ret, const struct mon_layout *layout,
		     const struct mon_memory *memory, unsigned int cpus,
		     struct why *reterr_why)
{
	int e;

	*ret = (struct mon_reader){ .layout = layout, .cpus = cpus };
	if (cpus == 0 || cpus > MON_CPUS_MAX)
		return why_set(reterr_why, -ERANGE,
			       "the monitor reads up to %d CPUs, not %u",
			       MON_CPUS_MAX, cpus);
	e = mon_space_find(layout, memory, &ret->space, reterr_why);
	if (e < 0)
		return e;
	ret->rq = calloc(cpus, sizeof(*ret->rq));
	ret->offset = calloc(cpus, sizeof(*ret->offset));
	ret->raw = calloc((size_t)cpus * MON_CPU_FIELDS, sizeof(*ret->raw));
	ret->piece = calloc((size_t)cpus * MON_CPU_FIELDS, sizeof(*ret->piece));
	ret->count_piece =
		calloc((size_t)cpus * MON_COUNTS, sizeof(*ret->count_piece));
	ret->count_raw =
		calloc((size_t)cpus * MON_COUNTS, sizeof(*ret->count_raw));
	if (!ret->rq || !ret->offset || !ret->raw || !ret->piece ||
	    !ret->count_piece || !ret->count_raw)
		return out_of_memory(reterr_why);
	e = read_offsets(ret, reterr_why);
	if (e < 0)
		return e;
	for (unsigned int cpu = 0; cpu < cpus; cpu++)
		find_queue(ret, cpu);
	/* Every machine has this one. */
	if (!ret->rq[0])
		return why_set(reterr_why, -ENXIO,
			       "what should be the run queue of CPU 0 is not");
	if (mon_direct_begin(ret) < 0)
		return out_of_memory(reterr_why);
	e = ret->direct ? 0 : add_pieces(ret);
	return e < 0 ? why_set(reterr_why, e,
			       "cannot find the kernel's run queues: %s",
			       strerror(-e))
		     : 0;
}

static void fill(const struct mon_reader *r, unsigned int cpu,
		 struct mon_cpu *ret)
{
	const uint64_t *raw = &r->raw[cpu * MON_CPU_FIELDS];
	bool has_scx = mon_has(r->layout, MON_SCX_DSQ_NR);
	uint16_t state = 0;

	if (r->rq[cpu]) {
		state = MON_CPU_IS;
		if (!mon_has(r->layout, MON_RQ_ONLINE) || raw[MON_RQ_ONLINE])
			state |= MON_CPU_ONLINE;
		if (raw[MON_RQ_CPU] != cpu)
			state |= MON_CPU_FOREIGN;
	}
	if (!has_scx)
		state |= MON_CPU_NO_SCX;
	*ret = (struct mon_cpu){
		.nr_running = clip(raw[MON_RQ_NR_RUNNING]),
		.scx_nr_running = clip(raw[MON_SCX_NR_RUNNING]),
		.dsq_nr = clip(raw[MON_SCX_DSQ_NR]),
		.state = state,
		.flags = (uint32_t)raw[MON_SCX_FLAGS],
		.clock = raw[MON_RQ_CLOCK],
	};
}

int mon_reader_sample(struct mon_reader *r, struct mon_cpu *ret)
{
	const struct mon_memory *m = r->space.memory;
	int e;

	if (r->direct) {
		mon_direct_sample(r, ret);
		return 0;
	}
	e = m->read(m->arg, r->piece, r->pieces);
	for (unsigned int cpu = 0; e == 0 && cpu < r->cpus; cpu++)
		fill(r, cpu, &ret[cpu]);
	return e;
}

/* Whose events are counted now: see struct mon_events. */
static struct mon_events find_events(const struct mon_reader *r)
{
	const struct mon_layout *l = r->layout;
	struct mon_events e = { 0 };

	if (!mon_has_events(l))
		return e;
	if (!l->has[MON_SCX_ROOT]) {
		e.base = l->symbol[MON_EVENT_STATS];
		return e;
	}
	if (mon_space_number(&r->space, l->symbol[MON_SCX_ROOT], sizeof(e.root),
			     &e.root) < 0 ||
	    e.root == 0)
		return e;
	if (l->has[MON_SCX_ENABLE_SEQ])
		(void)mon_space_number(&r->space, l->symbol[MON_SCX_ENABLE_SEQ],
				       sizeof(e.seq), &e.seq);
	if (!mon_has(l, MON_SCHED_PCPU))
		(void)mon_space_number(
			&r->space, e.root + l->field[MON_SCHED_EVENTS_CPU].at,
			sizeof(e.base), &e.base);
	else if (mon_space_number(&r->space,
				  e.root + l->field[MON_SCHED_PCPU].at,
				  sizeof(e.base), &e.base) == 0 &&
		 e.base != 0)
		e.base += l->field[MON_PCPU_EVENTS].at;
	return e;
}

/*
 * One piece for each counter of fields @first up to @end, of each CPU; @base
 * and the CPU's offset are where they begin, or its run queue where @base is 0.
 * Return: how many, or -EFAULT.
 */
static ssize_t counter_pieces(struct mon_reader *r, enum mon_field first,
			      enum mon_field end, uint64_t base)
{
	struct mon_piece *piece = r->count_piece;
	ssize_t n = 0;

	for (unsigned int cpu = 0; cpu < r->cpus; cpu++) {
		uint64_t at = base ? base + r->offset[cpu] : r->rq[cpu];

		for (enum mon_field f = first; r->rq[cpu] && f < end; f++) {
			const struct mon_place *p = &r->layout->field[f];
			size_t i =
				(size_t)cpu * MON_COUNTS + f - MON_CPU_FIELDS;

			if (p->len == 0 || p->len > sizeof(uint64_t))
				continue;
			if (mon_space_pa(&r->space, at + p->at, &piece[n].pa) <
			    0)
				return -EFAULT;
			piece[n].len = p->len;
			piece[n++].to = &r->count_raw[i];
		}
	}
	return n;
}

/* The same if there are any, fetched and added to @ret. Return: 0 or -errno. */
static int add_counters(struct mon_reader *r, enum mon_field first,
			enum mon_field end, uint64_t base, uint64_t *ret)
{
	const struct mon_memory *m = r->space.memory;
	size_t all = (size_t)r->cpus * MON_COUNTS;
	ssize_t n = counter_pieces(r, first, end, base);
	int e;

	if (n <= 0)
		return (int)n;
	memset(r->count_raw, 0, all * sizeof(*r->count_raw));
	e = m->read(m->arg, r->count_piece, (size_t)n);
	for (size_t i = 0; e == 0 && i < all; i++)
		ret[i % MON_COUNTS] += r->count_raw[i];
	return e;
}

int mon_reader_counts(struct mon_reader *r, uint64_t ret[MON_COUNTS])
{
	struct mon_events events = find_events(r);
	int e = 0;

	memset(ret, 0, MON_COUNTS * sizeof(*ret));
	if (r->direct)
		mon_direct_counts(r, ret);
	else
		e = add_counters(r, MON_CPU_FIELDS, MON_EVENTS, 0, ret);
	if (e < 0 || !events.base)
		return e;
	/* A scheduler that has just left takes its events with it. */
	if (!r->direct || !mon_direct_events(r, &events, ret))
		(void)add_counters(r, MON_EVENTS, MON_COUNTERS, events.base,
				   ret);
	return 0;
}
