/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * scx.bpf.h - the few things of sched_ext that every BPF scheduler needs.
 *
 * The kernel's functions for schedulers are "kfuncs": declared here, looked up
 * in the running kernel's BTF when the program is loaded. A __weak one may be
 * absent; the loader then resolves bpf_ksym_exists() to false and the verifier
 * throws the dead branch away, so that one binary serves several kernels.
 */
#pragma once

/* Newer bpftools put kfuncs into vmlinux.h; we declare the ones that we use. */
#define BPF_NO_KFUNC_PROTOTYPES
#include "vmlinux.h"

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

/* A queue has no home node. */
#define NUMA_NO_NODE (-1)

s32 scx_bpf_create_dsq(u64 dsq_id, s32 node) __ksym;
s32 scx_bpf_dsq_nr_queued(u64 dsq_id) __ksym;
s32 scx_bpf_select_cpu_dfl(struct task_struct *p, s32 prev_cpu, u64 wake_flags,
			   bool *is_idle) __ksym;
s32 scx_bpf_pick_idle_cpu(const cpumask_t *cpus_allowed, u64 flags) __ksym;
s32 scx_bpf_task_cpu(const struct task_struct *p) __ksym;
void scx_bpf_kick_cpu(s32 cpu, u64 flags) __ksym;

/* Linux 6.12 */
void scx_bpf_dispatch(struct task_struct *p, u64 dsq_id, u64 slice,
		      u64 enq_flags) __ksym __weak;
void scx_bpf_dispatch_vtime(struct task_struct *p, u64 dsq_id, u64 slice,
			    u64 vtime, u64 enq_flags) __ksym __weak;
bool scx_bpf_consume(u64 dsq_id) __ksym __weak;

/* Linux 6.13 and newer: the same under better names */
void scx_bpf_dsq_insert(struct task_struct *p, u64 dsq_id, u64 slice,
			u64 enq_flags) __ksym __weak;
void scx_bpf_dsq_insert_vtime(struct task_struct *p, u64 dsq_id, u64 slice,
			      u64 vtime, u64 enq_flags) __ksym __weak;
bool scx_bpf_dsq_move_to_local(u64 dsq_id) __ksym __weak;

/* Linux 6.19 and newer; a plain store before that */
bool scx_bpf_task_set_slice(struct task_struct *p, u64 slice) __ksym __weak;

/* Put @p at the end of a queue; SCX_DSQ_LOCAL is the CPU's own. */
static inline void scx_insert(struct task_struct *p, u64 dsq_id, u64 slice,
			      u64 enq_flags)
{
	if (bpf_ksym_exists(scx_bpf_dsq_insert))
		scx_bpf_dsq_insert(p, dsq_id, slice, enq_flags);
	else
		scx_bpf_dispatch(p, dsq_id, slice, enq_flags);
}

/* Put @p into a queue that is sorted by @vtime. Never a built-in queue. */
static inline void scx_insert_vtime(struct task_struct *p, u64 dsq_id,
				    u64 slice, u64 vtime, u64 enq_flags)
{
	if (bpf_ksym_exists(scx_bpf_dsq_insert_vtime))
		scx_bpf_dsq_insert_vtime(p, dsq_id, slice, vtime, enq_flags);
	else
		scx_bpf_dispatch_vtime(p, dsq_id, slice, vtime, enq_flags);
}

/* Move the first task of a queue that may run here to this CPU. */
static inline bool scx_take(u64 dsq_id)
{
	if (bpf_ksym_exists(scx_bpf_dsq_move_to_local))
		return scx_bpf_dsq_move_to_local(dsq_id);
	return scx_bpf_consume(dsq_id);
}

static inline void scx_set_slice(struct task_struct *p, u64 slice)
{
	if (bpf_ksym_exists(scx_bpf_task_set_slice))
		scx_bpf_task_set_slice(p, slice);
	else
		p->scx.slice = slice;
}

/* Which of two times comes first, also when the counter has wrapped. */
static inline bool time_before(u64 a, u64 b)
{
	return (s64)(a - b) < 0;
}

/*
 * A callback of the scheduler. BPF_PROG() unpacks the arguments. A sleepable
 * one (section "struct_ops.s") may allocate, which creating queues needs.
 */
#define SCX_OP(name, args...) SEC("struct_ops/" #name) BPF_PROG(name, ##args)
#define SCX_OP_SLEEPABLE(name, args...)                                        \
	SEC("struct_ops.s/" #name) BPF_PROG(name, ##args)
