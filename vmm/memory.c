/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmm/memory.h"

#include <assert.h>
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tools/lib/cleanup.h"
#include "tools/lib/spec/topology-detail.h"
#include "vmm/machine.h"

#define WORK_MIB      256
#define FLOOR_MIB     512
#define FLOOR_PER_CPU 32
#define START_MIB     8
#define CPUS_PER_MIB  4 /* of the start */
/* Of 512 pages 8 hold the struct page of all, 1 the kernel's hash tables. */
#define PAGES_OF(n) (((n)*512 + 502) / 503)

static unsigned int ceil_mib(uint64_t bytes)
{
	return (unsigned int)((bytes + (1 << 20) - 1) >> 20);
}

unsigned int memory_declared(const struct topology *t)
{
	unsigned int sum = 0;

	for (unsigned int n = 0; t->detail && t->detail->memory && n < t->nodes;
	     n++)
		sum += t->detail->memory[n];
	return sum;
}

unsigned int memory_of_node(const struct topology *t, unsigned int total_mib,
			    unsigned int node)
{
	if (t->detail && t->detail->memory)
		return t->detail->memory[node];
	return total_mib / t->nodes;
}

/* Equal shares, each a multiple of 2 MiB. */
static unsigned int round_up(const struct topology *t, unsigned int mib)
{
	unsigned int unit = 2 * t->nodes;

	assert(unit > 0); /* topology_parse() gives one node at least */
	return (mib + unit - 1) / unit * unit;
}

unsigned int machine_memory(const struct topology *t, unsigned int want_mib)
{
	unsigned int least = topology_cpus(t) * FLOOR_PER_CPU;
	unsigned int mib = memory_declared(t);

	if (mib)
		return mib;
	mib = want_mib < FLOOR_MIB ? FLOOR_MIB : want_mib;
	return round_up(t, mib < least ? least : mib);
}

unsigned int machine_ram_mib(const struct machine_config *c, unsigned int i)
{
	for (unsigned int n = 0; n < c->topology.nodes; n++) {
		unsigned int mib =
			memory_of_node(&c->topology, c->memory_mib, n);

		if (mib && i-- == 0)
			return mib;
	}
	return 0;
}

int memory_of_kernel(const char *path, uint64_t *ret, struct why *reterr_why)
{
	auto_fd int fd = open(path, O_RDONLY | O_CLOEXEC);
	char magic[4];
	uint32_t size;
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return why_set(reterr_why, -errno, "cannot read '%s': %s", path,
			       strerror(errno));
	*ret = (uint64_t)st.st_size;
	if (pread(fd, magic, 4, 0x202) == 4 && memcmp(magic, "HdrS", 4) == 0 &&
	    pread(fd, &size, 4, 0x260) == 4)
		*ret = le32toh(size);
	return 0;
}

unsigned int memory_least(const struct memory_need *n)
{
	unsigned int files = ceil_mib(n->files), kernel = ceil_mib(n->kernel);
	unsigned int boot = files + kernel + ceil_mib(n->archive);
	unsigned int start =
		START_MIB + (n->cpus + CPUS_PER_MIB - 1) / CPUS_PER_MIB;
	unsigned int work = boot + WORK_MIB, twice = boot + files + start;

	return PAGES_OF(twice > work ? twice : work);
}

int memory_fit(const struct topology *t, const struct memory_need *n,
	       unsigned int want_mib, unsigned int *ret_mib,
	       struct why *reterr_why)
{
	unsigned int declared = memory_declared(t), least = memory_least(n);
	unsigned int files = ceil_mib(n->files), kernel = ceil_mib(n->kernel);

	if (declared && declared < least)
		return why_set(
			reterr_why, -ENOSPC,
			"the topology gives the machine %u MiB of memory, it "
			"needs %u: the files of the job, %u MiB, must fit "
			"half of what the kernel, %u, and init, %u, leave, and "
			"%u are to work with",
			declared, least, files, kernel, ceil_mib(n->archive),
			WORK_MIB);
	*ret_mib = declared	      ? declared
		   : want_mib < least ? round_up(t, least)
				      : want_mib;
	return 0;
}
