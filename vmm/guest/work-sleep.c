/* SPDX-License-Identifier: GPL-2.0-or-later */
/* work-sleep.c - work in bursts: bursty, io-sync, sequence. */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "vmm/guest/worker-self.h"

#define IO_WRITES   16
#define IO_BYTES    4096
#define IO_SLEEP_NS UINT64_C(100000)

static void spin_until(struct self *self, uint64_t end)
{
	while (self->last_ns < end && !worker_stopped(self)) {
		worker_spin(self, WORKER_SPIN);
		worker_checkpoint(self);
	}
}

static void turn_bursty(struct self *self)
{
	spin_until(self, self->last_ns + self->work->burst_ns);
	if (!worker_stopped(self))
		worker_sleep(self, self->work->sleep_ns);
}

/* Without a name nothing of it is left, however the worker ends. */
void worker_open_file(struct self *self)
{
	self->file = open("/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (self->file < 0)
		worker_fail(self, "cannot make a file in /tmp");
}

void worker_write_file(struct self *self)
{
	static const char bytes[IO_BYTES];

	if (ftruncate(self->file, 0) < 0 || lseek(self->file, 0, SEEK_SET) < 0)
		worker_fail(self, "cannot rewind a file in /tmp");
	for (unsigned int i = 0; i < IO_WRITES; i++) {
		ssize_t n = write(self->file, bytes, IO_BYTES);

		if (n != IO_BYTES) {
			errno = n < 0 ? errno : ENOSPC;
			worker_fail(self, "cannot write to a file in /tmp");
		}
		self->units++;
		worker_checkpoint(self);
	}
}

static void turn_io_sync(struct self *self)
{
	worker_write_file(self);
	if (!worker_stopped(self))
		worker_sleep(self, IO_SLEEP_NS);
}

static void begin_sequence(struct self *self)
{
	for (unsigned int i = 0; i < self->work->phase_count; i++) {
		if (self->work->phase[i].kind == WORK_PHASE_IO &&
		    self->file < 0)
			worker_open_file(self);
	}
}

static void yield_until(struct self *self, uint64_t end)
{
	while (self->last_ns < end && !worker_stopped(self)) {
		self->units++;
		worker_yield(self);
	}
}

static void io_until(struct self *self, uint64_t end)
{
	while (self->last_ns < end && !worker_stopped(self))
		turn_io_sync(self);
}

/* An iteration is one phase: a stop does not wait for the others. */
static void turn_sequence(struct self *self)
{
	const struct work_phase *p = &self->work->phase[self->step];
	uint64_t end = self->last_ns + p->ns;

	self->step = (self->step + 1) % self->work->phase_count;
	switch (p->kind) {
	case WORK_PHASE_SPIN:
		spin_until(self, end);
		break;
	case WORK_PHASE_SLEEP:
		worker_sleep(self, p->ns);
		break;
	case WORK_PHASE_YIELD:
		yield_until(self, end);
		break;
	case WORK_PHASE_IO:
		io_until(self, end);
		break;
	}
}

const struct work_loop work_bursty = { .turn = turn_bursty };
const struct work_loop work_io_sync = { worker_open_file, turn_io_sync, NULL };
const struct work_loop work_sequence = { begin_sequence, turn_sequence, NULL };
