/* SPDX-License-Identifier: GPL-2.0-or-later */
/* work-pipe.c - pairs that swap bytes through two pipes. */
#include <errno.h>
#include <unistd.h>

#include "vmm/guest/worker-self.h"

static void send_byte(struct self *self)
{
	worker_send(self);
	/* At most two bytes are ever in the pipe: this cannot block. */
	while (write(self->task->out, "", 1) < 0 && errno == EINTR)
		;
}

/* Init writes a byte, too, when it stops the worker. */
static void receive_byte(struct self *self)
{
	uint64_t begin = self->last_ns;
	char byte;

	worker_away(self, WORKER_AWAY_PARTNER);
	while (read(self->task->in, &byte, 1) < 0 && errno == EINTR)
		;
	worker_received(self, begin, atomic_load(&self->shared->received) + 1);
}

static void turn_pipe_io(struct self *self)
{
	worker_spin_and_look(self, self->work->spin);
	worker_swap_bytes(self);
}

void worker_swap_bytes(struct self *self)
{
	if (worker_stopped(self))
		return;
	send_byte(self);
	worker_checkpoint(self);
	receive_byte(self);
}

const struct work_loop work_pipe_io = { .turn = turn_pipe_io };
