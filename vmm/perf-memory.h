/* SPDX-License-Identifier: GPL-2.0-or-later */
/* perf-memory.h - the guest's memory on the right nodes, in huge pages. */
#pragma once

#include "vmm/perf.h"

/* Fill @p->nodes by @p->vcpu; PERF_BINDING or why there is none. */
void perf_find_nodes(const struct machine_config *c, struct perf *p);

/**
 * perf_take_hugepages() - the RAM backends as files in huge pages, on @p->nodes
 *
 * Fills @p->ram_fds; PERF_HUGEPAGES or why there are none. All pages are taken
 * at once, so that no other process takes them meanwhile.
 */
void perf_take_hugepages(const struct machine_config *c, struct perf *p);
