/* SPDX-License-Identifier: GPL-2.0-or-later */
/* argv-perf.c - performance mode as QEMU's arguments; the rest of it is done to
 * QEMU's threads. */
#include "vmm/argv.h"
#include "vmm/machine.h"
#include "vmm/perf.h"

void argv_add_perf(struct argv *a, const struct machine_config *c)
{
	if (!c->perf || !perf_has(c->perf, PERF_CPU_PM))
		return;
	argv_add(a, "-overcommit");
	argv_add(a, "cpu-pm=on");
}

const char *argv_perf_cpu(const struct machine_config *c)
{
	return c->perf && perf_has(c->perf, PERF_DEDICATED)
		       ? ",kvm-hint-dedicated=on"
		       : "";
}

void argv_perf_ram(struct str *out, const struct machine_config *c,
		   unsigned int i)
{
	if (!c->perf)
		return;
	str_add(out, ",prealloc=on");
	if (!perf_has(c->perf, PERF_BINDING))
		return;
	for (int node = 0; node < CPU_SETSIZE; node++) {
		if (CPU_ISSET(node, &c->perf->nodes[i]))
			str_addf(out, ",host-nodes=%d", node);
	}
	str_add(out, ",policy=bind");
}
