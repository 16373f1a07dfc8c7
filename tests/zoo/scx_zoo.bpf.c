// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * scx_zoo - a fair scheduler that can be given one fault.
 *
 * Without a fault it does what a test may ask for: all tasks wait in one queue
 * that is sorted by virtual time, so no CPU is idle beside a task that it may
 * run. Virtual time passes faster for who is due less: what a task has used is
 * multiplied, level by level up the cgroups, by the weights of all that run
 * there over its own.
 *
 * Each place where a fault changes something begins with "if (faulty(...))";
 * zoo.h lists them, faults.bpf.h says when they are on.
 */
#include "faults.bpf.h"
#include "groups.bpf.h"
#include "tasks.bpf.h"

char LICENSE[] SEC("license") = "GPL";

struct exit_report exit_report;

/* FAULT_LEAK: an entry for each task that ever was. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 384);
	__type(key, int);
	__type(value, int);
} leak SEC(".maps");

static u64 queued_total;

static __always_inline u64 slice(void)
{
	if (faulty(FAULT_ENDLESS_SLICE))
		return SCX_SLICE_INF;
	return faulty(FAULT_TINY_SLICE) ? 20000 : SLICE_NS;
}

/* What @p has to pay for @ns of a CPU. */
static __always_inline u64 charge(const struct task_info *info, u64 ns)
{
	if (faulty(FAULT_IGNORE_WEIGHTS))
		return ns;
	return groups_charge(&info->member, ns);
}

/* The CPU that a fault wants for a task that wakes, or -1. */
static __always_inline s32 wrong_cpu(struct task_struct *p, s32 prev)
{
	if (faulty(FAULT_FIXED_WAKE) && may_run_on(p, 0))
		return 0;
	if (faulty(FAULT_FAR_LLC))
		return idle_far_from(p, prev);
	if (faulty(FAULT_SMT_FIRST))
		return idle_beside_busy(p);
	return -1;
}

s32 SCX_OP(zoo_select_cpu, struct task_struct *p, s32 prev_cpu, u64 wake_flags)
{
	bool idle = false;
	s32 cpu;

	if (faulty(FAULT_SLOW_SELECT))
		burn_time();
	if (is_user(p)) {
		cpu = wrong_cpu(p, prev_cpu);
		if (cpu >= 0) {
			scx_insert(p, SCX_DSQ_LOCAL, slice(), 0);
			return cpu;
		}
	}
	cpu = scx_bpf_select_cpu_dfl(p, prev_cpu, wake_flags, &idle);
	/* Faults of enqueue want to see every task of a test. */
	if (idle && (fault == FAULT_NONE || !is_user(p)))
		scx_insert(p, SCX_DSQ_LOCAL, SLICE_NS, 0);
	return cpu;
}

/* Faults that tell the kernel of an error, which ends us in a moment. */
static __always_inline void report_errors(void)
{
	s32 waiting = scx_bpf_dsq_nr_queued(QUEUE);

	if (faulty(FAULT_CRASH))
		scx_error("an error without a cause");
	if (waiting >= 8 && faulty(FAULT_ERROR_BUSY))
		scx_error("too many tasks wait");
}

/* One task, when all is under way. */
static __always_inline bool forget_now(void)
{
	static u32 done;

	return queued_total > 50 && faulty(FAULT_FORGET) &&
	       !__sync_lock_test_and_set(&done, 1);
}

/* Has a fault put @p somewhere, or nowhere? */
static __always_inline bool misplace(struct task_struct *p,
				     struct task_info *info, u64 enq_flags)
{
	u64 on = SCX_DSQ_LOCAL_ON;

	if (info->forgotten || forget_now()) {
		info->forgotten = true;
		return true;
	}
	if (faulty(FAULT_DOUBLE_INSERT))
		scx_insert(p, QUEUE, SLICE_NS, enq_flags);
	if (faulty(FAULT_DEAD_QUEUE)) {
		scx_insert(p, 77, SLICE_NS, enq_flags);
		return true;
	}
	if (faulty(FAULT_SCATTER) || faulty(FAULT_DEGRADE)) {
		scx_insert(p, on | random_cpu(p), SLICE_NS, enq_flags);
		return true;
	}
	if (faulty(FAULT_IGNORE_AFFINITY)) {
		scx_insert(p, on | (bpf_get_prandom_u32() % cpu_count),
			   SLICE_NS, enq_flags);
		return true;
	}
	if (faulty(FAULT_STALE_CPUSET) && has_grown(p, info->first)) {
		scx_insert(p, on | random_cpu_of(p, info->first), SLICE_NS,
			   enq_flags);
		return true;
	}
	return false;
}

/* Where @p stands in the queue. */
static __always_inline u64 place(struct task_struct *p, struct task_info *info,
				 u64 enq_flags)
{
	u64 now = *clock_of(scx_bpf_task_cpu(p)),
	    a_slice = charge(info, SLICE_NS);
	u64 earliest = now - a_slice;

	/* Nor does a time with a CPU of its own leave debts, or who had less
	 * would go first for as long. */
	if (time_before(now + a_slice, info->vtime))
		info->vtime = now + a_slice;
	/* Sleep earns credit for one slice, not for the whole night. */
	if ((enq_flags & SCX_ENQ_WAKEUP) && !faulty(FAULT_NO_CLAMP) &&
	    time_before(info->vtime, earliest))
		info->vtime = earliest;
	if (faulty(FAULT_NEWEST_FIRST))
		return -bpf_ktime_get_ns();
	if (faulty(FAULT_STARVE_CGROUP) && groups_is_newest(&info->member))
		return info->vtime + (1ULL << 50);
	return info->vtime;
}

void SCX_OP(zoo_enqueue, struct task_struct *p, u64 enq_flags)
{
	struct task_info *info = info_of(p);
	s32 cpu;

	if (!info)
		return; /* cannot be: init_task made it */
	if (faulty(FAULT_REJECT))
		*(volatile u64 *)enq_flags = 1;
	if (is_user(p)) {
		__sync_fetch_and_add(&queued_total, 1);
		report_errors();
		if (misplace(p, info, enq_flags))
			return;
	}
	scx_insert_vtime(p, QUEUE, slice(), place(p, info, enq_flags),
			 enq_flags);
	if (faulty(FAULT_LAZY))
		return;
	/* An idle CPU does not look at the queue by itself. */
	cpu = scx_bpf_pick_idle_cpu(p->cpus_ptr, 0);
	if (cpu >= 0)
		scx_bpf_kick_cpu(cpu, SCX_KICK_IDLE);
}

/* Does a fault keep @cpu from taking a task? */
static __always_inline bool sits_out(s32 cpu)
{
	static u32 turn;

	if (faulty(FAULT_STALL) || (faulty(FAULT_SKIP_CPU) && cpu == 1))
		return true;
	if (faulty(FAULT_LAZY) && scx_bpf_dsq_nr_queued(QUEUE) < 3)
		return cpu & 1;
	if (faulty(FAULT_DEGRADE))
		return turn++ % 2;
	return faulty(FAULT_SLOW) && turn++ % 4;
}

/* The virtual time of @p, which runs. */
static __always_inline u64 vtime_now(const struct task_struct *p,
				     const struct task_info *info)
{
	return info->vtime +
	       charge(info, p->se.sum_exec_runtime - info->run_ns);
}

/* @prev gets another slice on @cpu. */
static __always_inline void go_on(struct task_struct *prev, s32 cpu)
{
	struct task_info *info = info_of(prev);

	if (info)
		*clock_of(cpu) = vtime_now(prev, info);
	scx_set_slice(prev, slice());
}

/* Is @prev, whose slice is over, still due before all that wait for @cpu? */
static __always_inline bool is_first(struct task_struct *prev, s32 cpu)
{
	struct task_info *info = info_of(prev);
	struct task_struct *p;
	u64 mine;

	if (!info)
		return false;
	mine = vtime_now(prev, info);
	bpf_for_each(scx_dsq, p, QUEUE, 0)
	{
		if (may_run_on(p, cpu))
			return time_before(mine, p->scx.dsq_vtime);
	}
	return true;
}

/* @prev has just run on @cpu, and could go on; or is NULL. */
void SCX_OP(zoo_dispatch, s32 cpu, struct task_struct *prev)
{
	bool goes_on = prev && (prev->scx.flags & SCX_TASK_QUEUED);

	if (sits_out(cpu))
		return;
	if (goes_on && is_first(prev, cpu))
		go_on(prev, cpu);
	else if (!scx_take(QUEUE) && goes_on)
		go_on(prev, cpu);
}

void SCX_OP(zoo_runnable, struct task_struct *p, u64 enq_flags)
{
	struct task_info *info = info_of(p);

	if (info)
		groups_enter(p, &info->member);
}

void SCX_OP(zoo_quiescent, struct task_struct *p, u64 deq_flags)
{
	struct task_info *info = info_of(p);

	if (info)
		groups_leave(&info->member);
}

void SCX_OP(zoo_running, struct task_struct *p)
{
	struct task_info *info = info_of(p);
	s32 cpu = scx_bpf_task_cpu(p);

	if (!info)
		return;
	if (faulty(FAULT_LOSE_VTIME) && info->cpu != cpu)
		info->vtime = *clock_of(cpu) - (1ULL << 34);
	if (!info->first)
		info->first = cpus_of(p);
	info->run_ns = p->se.sum_exec_runtime;
	info->cpu = cpu;
	*clock_of(cpu) = info->vtime;
}

void SCX_OP(zoo_stopping, struct task_struct *p, bool runnable)
{
	struct task_info *info = info_of(p);

	if (info)
		info->vtime = vtime_now(p, info);
}

/* May sleep, so it may allocate. */
s32 SCX_OP_SLEEPABLE(zoo_init_task, struct task_struct *p,
		     struct scx_init_task_args *args)
{
	struct task_info *info;
	int one = 1, pid = p->pid;

	if (faulty(FAULT_LEAK) && bpf_map_update_elem(&leak, &pid, &one, 0))
		return -12 /* -ENOMEM */;
	info = bpf_task_storage_get(&task_infos, p, NULL,
				    BPF_LOCAL_STORAGE_GET_F_CREATE);
	return info ? 0 : -12;
}

/* @p becomes ours: it starts level with the others, without credit or debt. */
void SCX_OP(zoo_enable, struct task_struct *p)
{
	struct task_info *info = info_of(p);

	if (!info)
		return;
	info->first = 0;
	info->cpu = scx_bpf_task_cpu(p);
	info->vtime = *clock_of(info->cpu);
}

/* There is nothing to do; without these the kernel would end us. */
void SCX_OP(zoo_cpu_online, s32 cpu)
{
}

void SCX_OP(zoo_cpu_offline, s32 cpu)
{
}

s32 SCX_OP_SLEEPABLE(zoo_cgroup_init, struct cgroup *cgrp,
		     struct scx_cgroup_init_args *args)
{
	if (faulty(FAULT_ONE_CGROUP) && cgrp->level > 0 && groups_count() > 1)
		return -28 /* -ENOSPC */;
	return groups_add(cgrp, args->weight);
}

void SCX_OP(zoo_cgroup_exit, struct cgroup *cgrp)
{
	groups_remove(cgrp);
}

void SCX_OP(zoo_cgroup_set_weight, struct cgroup *cgrp, u32 weight)
{
	groups_set_weight(cgrp, weight);
}

/* The verifier tells of each of the rounds, some 8 MB, before it refuses. */
static __always_inline void refuse_at_length(void)
{
	u64 i;

	for (i = 0; i < 20000; i++)
		barrier_var(i);
	*(volatile u64 *)i = 1;
}

s32 SCX_OP_SLEEPABLE(zoo_init)
{
	u32 x = 0;
	s32 cpu;

	while (fault == FAULT_REJECT_SLOW && x != 42)
		x += bpf_get_prandom_u32() & 3;
	if (fault == FAULT_REJECT_LONG)
		refuse_at_length();
	loaded_at = bpf_ktime_get_ns();
	bpf_for(cpu, 0, cpu_count)
	{
		if (faulty(FAULT_INIT_CPU) && cpu != 0)
			return -22 /* -EINVAL */;
		*clock_of(cpu) = 0;
	}
	return scx_bpf_create_dsq(QUEUE, NUMA_NO_NODE);
}

/* The kernel has let go of us: keep the reason for the loader. */
void SCX_OP(zoo_exit, struct scx_exit_info *info)
{
	bpf_probe_read_kernel_str(exit_report.reason,
				  sizeof(exit_report.reason), info->reason);
	bpf_probe_read_kernel_str(exit_report.message,
				  sizeof(exit_report.message), info->msg);
	/* An atomic exchange orders: who sees the kind sees the rest. */
	__sync_lock_test_and_set(&exit_report.kind, info->kind);
}

SEC(".struct_ops.link")
struct sched_ext_ops zoo_ops = {
	.select_cpu = (void *)zoo_select_cpu,
	.enqueue = (void *)zoo_enqueue,
	.dispatch = (void *)zoo_dispatch,
	.runnable = (void *)zoo_runnable,
	.running = (void *)zoo_running,
	.stopping = (void *)zoo_stopping,
	.quiescent = (void *)zoo_quiescent,
	.init_task = (void *)zoo_init_task,
	.enable = (void *)zoo_enable,
	.cpu_online = (void *)zoo_cpu_online,
	.cpu_offline = (void *)zoo_cpu_offline,
	.cgroup_init = (void *)zoo_cgroup_init,
	.cgroup_exit = (void *)zoo_cgroup_exit,
	.cgroup_set_weight = (void *)zoo_cgroup_set_weight,
	.init = (void *)zoo_init,
	.exit = (void *)zoo_exit,
	.timeout_ms = 5000, /* if a task waits longer, the kernel ends us */
	.name = "zoo",
};
