/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * groups.bpf.h - the weights of cgroups, level by level.
 *
 * Each cgroup has a place in an array, and there the sum of the weights of what
 * runs directly in it: its runnable tasks, and the cgroups below that have any.
 * A task's share of the machine is its weight over its cgroup's sum, times the
 * cgroup's weight over the sum of the next level, and so on.
 */
#pragma once

#include "faults.bpf.h"
#include "scx.bpf.h"

#define MAX_GROUPS 256 /* a power of two */
#define MAX_DEPTH  6

struct cgroup *scx_bpf_task_cgroup(struct task_struct *p) __ksym;
struct cgroup *bpf_cgroup_ancestor(struct cgroup *cgrp, int level) __ksym;
void bpf_cgroup_release(struct cgroup *cgrp) __ksym;

struct group {
	u64 sum;     /* of the weights of what runs in it */
	u32 weight;  /* its own, beside its siblings; 100 is usual */
	u32 counted; /* what of it is in the parent's sum now */
	u32 parent;
	u32 used;
};

/* What a task adds to the sum of its cgroup while it is runnable. */
struct membership {
	u32 group, weight;
	bool entered;
};

struct {
	__uint(type, BPF_MAP_TYPE_CGRP_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, u32);
} group_of SEC(".maps");

/* The first is the root, and of whatever finds no place. */
static struct group groups[MAX_GROUPS];
static u32 newest;

/* Hidden, or its map could be mapped by the loader, which locks forbid. */
__hidden struct bpf_spin_lock groups_lock SEC(".data.groups_lock");

/* The compiler knows some ranges that the verifier does not, and would leave
 * the mask out. */
static __always_inline struct group *group_at(u32 place)
{
	barrier_var(place);
	return &groups[place & (MAX_GROUPS - 1)];
}

static __always_inline u32 place_of(struct cgroup *cgrp)
{
	u32 *place = bpf_cgrp_storage_get(&group_of, cgrp, NULL, 0);

	return place ? *place : 0;
}

static __always_inline u32 groups_count(void)
{
	u32 i, n = 0;

	bpf_for(i, 1, MAX_GROUPS) n += group_at(i)->used;
	return n;
}

/* Is the task of @m in the cgroup that was made last? */
static __always_inline bool groups_is_newest(const struct membership *m)
{
	return newest && m->group == newest;
}

/* From a sleepable callback. Return: 0 or -errno. */
static __always_inline int groups_add(struct cgroup *cgrp, u32 weight)
{
	u32 *place = bpf_cgrp_storage_get(&group_of, cgrp, NULL,
					  BPF_LOCAL_STORAGE_GET_F_CREATE);
	struct cgroup *above;
	u32 i;

	if (!place)
		return -12 /* -ENOMEM */;
	*place = 0;
	if (cgrp->level == 0)
		return 0;
	bpf_for(i, 1, MAX_GROUPS)
	{
		struct group *g = group_at(i);

		if (__sync_val_compare_and_swap(&g->used, 0, 1))
			continue;
		*place = newest = i;
		g->sum = 0;
		g->counted = 0;
		g->weight = weight;
		g->parent = 0;
		above = bpf_cgroup_ancestor(cgrp, cgrp->level - 1);
		if (above) {
			g->parent = place_of(above);
			bpf_cgroup_release(above);
		}
		return 0;
	}
	return -28 /* -ENOSPC */;
}

/* Nothing runs in it any more. */
static __always_inline void groups_remove(struct cgroup *cgrp)
{
	u32 place = place_of(cgrp);

	if (place)
		__sync_lock_test_and_set(&group_at(place)->used, 0);
}

/* What a cgroup's weight of @weight counts. */
static __always_inline u32 counts(u32 weight, bool inverted)
{
	return inverted ? 10000 / (weight ?: 1) : weight;
}

/* Under the lock, where no dice can be thrown: @change more, or less, runs in
 * the cgroup at @place. */
static __always_inline void add_up(u32 place, s64 change, bool inverted)
{
	for (int i = 0; i < MAX_DEPTH; i++) {
		struct group *g = group_at(place);
		u32 due;

		g->sum += change;
		due = g->sum ? counts(g->weight, inverted) : 0;
		if (!place || due == g->counted)
			return;
		change = (s64)due - g->counted;
		g->counted = due;
		place = g->parent;
	}
}

static __always_inline void groups_enter(struct task_struct *p,
					 struct membership *m)
{
	struct cgroup *cgrp = scx_bpf_task_cgroup(p);
	bool inverted = faulty(FAULT_INVERT_WEIGHTS);

	if (!cgrp)
		return;
	m->group = place_of(cgrp);
	bpf_cgroup_release(cgrp);
	m->weight = counts(p->scx.weight, inverted);
	m->entered = true;
	bpf_spin_lock(&groups_lock);
	add_up(m->group, m->weight, inverted);
	bpf_spin_unlock(&groups_lock);
}

static __always_inline void groups_leave(struct membership *m)
{
	bool inverted = faulty(FAULT_INVERT_WEIGHTS);

	if (!m->entered)
		return;
	m->entered = false;
	bpf_spin_lock(&groups_lock);
	add_up(m->group, -(s64)m->weight, inverted);
	bpf_spin_unlock(&groups_lock);
}

static __always_inline void groups_set_weight(struct cgroup *cgrp, u32 weight)
{
	bool inverted = faulty(FAULT_INVERT_WEIGHTS);
	u32 place = place_of(cgrp);

	bpf_spin_lock(&groups_lock);
	group_at(place)->weight = weight;
	add_up(place, 0, inverted);
	bpf_spin_unlock(&groups_lock);
}

/* What @m has to pay for @ns: @ns where it is alone, more among others. */
static __always_inline u64 groups_charge(const struct membership *m, u64 ns)
{
	bool inverted = faulty(FAULT_INVERT_WEIGHTS);
	u32 place = m->group, weight = m->weight;

	for (int i = 0; i < MAX_DEPTH; i++) {
		const struct group *g = group_at(place);

		if (weight && g->sum > weight)
			ns = ns * g->sum / weight;
		if (ns > 1ULL << 42)
			ns = 1ULL << 42;
		if (!place)
			break;
		weight = counts(g->weight, inverted);
		place = g->parent;
	}
	return ns;
}
