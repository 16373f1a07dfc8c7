/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tasks.bpf.h - what scx_zoo keeps of each task, and of each CPU. */
#pragma once

#include "groups.bpf.h"
#include "scx.bpf.h"

#include "zoo.h"

#define QUEUE	 0
#define SLICE_NS 5000000ULL

/* What we know about a task; the kernel frees it with the task. */
struct task_info {
	u64 vtime;
	u64 run_ns; /* its run time when it was last put on a CPU */
	s32 cpu;    /* where that was */
	u64 first;  /* the CPUs it was allowed then, a bit each; 0 before */
	struct membership member;
	bool forgotten;
};

struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct task_info);
} task_infos SEC(".maps");

/* The clock of each CPU: the virtual time of what ran there last. A common one
 * would be pushed ahead by whoever has CPUs to itself. */
static u64 cpu_clock[MAX_CPUS];

static __always_inline struct task_info *info_of(struct task_struct *p)
{
	return bpf_task_storage_get(&task_infos, p, NULL, 0);
}

static __always_inline u64 *clock_of(s32 cpu)
{
	return &cpu_clock[cpu & (MAX_CPUS - 1)];
}
