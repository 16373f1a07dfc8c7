/* SPDX-License-Identifier: GPL-2.0-or-later */
/* work-cache.c - work that fills caches. */
#include <string.h>
#include <sys/mman.h>

#include "vmm/guest/worker-self.h"

#define TOUCHES 1024 /* between two looks at the clock */

void worker_map(struct self *self, size_t size)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		worker_fail(self, "cannot get %zu bytes of memory", size);
	self->memory = p;
	self->memory_size = size;
	/* Of this worker, on the node that it begins on. */
	memset(p, 1, size);
}

void worker_touch(struct self *self, uint64_t n, uint64_t stride)
{
	volatile unsigned char *memory = self->memory;
	size_t at = self->at;

	for (uint64_t i = 0; i < n; i++) {
		memory[at]++;
		at += stride;
		if (at >= self->memory_size)
			at %= self->memory_size;
	}
	self->at = at;
}

static void begin(struct self *self)
{
	worker_map(self, self->work->size);
}

static void turn_cache_pressure(struct self *self)
{
	worker_touch(self, TOUCHES, self->work->stride);
	self->units++;
	worker_checkpoint(self);
}

static void turn_cache_yield(struct self *self)
{
	turn_cache_pressure(self);
	worker_yield(self);
}

static void turn_cache_pipe(struct self *self)
{
	uint64_t left = self->work->spin;

	while (left > 0 && !worker_stopped(self)) {
		uint64_t part = left < TOUCHES ? left : TOUCHES;

		worker_touch(self, part, self->work->stride);
		self->units += part;
		worker_checkpoint(self);
		left -= part;
	}
	worker_swap_bytes(self);
}

const struct work_loop work_cache_pressure = { begin, turn_cache_pressure,
					       NULL };
const struct work_loop work_cache_yield = { begin, turn_cache_yield, NULL };
const struct work_loop work_cache_pipe = { begin, turn_cache_pipe, NULL };
