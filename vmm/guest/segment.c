/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmm/guest/segment.h"

#include <errno.h>

int segment_current(const struct segments *s)
{
	uint64_t epoch = atomic_load(&s->epoch);

	return epoch % 2 ? -1 : (int)(epoch >> 1 & (SEGMENT_MAX - 1));
}

void segment_reopen(struct segments *s, unsigned int number)
{
	uint64_t times = atomic_load(&s->epoch) >> (SEGMENT_BITS + 1);

	atomic_store(&s->epoch,
		     (times + 1) << (SEGMENT_BITS + 1) | (uint64_t)number << 1);
}

int segment_open(struct segments *s)
{
	int open = segment_current(s);

	if (open >= 0)
		return open;
	if (s->count == s->max || s->count == SEGMENT_MAX)
		return -ENOSPC;
	segment_reopen(s, s->count);
	return (int)s->count++;
}

void segment_close(struct segments *s)
{
	uint64_t epoch = atomic_load(&s->epoch);

	if (epoch % 2 == 0)
		atomic_store(&s->epoch, epoch + 1);
}
