/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * space.h - a kernel's addresses, read through its physical memory.
 *
 * Whoever can read physical memory can read a kernel: the guest through
 * /dev/mem, the host through QEMU's memory.
 */
#pragma once

#include <stddef.h>

#include "vmm/mon/layout.h"

/* Some bytes that are wanted: from @pa on, @len of them, to @to. */
struct mon_piece {
	uint64_t pa;
	uint32_t len;
	void *to;
};

/**
 * struct mon_memory - physical memory
 * @read: fetch all of @count pieces. A number of 1, 2, 4 or 8 bytes that is
 *	  aligned comes whole; pieces may be of different moments.
 *	  Return: 0; -EFAULT: there is no memory; -errno
 * @at:	  where @len bytes from @pa on are, to be looked at as they change; NULL
 *	  where that cannot be. The memory keeps it. No such function: nowhere
 */
struct mon_memory {
	int (*read)(void *arg, const struct mon_piece *piece, size_t count);
	const void *(*at)(void *arg, uint64_t pa, uint64_t len);
	void *arg;
};

/**
 * struct mon_space - where a running kernel is
 * @image: physical less virtual address of its image
 * @direct: where its direct map begins
 * @table: physical address of its page table
 * @levels: of it: 4 or 5
 */
struct mon_space {
	const struct mon_memory *memory;
	uint64_t image, direct, table;
	unsigned int levels;
};

/**
 * mon_space_find() - find them
 *
 * The kernel has to be where its vmlinux says, and to be up: what its boot
 * decides is read from it.
 *
 * Return: 0; -ENXIO: at that place is another kernel or none, so it was moved
 * (KASLR), or this is not its vmlinux; -EAGAIN: it is still booting; -EFAULT;
 * -errno.
 */
int mon_space_find(const struct mon_layout *l, const struct mon_memory *memory,
		   struct mon_space *ret, struct why *reterr_why);

/**
 * mon_space_pa() - a kernel's virtual address
 *
 * Addresses of the image and of the direct map are computed, all others are
 * looked up in the page table, whose leaves may be of 4 KiB, 2 MiB and 1 GiB.
 *
 * Source: Linux Documentation/arch/x86/x86_64/mm.rst.
 *
 * Return: 0; -EFAULT: nothing is there; as mon_memory.read.
 */
int mon_space_pa(const struct mon_space *s, uint64_t va, uint64_t *ret_pa);

/* Read @len bytes at @va, also over ends of pages. Return: as above. */
int mon_space_read(const struct mon_space *s, uint64_t va, void *to,
		   size_t len);

/* The same for a number of 1 to 8 bytes, as this machine has them. */
int mon_space_number(const struct mon_space *s, uint64_t va, uint32_t len,
		     uint64_t *ret);
