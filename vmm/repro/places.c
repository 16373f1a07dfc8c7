/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmm/repro/places.h"

#include <bpf/btf.h>
#include <errno.h>
#include <stddef.h>

#include "vmm/mon/resolve.h"
#include "vmm/symbols.h"

/* ACPI's timer: https://uefi.org/specs/ACPI, "Power Management Timer". */
#define TIMER_HZ   3579545
#define TIMER_MASK UINT64_C(0xffffff)
#define NS_IN_S	   1000000000

/* Before 6.13 the structure around it has no name: a sequence counter of 4
 * bytes is before it, kernel/time/timekeeping.c. */
#define TIMEKEEPER_AT 8

static int find_structure(const struct btf *btf, const char *name,
			  __u32 *ret_id, struct why *reterr_why)
{
	__s32 id = btf__find_by_name_kind(btf, name, BTF_KIND_STRUCT);

	if (id <= 0)
		return why_set(reterr_why, -ENOTSUP,
			       "this kernel's BTF has no 'struct %s'", name);
	*ret_id = (__u32)id;
	return 0;
}

static int find_members(const struct btf *btf, struct repro_places *p,
			struct why *reterr_why)
{
	const struct {
		const char *type, *path;
		uint32_t *at;
	} members[] = {
		{ "timekeeper", "tkr_mono.mask", &p->mask },
		{ "timekeeper", "tkr_mono.cycle_last", &p->cycle_last },
		{ "timekeeper", "tkr_mono.mult", &p->mult },
		{ "timekeeper", "tkr_mono.shift", &p->shift },
		{ "timekeeper", "tkr_mono.xtime_nsec", &p->xtime_nsec },
		{ "timekeeper", "tkr_mono.base", &p->base },
		{ "task_struct", "pid", &p->pid },
		{ "task_struct", "comm", &p->comm },
	};

	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
		__u32 id = 0;
		int r = find_structure(btf, members[i].type, &id, reterr_why);

		if (r == 0 &&
		    !mon_find_member(btf, id, members[i].path, members[i].at))
			r = why_set(reterr_why, -ENOTSUP,
				    "this kernel's BTF has no '%s' in 'struct "
				    "%s'",
				    members[i].path, members[i].type);
		if (r < 0)
			return r;
	}
	return 0;
}

/* Where a CPU's part says which task it runs: in a structure of much used
 * variables from 6.2 to 6.14, else by itself. */
static int find_current(const char *vmlinux, const struct btf *btf,
			uint64_t *ret, struct why *reterr_why)
{
	uint32_t at = 0;
	uint64_t hot;
	__u32 id = 0;

	if (symbols_find_variable(vmlinux, "pcpu_hot", &hot, NULL) < 0)
		return symbols_find_variable(vmlinux, "current_task", ret,
					     reterr_why);
	int r = find_structure(btf, "pcpu_hot", &id, reterr_why);
	if (r == 0 && !mon_find_member(btf, id, "current_task", &at))
		r = why_set(reterr_why, -ENOTSUP,
			    "this kernel's BTF does not say which task runs");
	if (r == 0)
		*ret = hot + at;
	return r;
}

static int find_timekeeper(const char *vmlinux, const struct btf *btf,
			   uint64_t *ret, struct why *reterr_why)
{
	__s32 id = btf__find_by_name_kind(btf, "tk_data", BTF_KIND_STRUCT);
	uint32_t at = TIMEKEEPER_AT;
	int r = symbols_find_variable(vmlinux, "tk_core", ret, reterr_why);

	if (r == 0 && id > 0 &&
	    !mon_find_member(btf, (__u32)id, "timekeeper", &at))
		r = why_set(reterr_why, -ENOTSUP,
			    "this kernel's clock is not where it is known");
	*ret += at;
	return r;
}

int repro_places_find(const char *vmlinux, const struct btf *btf,
		      struct repro_places *ret, struct why *reterr_why)
{
	static const char *const load[] = { "bpf_scx_reg", NULL };
	static const char *const jiffy[] = { "update_wall_time", NULL };
	struct repro_places p = { 0 };
	const char *name;
	__u32 ops = 0;
	int r = symbols_find(vmlinux, load, &p.load, &name, reterr_why);

	if (r == 0)
		r = symbols_find(vmlinux, jiffy, &p.jiffy, &name, reterr_why);
	if (r == 0)
		r = symbols_find_variable(vmlinux, "__per_cpu_offset",
					  &p.offsets, reterr_why);
	if (r == 0)
		r = find_timekeeper(vmlinux, btf, &p.timekeeper, reterr_why);
	if (r == 0)
		r = find_current(vmlinux, btf, &p.current, reterr_why);
	if (r == 0)
		r = find_members(btf, &p, reterr_why);
	if (r == 0)
		r = find_structure(btf, "sched_ext_ops", &ops, reterr_why);
	if (r < 0)
		return r;
	p.ops_bytes = (uint32_t)btf__resolve_size(btf, ops);
	*ret = p;
	return 0;
}

/* Whole units of the timer in so many ns, and back; QEMU rounds down, too
 * (acpi_pm_tmr_get() in hw/acpi/core.c). */
static uint64_t units(uint64_t ns)
{
	return (uint64_t)((unsigned __int128)ns * TIMER_HZ / NS_IN_S);
}

uint64_t repro_clock_ns(const struct repro_clock *c, uint32_t timer)
{
	uint64_t last = units(c->cycle_last);
	uint64_t passed = (timer - last) & TIMER_MASK;
	uint64_t now = (uint64_t)((unsigned __int128)(last + passed) * NS_IN_S /
				  TIMER_HZ);
	uint64_t cycles = now > c->cycle_last ? now - c->cycle_last : 0;

	return c->base + (uint64_t)(((unsigned __int128)cycles * c->mult +
				     c->xtime_nsec) >>
				    c->shift);
}
