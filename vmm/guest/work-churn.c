/* SPDX-License-Identifier: GPL-2.0-or-later */
/* work-churn.c - workers that change what a scheduler knows of them: their nice
 * value, CPUs and policy. */
#include <errno.h>
#include <string.h>
#include <sys/resource.h>

#include "vmm/guest/worker-self.h"

#define SWEEP_SPIN 512
#define NICE_MIN   (-20)
#define NICE_MAX   19

/* Which of it the kernel grants is tried before the start. */
static void begin_nice(struct self *self)
{
	bool below = setpriority(PRIO_PROCESS, 0, NICE_MIN) == 0;

	if (!below)
		worker_note(self, "nice values below 0 are refused here (%s)",
			    strerror(errno));
	if (setpriority(PRIO_PROCESS, 0, self->work->nice) < 0 && below)
		worker_fail(self, "cannot set the nice value of a worker");
	self->may = below;
}

static void turn_nice_sweep(struct self *self)
{
	int low = self->may ? NICE_MIN : 0;
	int range = NICE_MAX - low + 1;

	worker_spin(self, SWEEP_SPIN);
	worker_checkpoint(self);
	if (setpriority(PRIO_PROCESS, 0,
			low + (int)(self->iterations % (unsigned int)range)) <
	    0)
		worker_fail(self, "cannot set the nice value of a worker");
	worker_yield(self);
}

/* One of the CPUs that init allows, by lot; false while that changes. */
static bool choose_cpu(struct self *self, uint64_t epoch, cpu_set_t *ret)
{
	const struct worker_shared *sh = self->shared;
	cpu_set_t all = sh->allowed;
	uint64_t pick;

	atomic_thread_fence(memory_order_acquire);
	if (epoch % 2 || atomic_load(&sh->segments.epoch) != epoch ||
	    CPU_COUNT(&all) == 0)
		return false;
	pick = rng_below(&self->random, (uint64_t)CPU_COUNT(&all));
	CPU_ZERO(ret);
	for (unsigned int i = 0; i < CPU_SETSIZE; i++) {
		if (CPU_ISSET(i, &all) && pick-- == 0) {
			CPU_SET(i, ret);
			break;
		}
	}
	return true;
}

/*
 * Init may change the cpuset or the affinity meanwhile; it cuts the segments
 * then. A choice that was made before and took hold afterwards is made again
 * before anybody looks where the worker is.
 */
static void turn_affinity_churn(struct self *self)
{
	const struct segments *segments = &self->shared->segments;
	uint64_t epoch;
	cpu_set_t one;

	worker_spin_and_look(self, self->work->spin);
	do {
		epoch = segment_begin(segments);
		if (!choose_cpu(self, epoch, &one))
			break;
		if (sched_setaffinity(0, sizeof(one), &one) < 0 &&
		    atomic_load(&segments->epoch) == epoch)
			worker_fail(self, "cannot set the affinity of a "
					  "worker");
	} while (atomic_load(&segments->epoch) != epoch);
	worker_yield(self);
}

static const struct policy {
	const char *name;
	int policy, priority;
} policies[] = {
	{ "normal", SCHED_OTHER, 0 }, { "batch", SCHED_BATCH, 0 },
	{ "idle", SCHED_IDLE, 0 },    { "fifo", SCHED_FIFO, 1 },
	{ "rr", SCHED_RR, 1 },
};
#define POLICIES (sizeof(policies) / sizeof(policies[0]))

static int take_policy(const struct self *self, const struct policy *p)
{
	struct sched_param param = { .sched_priority = p->priority };
	int policy = p->policy;

	if (policy == SCHED_OTHER && self->task->ext)
		policy = WORKER_SCHED_EXT;
	return sched_setscheduler(0, policy, &param);
}

static void begin_policy(struct self *self)
{
	struct sched_param before = { 0 };
	int policy = sched_getscheduler(0);

	if (policy < 0 || sched_getparam(0, &before) < 0)
		worker_fail(self, "cannot read the policy of a worker");
	for (unsigned int i = 0; i < POLICIES; i++) {
		if (take_policy(self, &policies[i]) == 0)
			self->may |= 1U << i;
		else
			worker_note(self,
				    "policy '%s' is refused here (%s): left "
				    "out",
				    policies[i].name, strerror(errno));
		if (sched_setscheduler(0, policy, &before) < 0)
			worker_fail(self, "cannot set the policy of a worker");
	}
}

static void turn_policy_churn(struct self *self)
{
	worker_spin_and_look(self, self->work->spin);
	if (worker_stopped(self))
		return; /* init has given it a policy to end with */
	do
		self->step = (self->step + 1) % POLICIES;
	while (self->step && !(self->may & 1U << self->step));
	if (take_policy(self, &policies[self->step]) < 0)
		worker_fail(self, "cannot take policy '%s'",
			    policies[self->step].name);
	worker_yield(self);
}

const struct work_loop work_nice_sweep = { begin_nice, turn_nice_sweep, NULL };
const struct work_loop work_affinity_churn = { .turn = turn_affinity_churn };
const struct work_loop work_policy_churn = { begin_policy, turn_policy_churn,
					     NULL };
