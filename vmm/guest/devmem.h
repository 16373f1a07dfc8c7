/* SPDX-License-Identifier: GPL-2.0-or-later */
/* devmem.h - the machine's own memory, through /dev/mem: plain loads where a
 * page was read before. */
#pragma once

#include "vmm/mon/space.h"

#define DEVMEM_RANGES 64
/* Pieces of memory that are mapped, and how long one is. */
#define DEVMEM_SLOTS 2048
#define DEVMEM_PIECE UINT64_C(65536)
/* Places that were asked for and are in more than one piece. */
#define DEVMEM_PLACES 1024

/**
 * struct devmem - what is mapped
 * @fd:    of /dev/mem; not ours
 * @first, @last: bytes of RAM, @ranges of them: what is not RAM belongs to
 *	   devices, to which a look may do something
 * @at, @map: piece @at[i] of the memory, counted from 1, is at @map[i]
 * @mapped: how many
 * @place, @place_len: @places that have a mapping of their own
 */
struct devmem {
	int fd;
	uint64_t first[DEVMEM_RANGES], last[DEVMEM_RANGES];
	unsigned int ranges;
	uint64_t at[DEVMEM_SLOTS];
	const char *map[DEVMEM_SLOTS];
	unsigned int mapped;
	void *place[DEVMEM_PLACES];
	size_t place_len[DEVMEM_PLACES];
	unsigned int places;
};

/**
 * devmem_begin() - read where RAM is
 * @iomem: text of /proc/iomem
 *
 * Return: 0; -ENOTSUP: it tells of no RAM.
 */
int devmem_begin(struct devmem *d, int fd, const char *iomem);
void devmem_end(struct devmem *d);

/* For mon_memory.read, with a struct devmem. */
int devmem_read(void *devmem, const struct mon_piece *piece, size_t count);

/* For mon_memory.at; valid until devmem_end(). */
const void *devmem_at(void *devmem, uint64_t pa, uint64_t len);
