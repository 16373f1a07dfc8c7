/* SPDX-License-Identifier: GPL-2.0-or-later */
/* faults.bpf.h - is the fault on now? And what single ones do. */
#pragma once

#include "scx.bpf.h"

#include "zoo.h"

int bpf_iter_scx_dsq_new(struct bpf_iter_scx_dsq *it, u64 dsq_id,
			 u64 flags) __ksym;
struct task_struct *bpf_iter_scx_dsq_next(struct bpf_iter_scx_dsq *it) __ksym;
void bpf_iter_scx_dsq_destroy(struct bpf_iter_scx_dsq *it) __ksym;
const struct cpumask *scx_bpf_get_idle_cpumask(void) __ksym;
void scx_bpf_put_idle_cpumask(const struct cpumask *mask) __ksym;
bool scx_bpf_test_and_clear_cpu_idle(s32 cpu) __ksym;
bool bpf_cpumask_test_cpu(u32 cpu, const struct cpumask *mask) __ksym;
void scx_bpf_error_bstr(char *fmt, unsigned long long *data,
			u32 data__sz) __ksym;

/* The kernel ends us, and tells this. */
#define scx_error(text)                                                        \
	({                                                                     \
		static char words[] = text;                                    \
		unsigned long long none = 0;                                   \
		scx_bpf_error_bstr(words, &none, sizeof(none));                \
	})

/* Settings of the loader. The verifier drops the code of all other faults. */
const volatile unsigned int fault;
const volatile unsigned long long fault_after_ns;
const volatile unsigned int fault_percent = 100;
const volatile unsigned int cpu_count = 1;
const volatile unsigned int cpu_llc[MAX_CPUS];
const volatile unsigned int cpu_core[MAX_CPUS];

static u64 loaded_at;

static __always_inline bool faulty(enum zoo_fault which)
{
	if (fault != which)
		return false;
	if (fault_after_ns && bpf_ktime_get_ns() - loaded_at < fault_after_ns)
		return false;
	return fault_percent >= 100 ||
	       bpf_get_prandom_u32() % 100 < fault_percent;
}

/* Faults are for what tests run: without its kernel threads no guest lives. */
static __always_inline bool is_user(const struct task_struct *p)
{
	return !(p->flags & 0x00200000 /* PF_KTHREAD */);
}

static __always_inline bool may_run_on(const struct task_struct *p, u32 cpu)
{
	return bpf_cpumask_test_cpu(cpu, p->cpus_ptr);
}

/* The CPUs that @p may use now, a bit for each of the first 64. */
static __always_inline u64 cpus_of(const struct task_struct *p)
{
	u64 cpus = 0;
	u32 cpu;

	bpf_for(cpu, 0, cpu_count)
	{
		if (cpu < 64 && may_run_on(p, cpu))
			cpus |= 1ULL << cpu;
	}
	return cpus;
}

/* May @p use CPUs that it might not when it had @first, and some of these? */
static __always_inline bool has_grown(const struct task_struct *p, u64 first)
{
	u64 cpus = cpus_of(p);

	return (cpus & first) && (cpus & ~first);
}

/* One of those of @first that @p may use; its own if there is none. */
static __always_inline s32 random_cpu_of(const struct task_struct *p, u64 first)
{
	u32 from = bpf_get_prandom_u32(), i;

	bpf_for(i, 0, cpu_count)
	{
		u32 cpu = (from + i) % cpu_count;

		if (cpu < 64 && (first >> cpu & 1) && may_run_on(p, cpu))
			return (s32)cpu;
	}
	return scx_bpf_task_cpu(p);
}

/* An idle CPU for @p behind another cache than @prev's; -1 if there is none. */
static __always_inline s32 idle_far_from(const struct task_struct *p, s32 prev)
{
	u32 here = cpu_llc[prev & (MAX_CPUS - 1)];
	u32 cpu;

	bpf_for(cpu, 0, cpu_count)
	{
		if (cpu_llc[cpu & (MAX_CPUS - 1)] != here &&
		    may_run_on(p, cpu) && scx_bpf_test_and_clear_cpu_idle(cpu))
			return cpu;
	}
	return -1;
}

/* Does another thread of the core of @cpu work? */
static __always_inline bool core_is_busy(const struct cpumask *idle, u32 cpu)
{
	u32 core = cpu_core[cpu & (MAX_CPUS - 1)];
	u32 other;

	bpf_for(other, 0, cpu_count)
	{
		if (other != cpu && cpu_core[other & (MAX_CPUS - 1)] == core &&
		    !bpf_cpumask_test_cpu(other, idle))
			return true;
	}
	return false;
}

/* An idle CPU beside a busy one of the same core; -1 if there is none. */
static __always_inline s32 idle_beside_busy(const struct task_struct *p)
{
	const struct cpumask *idle = scx_bpf_get_idle_cpumask();
	s32 found = -1;
	u32 cpu;

	bpf_for(cpu, 0, cpu_count)
	{
		if (!may_run_on(p, cpu) || !core_is_busy(idle, cpu) ||
		    !scx_bpf_test_and_clear_cpu_idle(cpu))
			continue;
		found = cpu;
		break;
	}
	scx_bpf_put_idle_cpumask(idle);
	return found;
}

static __always_inline void burn_time(void)
{
	u32 i;

	/* Some 6 instructions a round, of 8 ns each in a small machine. */
	bpf_for(i, 0, 20000) barrier_var(i);
}

/* One of the CPUs that @p may use; @p's own when the dice fail. */
static __always_inline s32 random_cpu(const struct task_struct *p)
{
	u32 cpu = bpf_get_prandom_u32() % cpu_count;

	return may_run_on(p, cpu) ? (s32)cpu : scx_bpf_task_cpu(p);
}
