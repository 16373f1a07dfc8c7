/* SPDX-License-Identifier: GPL-2.0-or-later */
/* worker-pages.h - on which nodes a worker's memory is. */
#pragma once

#include <stddef.h>

#include "vmm/guest/worker.h"

/**
 * worker_read_pages() - fill in @sh->pages and what goes with it
 * @memory, @size: what the worker that calls has mapped for its type
 *
 * Counted are the pages that are there. The kernel is asked for these alone: to
 * read a whole numa_maps takes a worker longer than most tests last, when there
 * are hundreds of others whose shared memory stands in it. Without memory, or
 * on a kernel that cannot tell, @sh->has_pages stays false.
 *
 * Source: move_pages(2)
 */
void worker_read_pages(struct worker_shared *sh, unsigned char *memory,
		       size_t size);
