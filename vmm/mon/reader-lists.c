/* SPDX-License-Identifier: GPL-2.0-or-later */
/* reader-lists.c - what hangs on pointers: scheduling domains, BPF programs. */
#include <errno.h>
#include <string.h>

#include "vmm/mon/reader.h"

/* Nodes of the tree of programs have 64 slots, and numbers have 31 bits. */
#define SLOTS	   64
#define LEVELS_MAX 6
/* Numbers of programs that are looked up, schedulers' or not. */
#define NUMBERS_MAX 4096
/* How an entry of the tree is marked that is a node: linux/xarray.h. */
#define MARK_MASK UINT64_C(3)
#define MARK_NODE UINT64_C(2)

/* The number of field @f of the structure at @base; 0 where there is none. */
static int number(const struct mon_reader *r, uint64_t base, enum mon_field f,
		  uint64_t *ret)
{
	const struct mon_place *p = &r->layout->field[f];

	*ret = 0;
	return p->len ? mon_space_number(&r->space, base + p->at,
					 p->len < 8 ? p->len : 8, ret)
		      : 0;
}

/* Text of up to 15 bytes at @at, what is no plain letter as '?'. */
static void read_name(const struct mon_reader *r, uint64_t at, char ret[16])
{
	memset(ret, 0, 16);
	for (unsigned int i = 0; i < 15; i++) {
		if (mon_space_read(&r->space, at + i, &ret[i], 1) < 0)
			ret[i] = '\0';
		if (!ret[i])
			return;
		if (ret[i] < ' ' || ret[i] > '~' || ret[i] == '"' ||
		    ret[i] == '\\')
			ret[i] = '?';
	}
}

static int read_domain(const struct mon_reader *r, uint64_t sd, uint32_t cpu,
		       struct mon_domain *ret)
{
	uint64_t level, flags, span, name;
	int e = number(r, sd, MON_SD_LEVEL, &level);

	if (e == 0)
		e = number(r, sd, MON_SD_FLAGS, &flags);
	if (e == 0)
		e = number(r, sd, MON_SD_SPAN_WEIGHT, &span);
	if (e == 0)
		e = number(r, sd, MON_SD_NAME, &name);
	if (e != 0)
		return e;
	*ret = (struct mon_domain){ .cpu = cpu,
				    .level = (uint32_t)level,
				    .flags = (uint32_t)flags,
				    .span = (uint32_t)span };
	if (name)
		read_name(r, name, ret->name);
	for (unsigned int i = 0; e == 0 && i < MON_DOMAIN_FIELDS; i++) {
		const struct mon_place *p =
			&r->layout->field[MON_DOMAIN_FIRST + i];

		if (p->len && p->len <= sizeof(ret->value[i]))
			e = mon_space_read(&r->space, sd + p->at, ret->value[i],
					   p->len);
	}
	return e;
}

int mon_reader_domains(struct mon_reader *r, struct str *out)
{
	struct mon_domain domain;

	if (!mon_has(r->layout, MON_RQ_SD) ||
	    !mon_has(r->layout, MON_SD_PARENT))
		return -ENOTSUP;
	for (unsigned int cpu = 0; cpu < r->cpus; cpu++) {
		uint64_t sd = 0;

		if (!r->rq[cpu] || number(r, r->rq[cpu], MON_RQ_SD, &sd) < 0)
			continue;
		for (unsigned int i = 0; sd && i < MON_DOMAINS_MAX; i++) {
			if (read_domain(r, sd, cpu, &domain) < 0)
				break;
			str_add_bytes(out, &domain, sizeof(domain));
			if (number(r, sd, MON_SD_PARENT, &sd) < 0)
				break;
		}
	}
	return 0;
}

/* What a program has counted, on all CPUs. */
static void add_statistics(const struct mon_reader *r, uint64_t stats,
			   struct mon_program *p)
{
	for (unsigned int cpu = 0; stats && cpu < r->cpus; cpu++) {
		uint64_t at = stats + r->offset[cpu], runs, ns;

		if (!r->rq[cpu] || number(r, at, MON_STATS_CNT, &runs) < 0 ||
		    number(r, at, MON_STATS_NSECS, &ns) < 0)
			continue;
		p->runs += runs;
		p->ns += ns;
	}
}

/* Return: is it a scheduler's? */
static bool add_program(const struct mon_reader *r, uint64_t prog, uint32_t id,
			struct str *out)
{
	struct mon_program p = { .id = id };
	uint64_t type, aux, insns, stats;

	if (number(r, prog, MON_PROG_TYPE, &type) < 0 ||
	    type != MON_STRUCT_OPS || number(r, prog, MON_PROG_AUX, &aux) < 0 ||
	    !aux || number(r, aux, MON_AUX_INSNS, &insns) < 0 ||
	    number(r, prog, MON_PROG_STATS, &stats) < 0)
		return false;
	p.type = (uint32_t)type;
	p.insns = (uint32_t)insns;
	if (mon_has(r->layout, MON_AUX_NAME))
		read_name(r, aux + r->layout->field[MON_AUX_NAME].at, p.name);
	add_statistics(r, stats, &p);
	str_add_bytes(out, &p, sizeof(p));
	return true;
}

/* The program of number @id in the tree, or 0. */
static uint64_t find_program(const struct mon_reader *r, uint64_t head,
			     uint32_t id)
{
	const struct mon_place *slots = &r->layout->field[MON_NODE_SLOTS];
	uint64_t entry = head, shift;

	if ((entry & MARK_MASK) != MARK_NODE)
		return id == 0 ? entry & ~MARK_MASK : 0;
	for (unsigned int i = 0; i < LEVELS_MAX; i++) {
		uint64_t node = entry & ~MARK_MASK, slot;

		if (number(r, node, MON_NODE_SHIFT, &shift) < 0 || shift > 30 ||
		    (i == 0 && id >> shift >= SLOTS))
			return 0;
		slot = (id >> shift) % SLOTS;
		if (mon_space_number(&r->space, node + slots->at + slot * 8, 8,
				     &entry) < 0)
			return 0;
		if (shift == 0 || (entry & MARK_MASK) != MARK_NODE)
			return shift == 0 ? entry & ~MARK_MASK : 0;
	}
	return 0;
}

int mon_reader_programs(struct mon_reader *r, struct str *out)
{
	uint64_t idr = r->layout->symbol[MON_PROG_IDR], head, next;
	unsigned int told = 0;

	if (!r->layout->has[MON_PROG_IDR] ||
	    !mon_has(r->layout, MON_NODE_SLOTS) ||
	    !mon_has(r->layout, MON_AUX_INSNS) ||
	    number(r, idr, MON_IDR_HEAD, &head) < 0 ||
	    number(r, idr, MON_IDR_NEXT, &next) < 0)
		return -ENOTSUP;
	if (next > NUMBERS_MAX)
		next = NUMBERS_MAX;
	/* Where all numbers lead to programs, the counters of each CPU would
	 * keep who reads from outside for too long. */
	for (uint32_t id = 0; head && id < next && told < MON_PROGRAMS_MAX;
	     id++) {
		uint64_t prog = find_program(r, head, id);

		if (prog)
			told += add_program(r, prog, id, out);
	}
	return 0;
}
