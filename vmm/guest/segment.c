/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmm/guest/segment.h"

#include <errno.h>

int segment_open(struct segments *s)
{
	uint32_t epoch = atomic_load(&s->epoch);

	if (epoch % 2 == 0)
		return (int)(epoch / 2 - 1);
	if ((epoch + 1) / 2 > s->max)
		return -ENOSPC;
	atomic_store(&s->epoch, epoch + 1);
	return (int)((epoch + 1) / 2 - 1);
}

void segment_close(struct segments *s)
{
	uint32_t epoch = atomic_load(&s->epoch);

	if (epoch % 2 == 0)
		atomic_store(&s->epoch, epoch + 1);
}
