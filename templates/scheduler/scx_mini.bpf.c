// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * scx_mini - a small, fair scheduler to read, copy and change.
 *
 * The life of a task, and the callback of each stage:
 *
 *	wakes up ---> select_cpu: is a CPU idle? ---yes---> that CPU's own queue
 *	                              |no                        |
 *	slice used up ---> enqueue: into a shared queue          |
 *	                              |                          |
 *	a CPU has nothing to do -> dispatch: take from a queue   |
 *	                              |                          |
 *	                           running ... stopping <--------'
 *
 * Shared queues are sorted by virtual time: how long a task has run, divided by
 * its weight. Who has had the least runs next, so nobody starves, and shares
 *are equal for equal tasks.
 *
 * There is one queue for the whole machine, or, with --per-llc, one for the
 * CPUs behind each last-level cache: tasks then tend to stay where their data
 * is. A CPU whose queue is empty takes work from the others, so no CPU is idle
 * while a task that may run on it waits, and long queues are evened out.
 */
#include "scx_mini.h"
#include "scx.bpf.h"

char LICENSE[] SEC("license") = "GPL";

/*
 * Settings. The loader writes them before the program is loaded; from then on
 * they are constants, and the verifier prunes by them. Plain C types here: the
 * loader sees these variables too, and knows no u64.
 */
const volatile unsigned long long slice_ns = 5000000;
const volatile unsigned int queue_count = 1;
const volatile unsigned int cpu_queue[MAX_CPUS]; /* the queue of each CPU */

/* Results. The loader has this memory mapped and just reads it. */
struct mini_counts counts[MAX_CPUS];
struct exit_report exit_report;

/* Each queue's clock: the highest virtual time of a task that has run. */
static u64 clock_of[MAX_QUEUES];

/* What we know about a task; the kernel frees it with the task. */
struct task_info {
	u64 vtime;  /* virtual time, by the clock of @queue */
	u64 run_ns; /* its run time when it was last put on a CPU */
	u32 queue;
};

struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct task_info);
} task_infos SEC(".maps");

static struct task_info *info_of(struct task_struct *p)
{
	return bpf_task_storage_get(&task_infos, p, NULL, 0);
}

/* The verifier wants to see that an index is in range: hence the masks. */
static u32 queue_of_cpu(s32 cpu)
{
	return cpu_queue[cpu & (MAX_CPUS - 1)] & (MAX_QUEUES - 1);
}

static u64 *clock(u32 queue)
{
	return &clock_of[queue & (MAX_QUEUES - 1)];
}

static struct mini_counts *my_counts(void)
{
	return &counts[bpf_get_smp_processor_id() & (MAX_CPUS - 1)];
}

/*
 * How long @p may run before the others get their turn: twice as long with
 * twice the weight. The order of the queue alone would not do: where a single
 * task waits for a CPU, it is always the first in its queue, whatever its time.
 */
static u64 slice_of(const struct task_struct *p)
{
	u32 weight = p->scx.weight; /* 100 is nice 0; 1 to 10000 */

	if (weight < 10)
		weight = 10;
	if (weight > 1000)
		weight = 1000;
	return slice_ns * weight / 100;
}

/*
 * A task wakes up: where shall it run? The kernel's own search for an idle CPU
 * knows caches and hardware threads. If there is one the task goes straight to
 * it, and enqueue is skipped. The CPU we return is only a hint otherwise.
 */
s32 SCX_OP(mini_select_cpu, struct task_struct *p, s32 prev_cpu, u64 wake_flags)
{
	bool idle = false;
	s32 cpu = scx_bpf_select_cpu_dfl(p, prev_cpu, wake_flags, &idle);

	if (idle) {
		my_counts()->direct++;
		scx_insert(p, SCX_DSQ_LOCAL, slice_of(p), 0);
	}
	return cpu;
}

/* A clock runs at its queue's own pace: move @info over to another one. */
static void move_to_queue(struct task_info *info, u32 queue)
{
	if (info->queue == queue)
		return;
	info->vtime += *clock(queue) - *clock(info->queue);
	info->queue = queue;
}

/* A task has to wait: it woke up and no CPU was idle, or its slice is over. */
void SCX_OP(mini_enqueue, struct task_struct *p, u64 enq_flags)
{
	u32 queue = queue_of_cpu(scx_bpf_task_cpu(p));
	struct task_info *info = info_of(p);
	u64 earliest;
	s32 cpu;

	if (!info)
		return; /* cannot be: init_task made it */
	move_to_queue(info, queue);

	/* Sleeping earns credit for one slice, not for the whole night. */
	earliest = *clock(queue) - slice_ns;
	if (time_before(info->vtime, earliest))
		info->vtime = earliest;

	my_counts()->queued++;
	scx_insert_vtime(p, queue, slice_of(p), info->vtime, enq_flags);

	/*
	 * An idle CPU does not look at queues by itself. Without this a task
	 * whose slice is over would wait here while another CPU has nothing to
	 * do, because that one went idle when there was no task for it.
	 */
	cpu = scx_bpf_pick_idle_cpu(p->cpus_ptr, 0);
	if (cpu >= 0)
		scx_bpf_kick_cpu(cpu, SCX_KICK_IDLE);
}

/* Take the first task of @queue that may run on this CPU, whose own is @mine.
 */
static bool take(u32 queue, u32 mine)
{
	if (!scx_take(queue))
		return false;
	if (queue != mine)
		my_counts()->stolen++;
	return true;
}

/* Another queue with at least two more tasks than @mine, else @mine. */
static u32 longest_queue(u32 mine)
{
	s32 most = scx_bpf_dsq_nr_queued(mine) + 1;
	u32 longest = mine;
	u32 queue;

	bpf_for(queue, 0, queue_count)
	{
		s32 queued = scx_bpf_dsq_nr_queued(queue);

		if (queued > most) {
			most = queued;
			longest = queue;
		}
	}
	return longest;
}

/*
 * A CPU needs work. Queues that differ much in length are evened out, because
 * tasks behind a busy cache would get less than the others. Else our own queue
 * is first, and those of the other caches follow. @prev is the task that has
 * just run here, or NULL; if it could go on and nobody else wants the CPU, it
 * gets another slice.
 */
void SCX_OP(mini_dispatch, s32 cpu, struct task_struct *prev)
{
	u32 mine = queue_of_cpu(cpu);
	u32 i;

	if (queue_count > 1 && take(longest_queue(mine), mine))
		return;
	bpf_for(i, 0, queue_count)
	{
		if (take((mine + i) % queue_count, mine))
			return;
	}
	if (prev && (prev->scx.flags & SCX_TASK_QUEUED))
		scx_set_slice(prev, slice_of(prev));
}

/* @p is put on a CPU. */
void SCX_OP(mini_running, struct task_struct *p)
{
	struct task_info *info = info_of(p);
	u64 *now;

	if (!info)
		return;
	info->run_ns = p->se.sum_exec_runtime;
	/* Two CPUs may do this at once; the clock is right again a moment
	 * later. */
	now = clock(info->queue);
	if (time_before(*now, info->vtime))
		*now = info->vtime;
}

/* @p leaves its CPU: charge what it used, less for a heavier task. */
void SCX_OP(mini_stopping, struct task_struct *p, bool runnable)
{
	struct task_info *info = info_of(p);
	u64 used_ns;

	if (!info)
		return;
	used_ns = p->se.sum_exec_runtime - info->run_ns;
	info->vtime += used_ns * 100 / p->scx.weight;
}

/* A task is born, or was there before us. May sleep, so it may allocate. */
s32 SCX_OP_SLEEPABLE(mini_init_task, struct task_struct *p,
		     struct scx_init_task_args *args)
{
	struct task_info *info;

	info = bpf_task_storage_get(&task_infos, p, NULL,
				    BPF_LOCAL_STORAGE_GET_F_CREATE);
	return info ? 0 : -12 /* -ENOMEM */;
}

/* @p becomes ours: it starts level with the others, without credit or debt. */
void SCX_OP(mini_enable, struct task_struct *p)
{
	struct task_info *info = info_of(p);

	if (!info)
		return;
	info->queue = queue_of_cpu(scx_bpf_task_cpu(p));
	info->vtime = *clock(info->queue);
}

s32 SCX_OP_SLEEPABLE(mini_init)
{
	u32 queue;

	bpf_for(queue, 0, queue_count)
	{
		s32 error = scx_bpf_create_dsq(queue, NUMA_NO_NODE);

		if (error)
			return error;
	}
	return 0;
}

/* The kernel has let go of us: keep the reason for the loader. */
void SCX_OP(mini_exit, struct scx_exit_info *info)
{
	bpf_probe_read_kernel_str(exit_report.reason,
				  sizeof(exit_report.reason), info->reason);
	bpf_probe_read_kernel_str(exit_report.message,
				  sizeof(exit_report.message), info->msg);
	exit_report.code = info->exit_code;
	/* An atomic exchange orders: who sees the kind sees the rest. */
	__sync_lock_test_and_set(&exit_report.kind, info->kind);
}

SEC(".struct_ops.link")
struct sched_ext_ops mini_ops = {
	.select_cpu = (void *)mini_select_cpu,
	.enqueue = (void *)mini_enqueue,
	.dispatch = (void *)mini_dispatch,
	.running = (void *)mini_running,
	.stopping = (void *)mini_stopping,
	.init_task = (void *)mini_init_task,
	.enable = (void *)mini_enable,
	.init = (void *)mini_init,
	.exit = (void *)mini_exit,
	.timeout_ms = 5000, /* if a task waits longer, the kernel ends us */
	.name = "mini",
};
