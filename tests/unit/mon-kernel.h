/* SPDX-License-Identifier: GPL-2.0-or-later */
/* mon-kernel.h - for tests of the monitor: a kernel in a few pages of memory.
 */
#pragma once

#include <errno.h>

#include "tests/unit/t.h"
#include "vmm/mon/reader.h"

#define MEMORY	 (1 << 20)
#define IMAGE	 UINT64_C(0xffffffff80000000)
#define DIRECT	 UINT64_C(0xffff888000000000)
#define DIRECT_5 UINT64_C(0xff11000000000000)

/* Where things are in physical memory. */
enum {
	AT_BANNER = 0x1000,
	AT_BASE = 0x1100, /* phys_base */
	AT_DIRECT = 0x1108,
	AT_FIVE = 0x1110,
	AT_OFFSETS = 0x1200,
	AT_ROOT = 0x1400, /* scx_root */
	AT_SEQ = 0x1480,  /* scx_enable_seq */
	AT_IDR = 0x1500,
	AT_TABLE = 0x2000, /* and the levels below behind it */
	AT_CPU = 0x10000,  /* each CPU's copies, CPU_STEP apart */
	CPU_STEP = 0x2000,
	RQ = 0x40, /* of per-CPU variables */
	EVENTS = 0x1000,
	AT_SCHED = 0x30000,
	AT_DOMAIN = 0x34000,
	AT_PROGRAM = 0x38000,
	AT_NODE = 0x3c000,
};

struct kernel {
	char *memory;
	struct mon_memory reach;
	struct mon_layout layout;
	struct mon_reader reader;
	unsigned int reads;
};

static inline int kernel_read(void *arg, const struct mon_piece *p, size_t n)
{
	struct kernel *k = arg;

	k->reads++;
	for (; n > 0; n--, p++) {
		if (p->pa > MEMORY || p->len > MEMORY - p->pa)
			return -EFAULT;
		memcpy(p->to, k->memory + p->pa, p->len);
	}
	return 0;
}

/* As if the memory were mapped. */
static inline const void *kernel_at(void *arg, uint64_t pa, uint64_t len)
{
	struct kernel *k = arg;

	return pa > MEMORY || len > MEMORY - pa ? NULL : k->memory + pa;
}

static inline void put(struct kernel *k, uint64_t at, uint64_t value,
		       size_t len)
{
	memcpy(k->memory + at, &value, len);
}

static inline void kernel_symbol(struct kernel *k, enum mon_symbol s,
				 uint64_t va)
{
	k->layout.has[s] = true;
	k->layout.symbol[s] = va;
}

static inline uint64_t rq_of(unsigned int cpu)
{
	return AT_CPU + cpu * CPU_STEP + RQ;
}

/* Set field @f of what is at @at. */
static inline void set(struct kernel *k, uint64_t at, enum mon_field f,
		       uint64_t value)
{
	put(k, at + k->layout.field[f].at, value, k->layout.field[f].len);
}

/* A kernel of four levels with @cpus CPUs; all numbers are 0. */
static inline void kernel_make(struct kernel *k, unsigned int cpus)
{
	static const char banner[] = "Linux version 6.12";

	*k = (struct kernel){ .memory = calloc(1, MEMORY) };
	CHECK(k->memory);
	k->reach = (struct mon_memory){ .read = kernel_read, .arg = k };
	memcpy(k->memory + AT_BANNER, banner, sizeof(banner));
	put(k, AT_DIRECT, DIRECT, 8);
	kernel_symbol(k, MON_BANNER, IMAGE + AT_BANNER);
	kernel_symbol(k, MON_PHYS_BASE, IMAGE + AT_BASE);
	kernel_symbol(k, MON_PAGE_OFFSET_BASE, IMAGE + AT_DIRECT);
	kernel_symbol(k, MON_L5_ENABLED, IMAGE + AT_FIVE);
	kernel_symbol(k, MON_PER_CPU_OFFSET, IMAGE + AT_OFFSETS);
	kernel_symbol(k, MON_TOP_PGT, IMAGE + AT_TABLE);
	kernel_symbol(k, MON_RUNQUEUES, RQ);
	/* Fields of run queues, one behind the other. */
	for (unsigned int i = 0; i < MON_EVENTS; i++)
		k->layout.field[i] = (struct mon_place){ i * 8, 4 };
	k->layout.field[MON_RQ_CLOCK].len = 8;
	k->layout.field[MON_RQ_SD] = (struct mon_place){ MON_EVENTS * 8, 8 };
	for (unsigned int cpu = 0; cpu < cpus; cpu++) {
		put(k, AT_OFFSETS + cpu * 8, DIRECT + AT_CPU + cpu * CPU_STEP,
		    8);
		set(k, rq_of(cpu), MON_RQ_CPU, cpu);
		set(k, rq_of(cpu), MON_RQ_ONLINE, 1);
	}
}

static inline void reader_begin(struct kernel *k, unsigned int cpus)
{
	struct why why = { .text = "" };
	int r = mon_reader_begin(&k->reader, &k->layout, &k->reach, cpus, &why);

	if (r < 0)
		printf("# %s\n", why.text);
	CHECK_INT(r, 0);
}

static inline void kernel_done(struct kernel *k)
{
	mon_reader_done(&k->reader);
	free(k->memory);
}
