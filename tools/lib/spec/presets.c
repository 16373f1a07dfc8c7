/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/lib/spec/presets.h"

#include <fnmatch.h>
#include <string.h>

#include "tools/lib/spec/diag.h"

#define COUNT (sizeof(preset_table) / sizeof(preset_table[0]))

/*
 * Reasons of the odd ones name threads of github.com/sched-ext/scx, as scx#N:
 * machines that broke schedulers.
 */
const struct preset preset_table[] = {
	{ "tiny-1llc", "1n1l4c1t", "one LLC: nothing to balance between",
	  NULL },
	{ "tiny-2llc", "1n2l2c1t", "the smallest with two LLCs", NULL },
	{ "odd-3llc", "1n3l3c1t", "counts that are no power of two", NULL },
	{ "odd-5llc", "1n5l3c1t", "a prime number of LLCs, and of cores",
	  NULL },
	{ "odd-7llc", "1n7l2c1t", "more LLCs than CPUs in each", NULL },
	{ "smt-2llc", "1n2l2c2t", "the smallest with SMT and two LLCs", NULL },
	{ "smt-3llc", "1n3l2c2t", "SMT, and an odd number of LLCs", NULL },
	{ "medium-4llc", "1n4l4c2t", "a workstation of chiplets", NULL },
	{ "medium-8llc", "1n8l4c2t", "64 CPUs: one word of a mask is full",
	  NULL },
	{ "large-4llc", "1n4l16c2t", "few and large LLCs", NULL },
	{ "large-8llc", "1n8l8c2t", "a server of chiplets", NULL },
	{ "near-max-llc", "1n15l8c2t", "nearly all APIC ids of TCG", NULL },
	{ "max-cpu", "1n14l9c2t", "252 CPUs that need large APIC ids", NULL },
	{ "medium-4llc-nosmt", "1n4l8c1t", "32 CPUs without SMT", NULL },
	{ "medium-8llc-nosmt", "1n8l8c1t", "64 CPUs without SMT", NULL },
	{ "large-4llc-nosmt", "1n4l32c1t", "LLCs of 32 CPUs", NULL },
	{ "large-8llc-nosmt", "1n8l16c1t", "128 CPUs without SMT", NULL },
	{ "near-max-llc-nosmt", "1n15l16c1t", "240 CPUs without SMT", NULL },
	{ "max-cpu-nosmt", "1n14l18c1t", "252 CPUs without SMT", NULL },
	{ "numa2-4llc", "2n4l4c1t", "two nodes of two LLCs", NULL },
	{ "numa2-8llc", "2n8l8c2t", "two large nodes", NULL },
	{ "numa2-8llc-nosmt", "2n8l16c1t", "two large nodes without SMT",
	  NULL },
	{ "numa4-8llc", "4n8l4c1t", "four nodes", NULL },
	{ "numa4-12llc", "4n12l8c2t", "four nodes of three LLCs, SMT", NULL },

	{ "zoo-one-cpu", "1n1l1c1t",
	  "no scheduling domain, and nobody to steal from", NULL },
	{ "zoo-no-numa", "1n2l2c1t numa=off",
	  "the firmware tells of no nodes, as under WSL: scx#275", NULL },
	{ "zoo-holes", "1n2l4c1t offline=1,3,6",
	  "holes in the list of CPUs that are online: scx#191, scx#281", NULL },
	{ "zoo-pow9-holes", "2n4l2c2t offline=2-8",
	  "0-1,9-15 online, as a POWER9 with SMT turned down: scx#406", NULL },
	{ "zoo-possible-gt-online", "1n1l8c1t offline=4-7",
	  "half of the CPUs are never online: scx#147, scx#3298", NULL },
	{ "zoo-offline-last", "1n2l2c1t offline=3",
	  "a CPU without topology in sysfs, to be put online later: scx#3434",
	  NULL },
	{ "zoo-offline-thread", "1n2l2c2t offline=1,6",
	  "cores that have lost one of their threads: SMT that is not", NULL },
	{ "zoo-offline-node", "2n2l2c1t offline=2-3",
	  "a node whose CPUs are all offline: scx#2988", NULL },
	{ "zoo-llc-spans-nodes", "2n1l8c1t cpus=0-3/4-7",
	  "one LLC in two nodes, as a cloud's hypervisor tells: scx#981",
	  NULL },
	{ "zoo-crossed-nodes", "2n2l2c1t cpus=0,2/1,3",
	  "each node has half of each LLC: scx#981", NULL },
	{ "zoo-4-sockets", "4n4l2c2t",
	  "ids of cores that come again in each socket: scx#1715, scx#1717",
	  NULL },
	{ "zoo-uneven-nodes", "2n3l2c1t cpus=0-1/2-5",
	  "nodes of different numbers of LLCs", NULL },
	{ "zoo-uneven-llcs", "1n2l6c1t cores=6,2",
	  "LLCs of different numbers of cores: scx#3597", NULL },
	{ "zoo-mixed-smt", "1n1l6c2t threads=2,2,1,1,1,1",
	  "cores with and without SMT behind one LLC: scx#1893, scx#3597",
	  NULL },
	{ "zoo-mixed-all", "1n2l4c2t cores=4,2 threads=2,2,1,1,2,1",
	  "LLCs and cores are both uneven: scx#3597", NULL },
	{ "zoo-memory-node", "3n2l2c1t cpus=0-1/2-3/- memory=512M,512M,512M",
	  "a node with memory and no CPUs, as CXL: scx#2988, scx#2325", NULL },
	{ "zoo-cxl",
	  "2n1l4c1t cpus=0-3/- memory=1024M,512M distances=10,30,30,10 "
	  "latency=90,250,-,- bandwidth=32768M,8192M,-,-",
	  "the same, and HMAT tells how slow it is: scx#2988", NULL },
	{ "zoo-memoryless-node", "2n2l2c1t memory=1024M,0",
	  "a node with CPUs and no memory", NULL },
	{ "zoo-far-nodes", "3n3l2c1t distances=10,20,40,20,10,30,40,30,10",
	  "unequal distances: three levels of NUMA domains", NULL },
	{ "zoo-one-way", "3n3l1c1t distances=10,20,40,25,10,30,45,35,10",
	  "there is not as far as back; Linux leaves domains out", NULL },
	{ "zoo-8-nodes", "8n8l1c1t",
	  "more nodes than tables of a few have room for", NULL },
	{ "zoo-smt4", "1n2l2c4t",
	  "four threads in a core: a sibling is not the other one", NULL },
	{ "zoo-llc-per-core", "1n16l1c1t",
	  "each CPU is an LLC by itself: no neighbour to wake on", NULL },
	{ "zoo-72-cpus", "1n1l72c1t",
	  "the second word of a CPU mask, in one LLC", NULL },
	{ "zoo-512-cpus", "8n64l8c1t",
	  "as many CPUs as tables are often made for: scx#1649, scx#3634",
	  NULL },

	{ "zoo-llc-sizes", "1n2l4c2t",
	  "LLCs of different sizes, as of an X3D: scx#1715",
	  "no QEMU up to 10.0 can give last-level caches different sizes: a "
	  "CPU model has one, and smp-cache sets who shares it" },
	{ "zoo-possible-gt-present", "1n1l4c1t",
	  "CPUs that could be plugged in, and are not: scx#147, scx#3718",
	  "Linux counts CPUs that are not present only where it knows the "
	  "hypervisor, as under KVM and not under TCG, and ktstr-vm has all "
	  "CPUs present; zoo-possible-gt-online comes near" },
	{ "zoo-no-cache-ids", "1n2l2c1t",
	  "caches without ids in sysfs: scx#195, scx#1032",
	  "Linux works the ids of x86 caches out from CPUID, whatever QEMU "
	  "tells" },
	{ "zoo-capacities", "1n1l8c1t",
	  "CPUs of different capacity: scx#1893, scx#2431",
	  "no QEMU up to 10.0 can make an x86 CPU weaker than its neighbour" },
};
const size_t preset_count = COUNT;

const struct preset *preset_find(const char *name)
{
	for (size_t i = 0; i < COUNT; i++) {
		if (strcmp(preset_table[i].name, name) == 0)
			return &preset_table[i];
	}
	return NULL;
}

bool preset_matches(const char *glob)
{
	for (size_t i = 0; i < COUNT; i++) {
		if (fnmatch(glob, preset_table[i].name, 0) == 0)
			return true;
	}
	return false;
}

const char *preset_nearest(const char *word)
{
	const char *names[COUNT + 2] = { "own" };

	for (size_t i = 0; i < COUNT; i++)
		names[i + 1] = preset_table[i].name;
	return diag_nearest(word, names);
}
