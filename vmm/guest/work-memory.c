/* SPDX-License-Identifier: GPL-2.0-or-later */
/* work-memory.c - work that faults pages in and gives them back. */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "vmm/guest/worker-self.h"

static void begin(struct self *self)
{
	worker_map(self, self->work->size);
	/* One fault for each page. No such thing in the kernel is no failure:
	 * then it has small pages only. */
	if (madvise(self->memory, self->memory_size, MADV_NOHUGEPAGE) < 0 &&
	    errno != EINVAL)
		worker_fail(self, "cannot ask for small pages");
	if (madvise(self->memory, self->memory_size, MADV_DONTNEED) < 0)
		worker_fail(self, "cannot give pages back");
	self->steps = (unsigned int)sysconf(_SC_PAGESIZE);
}

/* A unit is one write to a page that was chosen by lot. */
static void turn(struct self *self)
{
	uint64_t pages = (self->memory_size - 1) / self->steps + 1;
	volatile unsigned char *memory = self->memory;

	for (uint64_t i = 0; i < self->work->touches; i++) {
		memory[rng_below(&self->random, pages) * self->steps] = 1;
		self->units++;
		if (i % 16 != 15)
			continue;
		worker_checkpoint(self);
		if (worker_stopped(self))
			return;
	}
	if (madvise(self->memory, self->memory_size, MADV_DONTNEED) < 0)
		worker_fail(self, "cannot give pages back");
	worker_checkpoint(self);
	worker_spin_and_look(self, self->work->spin);
}

const struct work_loop work_page_fault_churn = { begin, turn, NULL };
