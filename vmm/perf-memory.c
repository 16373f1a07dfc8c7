/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmm/perf-memory.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/mempolicy.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tools/lib/cleanup.h"
#include "tools/lib/file.h"
#include "tools/lib/spec/topology-detail.h"
#include "vmm/memory.h"

#define MIB	    (1UL << 20)
#define HUGE_SHIFT  21 /* 2 MiB pages */
#define HUGE_FOLDER "/sys/kernel/mm/hugepages/hugepages-2048kB/"

/* The host's node of @cpu, or -1. */
static int node_of(int cpu)
{
	char path[64];
	int node = -1;

	snprintf(path, sizeof(path), "/sys/devices/system/cpu/cpu%d", cpu);
	DIR *dir = opendir(path);
	if (!dir)
		return -1;
	for (struct dirent *d; (d = readdir(dir)) && node < 0;) {
		if (sscanf(d->d_name, "node%d", &node) != 1)
			node = -1;
	}
	closedir(dir);
	return node < CPU_SETSIZE ? node : -1;
}

/* mbind(2) to @nodes. */
static int bind_memory(void *at, size_t len, const cpu_set_t *nodes)
{
	return syscall(SYS_mbind, at, len, MPOL_BIND, nodes->__bits,
		       (unsigned long)CPU_SETSIZE, 0UL) < 0
		       ? -errno
		       : 0;
}

/* May we bind at all? Containers often may not. */
static int try_binding(const cpu_set_t *nodes)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	void *at = mmap(NULL, page, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (at == MAP_FAILED)
		return -errno;
	int r = bind_memory(at, page, nodes);
	munmap(at, page);
	return r;
}

/* A node without CPUs belongs to those that are nearest to it. */
static bool collect(const struct machine_config *c, struct perf *p,
		    const struct topology_map *map, unsigned int node,
		    cpu_set_t *ret)
{
	unsigned int owner = topology_has_cpus(&c->topology, node)
				     ? node
				     : topology_initiator(&c->topology, node);

	CPU_ZERO(ret);
	for (unsigned int i = 0; i < map->count; i++) {
		int host = map->cpu[i].node == owner ? node_of(p->vcpu[i]) : -1;

		if (host >= 0)
			CPU_SET(host, ret);
	}
	return CPU_COUNT(ret) > 0;
}

void perf_find_nodes(const struct machine_config *c, struct perf *p)
{
	struct why *why = &p->missing[PERF_BINDING];
	unsigned int ram = 0;
	struct topology_map map;
	int r;

	topology_map(&c->topology, &map);
	for (unsigned int n = 0; n < c->topology.nodes; n++) {
		if (memory_of_node(&c->topology, c->memory_mib, n) == 0)
			continue;
		if (!collect(c, p, &map, n, &p->nodes[ram])) {
			why_set(why, 0, "the host's kernel tells of no nodes");
			return;
		}
		r = try_binding(&p->nodes[ram++]);
		if (r < 0) {
			why_set(why, 0, "mbind: %s", strerror(-r));
			return;
		}
	}
}

/* How many pages there are, for the sentence. */
static unsigned long free_pages(void)
{
	auto_free char *text = NULL;

	if (file_read_at(AT_FDCWD, HUGE_FOLDER "free_hugepages", 64, &text) < 0)
		return 0;
	return strtoul(text, NULL, 10);
}

/* A file of @mib in huge pages that are there; -errno when they are not. */
static int huge_file(unsigned int mib, const cpu_set_t *nodes)
{
	off_t len = (off_t)(mib * MIB);
	auto_fd int fd = memfd_create("ktstr-ram",
				      MFD_CLOEXEC | MFD_HUGETLB |
					      (HUGE_SHIFT << MAP_HUGE_SHIFT));

	if (fd < 0)
		return -errno;
	if (mib % 2 || ftruncate(fd, len) < 0)
		return mib % 2 ? -EINVAL : -errno;
	/* A mapping reserves the pages, and carries the file's policy. */
	void *at = mmap(NULL, (size_t)len, PROT_READ | PROT_WRITE, MAP_SHARED,
			fd, 0);
	if (at == MAP_FAILED)
		return -errno;
	int r = nodes ? bind_memory(at, (size_t)len, nodes) : 0;
	if (r == 0 && fallocate(fd, 0, 0, len) < 0)
		r = -errno;
	munmap(at, (size_t)len);
	return r < 0 ? r : take_fd(fd);
}

void perf_take_hugepages(const struct machine_config *c, struct perf *p)
{
	bool bind = perf_has(p, PERF_BINDING);
	unsigned int mib;
	int fd = 0;

	for (unsigned int i = 0;
	     i < PERF_NODES_MAX && (mib = machine_ram_mib(c, i)) > 0; i++) {
		fd = huge_file(mib, bind ? &p->nodes[i] : NULL);
		if (fd < 0)
			break;
		p->ram_fds[p->ram_count++] = fd;
	}
	if (fd >= 0)
		return;
	unsigned long free = free_pages();
	while (p->ram_count > 0)
		close(p->ram_fds[--p->ram_count]);
	if (fd == -ENOMEM || fd == -ENOSPC)
		why_set(&p->missing[PERF_HUGEPAGES], 0,
			"%u pages of 2 MiB are needed, %lu are free; 'sysctl "
			"vm.nr_hugepages=%u' would make them",
			c->memory_mib / 2, free, c->memory_mib / 2);
	else
		why_set(&p->missing[PERF_HUGEPAGES], 0, "%s", strerror(-fd));
}
