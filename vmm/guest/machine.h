/* SPDX-License-Identifier: GPL-2.0-or-later */
/* machine.h - the machine that the guest's kernel sees, from sysfs. */
#pragma once

#include "tools/lib/spec/cpuset.h"
#include "tools/lib/str.h"
#include "tools/lib/why.h"

#define GUEST_NODES_MAX 64

/**
 * struct guest_machine - what sysfs tells
 * @machine: CPUs, LLCs in the order of their lowest CPU, nodes in the order of
 *	     their numbers (a node without CPUs is there, empty)
 * @node_id, @distance: number and line of distances of each node
 * @core: CPUs of each core, in the order of their lowest CPU
 * @llc_source: "cache", or "package" where sysfs tells of no caches
 * @details: more fields of the frame, of guest_machine_details()
 */
struct guest_machine {
	struct machine machine;
	unsigned int node_id[GUEST_NODES_MAX];
	char *distance[GUEST_NODES_MAX];
	cpu_set_t *core;
	unsigned int core_count;
	const char *llc_source;
	struct str details;
};

/**
 * guest_machine_read() - read it
 * @root: descriptor of /sys/devices/system
 * @ret:  always fit for guest_machine_done()
 *
 * Before that, the CPUs of the kernel's word "ktstr_offline=" are taken
 * offline.
 *
 * Return: 0 or -errno and @reterr_why.
 */
int guest_machine_read(int root, struct guest_machine *ret,
		       struct why *reterr_why);
/**
 * guest_machine_details() - read what only the host is to know
 * @proc: descriptor of /proc
 *
 * Caches, packages, memory of the nodes, its latency and bandwidth, the
 * scheduler's domains. What a kernel does not tell is left out.
 *
 * Return: 0 or -ENOMEM.
 */
int guest_machine_details(int root, int proc, struct guest_machine *g);
void guest_machine_done(struct guest_machine *g);

/* The "topology" frame's payload, open for channel_send(). */
void guest_machine_frame(const struct guest_machine *g, struct str *out);
