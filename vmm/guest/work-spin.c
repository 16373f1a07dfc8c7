/* SPDX-License-Identifier: GPL-2.0-or-later */
/* work-spin.c - work that wants its CPU all the time. */
#include "vmm/guest/worker-self.h"

static void turn_cpu_spin(struct self *self)
{
	worker_spin(self, WORKER_SPIN);
	worker_checkpoint(self);
}

static void turn_yield_heavy(struct self *self)
{
	self->units++;
	sched_yield();
	worker_checkpoint(self);
}

static void turn_mixed(struct self *self)
{
	worker_spin(self, WORKER_SPIN);
	sched_yield();
	worker_checkpoint(self);
}

const struct work_loop work_cpu_spin = { .turn = turn_cpu_spin };
const struct work_loop work_yield_heavy = { .turn = turn_yield_heavy };
const struct work_loop work_mixed = { .turn = turn_mixed };
