/* SPDX-License-Identifier: GPL-2.0-or-later */
/* argv-topology.c - CPUs, caches, nodes and memory as QEMU's arguments. */
#include <errno.h>

#include "vmm/argv.h"
#include "vmm/machine.h"

static unsigned int bits_for(unsigned int n)
{
	unsigned int bits = 0;

	while ((1U << bits) < n)
		bits++;
	return bits;
}

/*
 * The highest APIC id: each level of the topology takes whole bits, so ids
 * have gaps where a count is no power of two.
 */
static unsigned int highest_apic_id(const struct topology *t)
{
	unsigned int dies = t->llcs / t->nodes;
	unsigned int id = t->nodes - 1;

	id = id << bits_for(dies) | (dies - 1);
	id = id << bits_for(t->cores) | (t->cores - 1);
	return id << bits_for(t->threads) | (t->threads - 1);
}

int argv_check_topology(const struct machine_config *c, struct why *reterr_why)
{
	unsigned int id = highest_apic_id(&c->topology);

	if (c->accel == ACCEL_TCG && id > 254)
		return why_set(reterr_why, -ENOTSUP,
			       "this machine needs APIC id %u; QEMU's TCG "
			       "stops at 254",
			       id);
	return 0;
}

unsigned int machine_ram_mib(const struct machine_config *c, unsigned int i)
{
	return i < c->topology.nodes ? c->memory_mib / c->topology.nodes : 0;
}

/* The memory of a template is a file; that of its clones is a private view. */
static void add_ram(struct argv *a, const struct machine_config *c,
		    unsigned int i)
{
	unsigned int mib = machine_ram_mib(c, i);

	argv_add(a, "-object");
	if (c->ram_fds)
		argv_addf(a,
			  "memory-backend-file,id=ram%u,size=%uM,share=%s,"
			  "mem-path=/proc/self/fd/%d",
			  i, mib, c->ram_shared ? "on" : "off", c->ram_fds[i]);
	else
		argv_addf(a, "memory-backend-ram,id=ram%u,size=%uM", i, mib);
}

/*
 * One socket per node, one die per last-level cache: QEMU's CPUs share the
 * level 3 cache within a die. The vendor must be Intel's: with AMD's, which TCG
 * and an AMD host's KVM take by themselves, QEMU describes neither dies nor
 * threads to the guest (7.2 and Linux 6.12: no caches at all, topoext or not).
 */
void argv_add_topology(struct argv *a, const struct machine_config *c)
{
	const struct topology *t = &c->topology;
	unsigned int cpus = topology_cpus(t), each = cpus / t->nodes;

	argv_add(a, "-cpu");
	argv_add(a, c->accel == ACCEL_KVM
			    ? "host,host-cache-info=off,vendor=GenuineIntel"
			    : "max,vendor=GenuineIntel");
	argv_add(a, "-smp");
	argv_addf(a, "%u,sockets=%u,dies=%u,cores=%u,threads=%u", cpus,
		  t->nodes, t->llcs / t->nodes, t->cores, t->threads);
	argv_add(a, "-m");
	argv_addf(a, "%u,slots=%u,maxmem=%uM", c->memory_mib, ARGV_WIRE_SLOTS,
		  c->memory_mib + ARGV_WIRE_MIB);
	for (unsigned int n = 0; n < t->nodes; n++) {
		add_ram(a, c, n);
		argv_add(a, "-numa");
		argv_addf(a, "node,nodeid=%u,cpus=%u-%u,memdev=ram%u", n,
			  n * each, (n + 1) * each - 1, n);
	}
	for (unsigned int from = 0; from < t->nodes; from++) {
		for (unsigned int to = from + 1; to < t->nodes; to++) {
			argv_add(a, "-numa");
			argv_addf(a, "dist,src=%u,dst=%u,val=20", from, to);
		}
	}
}
