/* SPDX-License-Identifier: GPL-2.0-or-later */
/* memory.h - how much memory a machine gets, and how much it must have. */
#pragma once

#include <stdint.h>

#include "tools/lib/spec/topology.h"
#include "tools/lib/why.h"

/**
 * memory_of_node() - MiB of one node
 * @total_mib: of the machine: of memory_for()
 *
 * What the topology says; else an equal share.
 */
unsigned int memory_of_node(const struct topology *t, unsigned int total_mib,
			    unsigned int node);

/* The sum that the topology says in "memory=", or 0 when it says nothing. */
unsigned int memory_declared(const struct topology *t);

/**
 * struct memory_need - what a guest keeps in its memory
 * @archive: bytes of the init's archive as it is loaded
 * @files:   bytes of what is unpacked from it and from the job, as
 *	     cpio_unpacked()
 * @kernel:  bytes that the kernel needs to unpack itself; memory_of_kernel()
 * @cpus:    of the machine
 */
struct memory_need {
	uint64_t archive, files, kernel;
	unsigned int cpus;
};

/**
 * memory_of_kernel() - "init_size" of a boot image, in bytes
 *
 * Of a file that is no bzImage, its length.
 *
 * Source: Linux Documentation/arch/x86/boot.rst, offset 0x260.
 *
 * Return: 0 or -errno and @reterr_why.
 */
int memory_of_kernel(const char *path, uint64_t *ret, struct why *reterr_why);

/**
 * memory_least() - the least memory for @n, in MiB
 *
 * The larger of two sums: files, archive, kernel, and 256 MiB to work with; and
 * twice the files, archive, kernel, 8 MiB and 256 KiB for each CPU, since the
 * files lie in a tmpfs that takes half of what the kernel has left at its
 * start. Both times 512/503: of 512 pages the kernel keeps 8 for its list of
 * pages, and one for tables whose size follows the memory's.
 *
 * Source: measured with Linux 6.12, 1 to 64 CPUs, 0.5 to 4 GiB.
 */
unsigned int memory_least(const struct memory_need *n);

/**
 * memory_fit() - the memory of a machine that is to hold @n
 * @want_mib: what was asked for, or the floor; what the topology declares goes
 *	      before it
 * @ret_mib:  at least @want_mib, so that all nodes get equal shares
 *
 * Return: 0, or -ENOSPC when the topology declares less than memory_least():
 * the sentence has each term.
 */
int memory_fit(const struct topology *t, const struct memory_need *n,
	       unsigned int want_mib, unsigned int *ret_mib,
	       struct why *reterr_why);
