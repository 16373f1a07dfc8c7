/* SPDX-License-Identifier: GPL-2.0-or-later */
/* worker-pages.h - on which nodes a worker's memory is. */
#pragma once

#include <stddef.h>

#include "vmm/guest/worker.h"

/**
 * worker_add_pages() - one line of a numa_maps
 *
 * Counted are pages of anonymous memory that no other process maps: what is
 * shared, or was taken over by fork(), was put where it is by somebody else.
 *
 * Source: Linux, Documentation/filesystems/proc.rst; fs/proc/task_mmu.c
 */
void worker_add_pages(const char *line, uint64_t pages[WORKER_NODES]);

/* Fill in @pages and what goes with it for the process that calls; a kernel
 * without NUMA leaves @has_pages false. */
void worker_read_pages(struct worker_shared *sh);
