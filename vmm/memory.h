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
 * struct memory_need - what a guest keeps in its memory, in bytes
 * @archive: the init's archive as it is loaded
 * @files:   what is unpacked from it and from the job
 * @kernel:  what the kernel needs to unpack itself; see memory_of_kernel()
 */
struct memory_need {
	uint64_t archive, files, kernel;
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
 * Archive, files and kernel, of each 63 pages of which one more is for the
 * kernel's list of pages, and 256 MiB to work with; but the files, which lie in
 * a tmpfs of half of the memory, at least twice.
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
