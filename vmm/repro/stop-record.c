/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmm/repro/stop-record.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/lib/cleanup.h"

/* Where both PCs that QEMU has let ACPI's timer be read: the firmware puts the
 * power management there (SeaBIOS, src/fw/pciinit.c). */
#define TIMER_COMMAND "i /w 0x608"

static int unreadable(struct why *reterr_why)
{
	return why_set(reterr_why, -ENXIO,
		       "the kernel is not where its vmlinux says");
}

/* "portl[0x0608] = 0x00a1b2c3" */
static int read_timer(struct repro_stops *s, uint32_t *ret,
		      struct why *reterr_why)
{
	auto_str struct str text = { 0 };
	int r = gdb_monitor(&s->remote, TIMER_COMMAND, &text, reterr_why);
	const char *at = strstr(str_text(&text), "= 0x");

	if (r < 0)
		return r;
	if (!at)
		return why_set(reterr_why, -ENOTSUP,
			       "QEMU does not say what time it is: '%.40s'",
			       str_text(&text));
	*ret = (uint32_t)strtoul(at + 4, NULL, 16);
	return 0;
}

static void take(const unsigned char *from, uint32_t at, void *to, size_t len)
{
	memcpy(to, from + at, len);
}

static int read_time(struct repro_stops *s, uint64_t *ret,
		     struct why *reterr_why)
{
	const struct repro_places *p = &s->places;
	unsigned char raw[128] = { 0 };
	struct repro_clock c;
	uint32_t timer = 0;
	/* All is in the timekeeper's first member. */
	int r = gdb_memory(&s->remote, p->timekeeper, raw, sizeof(raw),
			   reterr_why);

	if (r == -EFAULT)
		return unreadable(reterr_why);
	if (r == 0)
		r = read_timer(s, &timer, reterr_why);
	if (r < 0)
		return r;
	take(raw, p->mask, &c.mask, sizeof(c.mask));
	take(raw, p->cycle_last, &c.cycle_last, sizeof(c.cycle_last));
	take(raw, p->mult, &c.mult, sizeof(c.mult));
	take(raw, p->shift, &c.shift, sizeof(c.shift));
	take(raw, p->xtime_nsec, &c.xtime_nsec, sizeof(c.xtime_nsec));
	take(raw, p->base, &c.base, sizeof(c.base));
	if (c.mask != UINT64_MAX || !c.mult || c.shift > 32)
		return why_set(reterr_why, -ENOTSUP,
			       "the guest's clock is not the CPU's counter");
	*ret = repro_clock_ns(&c, timer);
	return 0;
}

/* Which task the CPU runs. */
static int read_task(struct repro_stops *s, struct repro_stop *stop,
		     struct why *reterr_why)
{
	uint64_t *offset = &s->cpu[stop->cpu].offset;
	int r = 0;

	if (!*offset)
		r = gdb_memory(&s->remote,
			       s->places.offsets + stop->cpu * sizeof(*offset),
			       offset, sizeof(*offset), reterr_why);
	if (r == 0)
		r = gdb_memory(&s->remote, *offset + s->places.current,
			       &stop->task, sizeof(stop->task), reterr_why);
	return r == -EFAULT ? unreadable(reterr_why) : r;
}

int repro_stop_where(const struct gdb_stop *where, struct gdb_remote *g,
		     struct repro_stop *ret, struct why *reterr_why)
{
	uint64_t reg[GDB_REGISTERS];
	unsigned int process, thread;
	int r;

	/* QEMU counts CPUs from 1. */
	if (sscanf(where->thread, "p%x.%x", &process, &thread) != 2 ||
	    thread < 1 || thread > REPRO_CPUS_MAX)
		return why_set(reterr_why, -EBADMSG,
			       "QEMU does not say which CPU stopped: '%s'",
			       where->thread);
	r = gdb_registers(g, where, reg, reterr_why);
	if (r < 0)
		return r;
	*ret = (struct repro_stop){
		.pc = reg[GDB_RIP],
		.sp = reg[GDB_RSP],
		.cpu = thread - 1,
		.arg = { reg[GDB_RDI], reg[GDB_RSI], reg[GDB_RDX], reg[GDB_RCX],
			 reg[GDB_R8], reg[GDB_R9] },
	};
	return 0;
}

int repro_stop_read(struct repro_stops *s, struct repro_stop *stop,
		    struct why *reterr_why)
{
	int r = read_time(s, &stop->now_ns, reterr_why);

	if (r == 0 && stop->pc != s->places.jiffy)
		r = read_task(s, stop, reterr_why);
	return r;
}

/* One piece, to @to. Return: 1; 0: it cannot be read; -errno. */
static int read_piece(struct repro_stops *s, const struct repro_piece *piece,
		      uint64_t base, void *to, struct why *reterr_why)
{
	uint64_t at = base + piece->at;
	int r = base ? 0 : -EFAULT;

	if (r == 0 && piece->hop != REPRO_NO_HOP) {
		r = gdb_memory(&s->remote, at, &base, sizeof(base), reterr_why);
		at = base + piece->hop;
		if (r == 0 && !base)
			r = -EFAULT;
	}
	if (r == 0)
		r = gdb_memory(&s->remote, at, to, piece->size, reterr_why);
	return r == -EFAULT ? 0 : r < 0 ? r : 1;
}

int repro_stop_record(struct repro_stops *s, unsigned int i,
		      const struct repro_stop *stop, struct repro_record *ret,
		      struct why *reterr_why)
{
	const struct repro_function *f = &s->plan->function[i];
	size_t used = 0;
	int r;

	*ret = (struct repro_record){ .at_ns = stop->now_ns,
				      .cpu = stop->cpu,
				      .function = (uint16_t)i,
				      .kind = REPRO_ENTRY };
	memcpy(ret->arg, stop->arg, sizeof(ret->arg));
	r = gdb_memory(&s->remote, stop->task + s->places.pid, &ret->pid,
		       sizeof(ret->pid), reterr_why);
	if (r == 0)
		r = gdb_memory(&s->remote, stop->task + s->places.comm,
			       ret->comm, sizeof(ret->comm), reterr_why);
	if (r < 0)
		return r == -EFAULT ? unreadable(reterr_why) : r;
	for (unsigned int k = 0; k < f->piece_count; k++) {
		const struct repro_piece *piece = &f->piece[k];

		r = read_piece(s, piece, ret->arg[piece->arg], ret->data + used,
			       reterr_why);
		if (r < 0)
			return r;
		if (r == 0)
			memset(ret->data + used, 0, piece->size);
		ret->valid |= (uint32_t)r << k;
		used += piece->size;
	}
	return 0;
}
