/* SPDX-License-Identifier: GPL-2.0-or-later */
/* machine-details.h - parts of the topology frame that only the host reads. */
#pragma once

#include <sched.h>

#include "tools/lib/str.h"

/*
 * Each adds ,"key":value... for what there is; a file that is not there leaves
 * its key out. @root is /sys/devices/system, @proc is /proc.
 */

/* present, possible, isolated, packages, dies */
void details_cpus(int root, const cpu_set_t *online, struct str *out);
/* caches: [{level, type, size, ids, cpus}], each cache once */
void details_caches(int root, const cpu_set_t *online, struct str *out);
/* memory: [{node, present_kib, total_kib, access, cache}], ram: [first, last
 * byte ...] */
void details_memory(int root, int proc, const unsigned int *node_id,
		    unsigned int nodes, struct str *out);
/* domains: [{cpus, spans}] from the smallest up, CPUs with equal ones together
 */
void details_domains(int proc, struct str *out);
