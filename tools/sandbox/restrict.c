/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Instead of a cgroup: affinity and memory policy, which children inherit. */
#include <errno.h>
#include <limits.h>
#include <linux/mempolicy.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tools/sandbox/sandbox.h"

#define WORD_BITS (sizeof(unsigned long) * CHAR_BIT)

static void bind_memory(const struct request *req)
{
	unsigned long mask[CPU_SETSIZE / WORD_BITS] = { 0 };

	for (unsigned int node = 0; node < CPU_SETSIZE; node++) {
		if (CPU_ISSET(node, &req->mems))
			mask[node / WORD_BITS] |= 1UL << (node % WORD_BITS);
	}
	/* The kernel takes one bit less than it is told: get_nodes(). */
	if (syscall(SYS_set_mempolicy, MPOL_BIND, mask, CPU_SETSIZE + 1) == 0)
		return;
	if (req->mems_asked && errno != ENOSYS)
		die(EX_BROKEN, "cannot bind memory to the nodes of --mems: %m");
	if (errno == ENOSYS)
		detail("this kernel knows no NUMA: memory is not bound");
	else
		warn("cannot bind memory to its nodes: %m, ignoring it");
}

void restrict_self(const struct request *req)
{
	if (sched_setaffinity(0, sizeof(req->cpus), &req->cpus) < 0)
		die(EX_BROKEN, "cannot keep to the CPUs: %m");
	if (CPU_COUNT(&req->mems) > 0)
		bind_memory(req);
}
