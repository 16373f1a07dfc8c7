/* SPDX-License-Identifier: GPL-2.0-or-later */
/* argv-topology.c - CPUs, caches, nodes and memory as QEMU's arguments. */
#include <stdio.h>
#include <string.h>

#include "tools/lib/cpulist.h"
#include "tools/lib/spec/topology-detail.h"
#include "vmm/argv.h"
#include "vmm/machine.h"
#include "vmm/memory.h"
#include "vmm/seats.h"

/* What "pc" can have; "q35" has more, under KVM. */
#define PC_CPUS_MAX 255

/*
 * Positions of the full shape, of which each level takes whole bits in APIC
 * ids; QEMU numbers its CPUs by them, and so does Linux what is there of them.
 */
struct grid {
	unsigned int packages, dies, cores, threads, slots;
	struct seats seats; /* in slots of packages behind the others */
	struct topology_map map;
	int cpu[TOPOLOGY_CPUS_MAX]; /* of each slot; -1: nothing is there */
};

static void make_grid(const struct machine_config *c, struct grid *g)
{
	const struct topology *t = &c->topology;

	g->packages = topology_packages(t);
	g->dies = t->llcs / g->packages;
	g->cores = t->cores;
	g->threads = t->threads;
	g->slots = t->llcs * t->cores * t->threads;
	g->seats = seats_of(c);
	topology_map(t, &g->map);
	for (unsigned int slot = 0; slot < g->slots; slot++)
		g->cpu[slot] = -1;
	for (unsigned int cpu = 0; cpu < g->map.count; cpu++)
		g->cpu[g->map.cpu[cpu].slot] = (int)cpu;
}

/* With those of the seats' packages. */
static unsigned int all_slots(const struct grid *g)
{
	return g->slots / g->packages * (g->packages + g->seats.packages);
}

static unsigned int bits_for(unsigned int n)
{
	unsigned int bits = 0;

	while ((1U << bits) < n)
		bits++;
	return bits;
}

unsigned int argv_highest_apic_id(const struct topology *t)
{
	unsigned int packages = topology_packages(t);
	unsigned int dies = t->llcs / packages;
	unsigned int id = packages - 1;

	id = id << bits_for(dies) | (dies - 1);
	id = id << bits_for(t->cores) | (t->cores - 1);
	return id << bits_for(t->threads) | (t->threads - 1);
}

void argv_add_machine(struct argv *a, const struct machine_config *c)
{
	const struct topology *t = &c->topology;
	bool wide = t->llcs * t->cores * t->threads > PC_CPUS_MAX;

	argv_add(a, "-machine");
	argv_addf(a, "%s,usb=off,vmport=off,nvdimm=on%s",
		  wide ? "q35,kernel-irqchip=split" : "pc",
		  t->detail && t->detail->latency ? ",hmat=on" : "");
}

/* The memory of a template is a file; that of its clones is a private view. */
static void add_ram(struct argv *a, const struct machine_config *c,
		    unsigned int i)
{
	unsigned int mib = machine_ram_mib(c, i);
	auto_str struct str text = { 0 };

	if (c->ram_fds)
		str_addf(&text,
			 "memory-backend-file,id=ram%u,size=%uM,share=%s,"
			 "mem-path=/proc/self/fd/%d",
			 i, mib, c->ram_shared ? "on" : "off", c->ram_fds[i]);
	else
		str_addf(&text, "memory-backend-ram,id=ram%u,size=%uM", i, mib);
	argv_perf_ram(&text, c, i);
	a->failed |= text.failed;
	argv_add(a, "-object");
	argv_add(a, str_text(&text));
}

/*
 * One die per last-level cache: QEMU's CPUs share the level 3 cache within a
 * die. The vendor must be Intel's: with AMD's, which TCG and an AMD host's KVM
 * take by themselves, QEMU describes neither dies nor threads to the guest (7.2
 * and Linux 6.12: no caches at all, topoext or not).
 *
 * Without monitor=off a CPU that was taken offline waits with MWAIT, which TCG
 * makes a busy loop of: a boot took 42 s in place of 5.
 *
 * Without erms=off Linux fills a page by REP STOSB, of which TCG makes (and
 * -icount counts) 4096 instructions, one for each byte; by words it takes 704.
 * Of the time in which 512 workers started that was a quarter. fsrm=off is the
 * same for copies, where QEMU has that for TCG (8.1 and later).
 *
 * Under the virtual clock no instruction gives random numbers. QEMU has them
 * from a generator of each thread, whose state no template holds, so that those
 * of a machine that booted and of a clone would differ: Linux mixes some into
 * its own generator every few seconds, and from there they get into addresses.
 *
 * Where positions of the shape are empty, or seats stand between CPUs, the
 * machine starts with its first CPU and the others are plugged in one by one
 * before it runs.
 */
static void add_cpus(struct argv *a, const struct machine_config *c,
		     const struct grid *g)
{
	/*
	 * Without what takes hypercalls: an AMD host wants another instruction
	 * for them than the Intel CPU that the guest sees has, and the guest
	 * panics. Nor has a real machine a spinlock that sleeps.
	 */
	static const char host[] = "host,host-cache-info=off,kvm-pv-ipi=off,"
				   "kvm-pv-unhalt=off,kvm-pv-sched-yield=off";
	static const char tcg[] = "max,monitor=off,erms=off,fsrm=off";
	bool whole = g->map.count == g->slots && g->seats.count == 0;
	char present[32];

	argv_add(a, "-cpu");
	argv_addf(a, "%s,vendor=GenuineIntel%s%s",
		  c->accel == ACCEL_KVM ? host : tcg,
		  c->accel != ACCEL_KVM && c->clock == CLOCK_VIRTUAL
			  ? ",rdrand=off,rdseed=off"
			  : "",
		  argv_perf_cpu(c));
	snprintf(present, sizeof(present), whole ? "%u" : "1,maxcpus=%u",
		 whole ? g->slots : all_slots(g));
	argv_add(a, "-smp");
	argv_addf(a, "%s,sockets=%u,dies=%u,cores=%u,threads=%u", present,
		  g->packages + g->seats.packages, g->dies, g->cores,
		  g->threads);
}

static void plug_cpu(struct argv *a, const struct machine_config *c,
		     const struct grid *g, unsigned int slot)
{
	unsigned int core = slot / g->threads, die = core / g->cores;

	argv_add(a, "-device");
	argv_addf(a,
		  "%s-x86_64-cpu,socket-id=%u,die-id=%u,core-id=%u,"
		  "thread-id=%u",
		  c->accel == ACCEL_KVM ? "host" : "max", die / g->dies,
		  die % g->dies, core % g->cores, slot % g->threads);
}

/* Their order is that of their turns under the virtual clock. */
static void plug_cpus(struct argv *a, const struct machine_config *c,
		      const struct grid *g)
{
	unsigned int seat = 0;

	for (unsigned int slot = 1; slot < g->slots; slot++) {
		if (g->cpu[slot] < 0)
			continue;
		if (seat < g->seats.count)
			plug_cpu(a, c, g, g->slots + seat++);
		plug_cpu(a, c, g, slot);
	}
}

/* The slots of node @n; an empty one is where the CPU before it is. */
static void find_slots(const struct grid *g, unsigned int n, cpu_set_t *ret)
{
	unsigned int node = 0;

	CPU_ZERO(ret);
	for (unsigned int slot = 0; slot < all_slots(g); slot++) {
		if (slot < g->slots && g->cpu[slot] >= 0)
			node = g->map.cpu[g->cpu[slot]].node;
		if (node == n)
			CPU_SET(slot, ret);
	}
}

/* ",cpus=0-3,cpus=8": lists are cut at their commas. */
static void add_slots(struct str *out, const struct grid *g, unsigned int n)
{
	auto_str struct str list = { 0 };
	cpu_set_t slots;

	find_slots(g, n, &slots);
	cpulist_format(&list, &slots);
	for (const char *p = str_text(&list); *p;) {
		size_t len = strcspn(p, ",");

		str_addf(out, ",cpus=%.*s", (int)len, p);
		p += len + (p[len] == ',');
	}
	out->failed |= list.failed;
}

static void add_node(struct argv *a, const struct machine_config *c,
		     const struct grid *g, unsigned int n, unsigned int *ram)
{
	const struct topology *t = &c->topology;
	auto_str struct str node = { 0 };
	bool has_memory = memory_of_node(t, c->memory_mib, n) > 0;

	str_addf(&node, "node,nodeid=%u", n);
	add_slots(&node, g, n);
	if (has_memory) {
		add_ram(a, c, *ram);
		str_addf(&node, ",memdev=ram%u", (*ram)++);
	}
	/* HMAT wants to know to whom memory without CPUs is near. */
	if (t->detail && t->detail->latency && !topology_has_cpus(t, n))
		str_addf(&node, ",initiator=%u", topology_initiator(t, n));
	argv_add(a, "-numa");
	a->failed |= node.failed;
	argv_add(a, str_text(&node));
}

static void add_distances(struct argv *a, const struct topology *t)
{
	bool both = t->detail && t->detail->distance;

	for (unsigned int from = 0; from < t->nodes; from++) {
		for (unsigned int to = both ? 0 : from + 1; to < t->nodes;
		     to++) {
			if (from == to)
				continue;
			argv_add(a, "-numa");
			argv_addf(a, "dist,src=%u,dst=%u,val=%u", from, to,
				  topology_distance(t, from, to));
		}
	}
}

static void add_hmat(struct argv *a, const struct topology *t)
{
	const struct topology_detail *d = t->detail;

	for (unsigned int i = 0; i < t->nodes * t->nodes; i++) {
		char pair[128];

		if (!d->latency[i])
			continue;
		snprintf(pair, sizeof(pair),
			 "hmat-lb,initiator=%u,target=%u,hierarchy=memory,"
			 "data-type=access-",
			 i / t->nodes, i % t->nodes);
		argv_add(a, "-numa");
		argv_addf(a, "%slatency,latency=%u", pair, d->latency[i]);
		argv_add(a, "-numa");
		argv_addf(a, "%sbandwidth,bandwidth=%uM", pair,
			  d->bandwidth[i]);
	}
	for (unsigned int n = 0; d->cache && n < t->nodes; n++) {
		const struct memory_cache *m = &d->cache[n];

		if (!m->mib)
			continue;
		argv_add(a, "-numa");
		argv_addf(a,
			  "hmat-cache,node-id=%u,size=%uM,level=1,"
			  "associativity=%s,policy=%s,line=%u",
			  n, m->mib, m->complex ? "complex" : "direct",
			  m->write_through ? "write-through" : "write-back",
			  m->line);
	}
}

void argv_add_topology(struct argv *a, const struct machine_config *c)
{
	const struct topology *t = &c->topology;
	unsigned int ram = 0;
	struct grid g;

	make_grid(c, &g);
	add_cpus(a, c, &g);
	argv_add(a, "-m");
	argv_addf(a, "%u,slots=%u,maxmem=%uM", c->memory_mib, ARGV_WIRE_SLOTS,
		  c->memory_mib + ARGV_WIRE_MIB);
	if (t->detail && t->detail->no_numa) {
		/* Even so the memory may be a file. */
		add_ram(a, c, 0);
		argv_add(a, "-machine");
		argv_add(a, "memory-backend=ram0");
	} else {
		for (unsigned int n = 0; n < t->nodes; n++)
			add_node(a, c, &g, n, &ram);
		add_distances(a, t);
	}
	if (t->detail && t->detail->latency)
		add_hmat(a, t);
	if (g.map.count < g.slots || g.seats.count > 0)
		plug_cpus(a, c, &g);
}

/*
 * Where the shape has empty positions, KVM would have Linux wait for CPUs.
 * Without numa=nohmat Linux 6.12 complains that SRAT, as QEMU writes it, tells
 * of the memory that could be plugged in twice: "acpi/hmat: failed to reserve".
 */
void argv_add_cpu_words(struct str *line, const struct machine_config *c)
{
	const struct topology *t = &c->topology;
	struct topology_map map;
	struct seats seats = seats_of(c);

	if (seats.count > 0)
		str_addf(line, " nr_cpus=%u", seats.count + 1);
	if (!t->detail || !t->detail->latency)
		str_add(line, " numa=nohmat");
	if (!t->detail)
		return;
	topology_map(t, &map);
	if (map.count < t->llcs * t->cores * t->threads)
		str_addf(line, " possible_cpus=%u", map.count);
	if (CPU_COUNT(&t->detail->offline)) {
		str_add(line, " ktstr_offline=");
		cpulist_format(line, &t->detail->offline);
	}
}
